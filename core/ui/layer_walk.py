"""The picture of the page Inside a layer: one token's boxes, from its embedding to the words it makes likely."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import streamlit as st

from core.components.walk import WORDS, Box, Group, walk
from core.export import rows_to_csv
from core.lab.layersteps import Sublayer
from core.trace import Floats
from core.ui.asking import into_link
from core.ui.language import t, texts
from core.ui.layer import TOKEN, Chosen, lens
from core.ui.showing import dark, share

BOX = "box"
FIRST = "self.norm"  # the box that is open at first
LAYER = "layer-"  # before the number of a layer that is one box
BARS = 5


def number(value: float, digits: int = 2) -> str:
    """With a true minus, and none before a zero."""
    text = f"{value:.{digits}f}"
    return (text.lstrip("-") if not float(text) else text).replace("-", "−")


def groups(c: Chosen) -> list[Group]:
    """All boxes of the followed token, in the order of the way."""
    found = [Group(t("layer.group.embed"), tuple(_embedding(c)))]
    found += [_summary(c, i) for i in range(c.layer)]
    for one in c.sublayers:
        title = t("layer.group.sub", layer=c.layer + 1, sub=c.called(one.kind))
        found.append(Group(title, tuple(_sublayer(c, one))))
    found += [_summary(c, i) for i in range(c.layer + 1, len(c.side.layers))]
    return [*found, Group(t(f"layer.group.end.{c.side_name}"), tuple(_end(c)))]


def _box(c: Chosen, name: str, title: str, values: Floats, joiner: str = "", note: str = "") -> Box:
    vector = np.ascontiguousarray(values[c.token], np.float32)
    return Box(name, title, vector, note or t("layer.note.length", n=number(float(np.linalg.norm(vector)), 1)), joiner)


def _embedding(c: Chosen) -> Iterator[Box]:
    side = c.side
    yield _box(c, "token", t("layer.box.token"), side.token)
    yield _box(c, "position", t("layer.box.position"), side.position, "+")
    yield _box(c, "sum", t("layer.box.sum"), side.total, "=")


def _summary(c: Chosen, i: int) -> Group:
    """Another layer: what leaves it, as one box that opens it."""
    values = c.side.layers[i][-1].leaves
    name = t("pick.layer", n=i + 1)
    return Group(name, (_box(c, f"{LAYER}{i + 1}", t("layer.box.leaves"), values, "→"),))


def _sublayer(c: Chosen, one: Sublayer) -> Iterator[Box]:
    yield _box(c, f"{one.kind}.before", "x", one.before, "→")
    if one.pre:
        yield from _norm(c, one)
    if one.hidden is not None:
        row = one.hidden[c.token]
        limit = float(row.max()) or 1.0
        note = t("layer.note.fire", n=int((row > 0).sum()), of=len(row))
        yield Box("ffn.hidden", t("layer.box.hidden"), row, note, "→", limit)
    plus = "→" if one.pre or one.hidden is not None else "+"
    yield _box(c, f"{one.kind}.out", t(f"layer.box.out.{one.kind}"), one.out, plus)
    yield _box(c, f"{one.kind}.add", t("layer.box.add"), one.added, "=" if plus == "+" else "+x =")
    if not one.pre:
        yield from _norm(c, one)


def _norm(c: Chosen, one: Sublayer) -> Iterator[Box]:
    yield _box(c, f"{one.kind}.standard", t("layer.box.standard"), one.standard, "→", t("layer.note.standard"))
    yield _box(c, f"{one.kind}.norm", t("layer.box.norm"), one.normed, "→")


def _end(c: Chosen) -> Iterator[Box]:
    """A pre-norm side normalises once more; then the encoder's memory, or the words that become likely."""
    side = c.side
    if side.final:
        yield _box(c, "final.norm", t("layer.box.norm"), side.last, "→")
    if c.side_name == "encoder":
        if not side.final:
            yield _box(c, "memory", t("layer.box.memory"), side.last, "→")
        return
    top = lens(c.model, c.found.src_text).top[-1][c.token][:BARS]
    shares = np.exp(np.array([one.log_prob for one in top], np.float32))
    yield Box("words", t("layer.box.words"), shares, t("layer.note.words"), "→", labels=tuple(one.token for one in top))


def opened(boxes: list[Group]) -> str:
    """The box that is open, from the link at first; the first Norm where there is no such box."""
    names = [box.name for group in boxes for box in group.boxes]
    asked = st.session_state.get(BOX) or st.query_params.get(BOX)
    chosen = asked if asked in names else FIRST
    st.session_state[BOX] = chosen
    return into_link(BOX, chosen, FIRST)


def _open(name: str) -> None:
    """A click on a box; on another layer's box: that layer."""
    if name.startswith(LAYER):
        st.session_state.layer = name.removeprefix(LAYER)
        st.session_state[BOX] = "self.before"
    else:
        st.session_state[BOX] = name


def show(c: Chosen) -> str:
    """Draw the way; returns the box that is open."""
    way = groups(c)
    box = opened(way)
    walk(
        way, selected=box, words=texts(WORDS), dark=dark(), file_stem=c.stem, key=f"layer.walk-{c.side_name}",
        on_box=_open,
    )  # fmt: skip
    _save(c, way)
    return box


def _save(c: Chosen, way: list[Group]) -> None:
    """Every number of the picture, and a link to it."""
    named = [(box.name, box.values) for group in way for box in group.boxes if not box.labels]
    with st.container(horizontal=True, gap="small"):
        st.download_button(t("save.csv"), lambda: to_csv(named), f"{c.stem}.csv", "text/csv", on_click="ignore")
        st.download_button(
            t("save.json"), lambda: to_json(c, named), f"{c.stem}.json", "application/json", on_click="ignore"
        )
        share("model", "sentence", "layer.side", "layer", TOKEN, BOX, "layer.part")


def to_csv(named: list[tuple[str, Floats]]) -> str:
    """A line a dimension, a column a box; the hidden layer has more lines than the others."""
    longest = max(len(values) for _, values in named)
    rows = [
        [i + 1, *(float(f"{values[i]:.6g}") if i < len(values) else None for _, values in named)]
        for i in range(longest)
    ]
    return rows_to_csv(["i", *(name for name, _ in named)], rows)


def to_json(c: Chosen, named: list[tuple[str, Floats]]) -> str:
    return json.dumps(
        {
            "model": c.model, "sentence": c.found.src_text, "output": c.found.tgt_text, "side": c.side_name,
            "layer": c.layer + 1, "place": c.token + 1, "token": c.names[c.token],
            "vectors": {name: [float(f"{value:.6g}") for value in values] for name, values in named},
        }, ensure_ascii=False, indent=1,
    )  # fmt: skip
