"""The page Compare: maps beside each other, their difference, and one head or layer in small multiples."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.components.compare import WORDS, Linked, compare
from core.components.matrices import LARGEST, Panel, PanelScale
from core.contrast import contrast, disagreement, side_by_side
from core.figures.labels import query_names, tokens
from core.figures.theme import weight_scale
from core.measures import Pick, aligned, difference, mismatches, pooled, shared, visible
from core.trace import AttentionMap, Floats
from core.ui.asking import choice
from core.ui.compare import LINKED, Chosen, Side
from core.ui.language import language, md, t, texts
from core.ui.showing import dark, file_stem, share

PAIR = "compare.pair"
READABLE, SMALL = 16, 9  # CSS px of a cell before maps go to another line


def pair(chosen: Chosen) -> None:
    """A, B and B - A."""
    a, b = chosen.a, chosen.b
    one, two = a.one, b.one
    if max(one.weights.shape[2:] + two.weights.shape[2:]) > LARGEST[0]:
        st.info(t("compare.too_large", limit=LARGEST[0]))
        return
    found = mismatches(one, two)
    if found:
        st.markdown(md(disagreement(found, language())))
    common = _shared(one, two) if found else (one, two)
    reading = contrast(*common, language()) if common else side_by_side(one, two, language())
    st.markdown(md(reading))
    limit = _limit(one.weights, two.weights)
    panels = [_linked(a, one, limit), _linked(b, two, limit, one)]
    if common:
        panels.append(_difference(*common, one))
    stem = file_stem(a.trace.src_text, a.title, b.title)
    compare(panels, words=texts(WORDS), scale=weight_scale(dark()), smallest=READABLE, file_stem=stem, key=PAIR)
    share(*LINKED)


def _shared(one: AttentionMap, two: AttentionMap) -> tuple[AttentionMap, AttentionMap] | None:
    """Where the axes differ: both maps without the words that only one has, if a person asks for that."""
    both = shared(one, two)
    if not both:
        return None
    wanted = st.toggle(t("compare.shared"), key="compare.shared", bind="query-params", help=t("compare.shared.help"))
    return both if wanted else None


def _limit(*values: Floats) -> float:
    """The value of full colour: 1, or the largest there is where colours are stretched."""
    return max(float(np.abs(v).max(initial=0)) for v in values) or 1.0 if st.session_state.get("stretch") else 1.0


def _linked(side: Side, one: AttentionMap, limit: float, first: AttentionMap | None = None) -> Linked:
    """A panel of a map; `first` is the map whose tokens its own are looked up in."""
    caption = f"{t(f'kind.{one.kind}')} · {side.trace.model}"
    return _panel(side.name, side.title, caption, _seen(one), one, first, "weight", limit)


def _panel(
    name: str, title: str, caption: str, values: Floats, one: AttentionMap, first: AttentionMap | None,
    scale: PanelScale, limit: float, mark: str = "",
) -> Linked:  # fmt: skip
    rows, cols = tuple(query_names(one.queries)), tuple(tokens(one.keys))
    panel = Panel(name, title, caption, values, rows, cols, scale, limit=limit)
    if first is None:
        return Linked(panel, tuple(range(len(rows))), tuple(range(len(cols))), mark)
    queries, keys = (
        tuple(len(mine) + j if place is None else place for j, place in enumerate(aligned(mine, other)))
        for mine, other in ((first.queries, one.queries), (first.keys, one.keys))
    )
    return Linked(panel, queries, keys, mark)


def _difference(one: AttentionMap, two: AttentionMap, first: AttentionMap) -> Linked:
    """B - A: blue where B looks less, orange where it looks more."""
    moved = difference(one, two)
    values = np.where(visible(one) & visible(two), moved, np.float32(np.nan))
    title, caption = t("compare.difference"), t("compare.difference.caption")
    return _panel("B − A", title, caption, values, one, first, "signed", _limit(moved))


def multiples(chosen: Chosen) -> None:
    """One head over all layers, or one layer over all heads; a click chooses."""
    with st.container(horizontal=True):
        side, over = chosen.one_side(), choice("compare.over", ("heads", "layers"), label=False)
    if max(side.attn.weights.shape[2:]) > LARGEST[0]:
        st.info(t("compare.too_large", limit=LARGEST[0]))
        return
    places = _places(side, over)
    maps = [pooled(side.attn, *place) for place in places]
    limit = _limit(*(one.weights for one in maps))
    panels = [
        _small(
            one, t("pick.layer" if over == "layers" else "compare.head", n=i + 1), limit, _marks(chosen, side, place)
        )
        for i, (one, place) in enumerate(zip(maps, places, strict=True))
    ]
    fixed = _of("head", side.head) if over == "layers" else _of("layer", side.layer)
    st.markdown(f"**{side.name}** · {md(fixed)}")
    compare(
        panels, words=texts(WORDS), scale=weight_scale(dark()), smallest=SMALL,
        file_stem=file_stem(side.trace.src_text, side.attn.kind, fixed), key=f"compare.multiples.{over}",
        on_choose=lambda i: side.choose(*places[i]),
    )  # fmt: skip
    share(*LINKED)


def _places(side: Side, over: str) -> list[tuple[Pick, Pick]]:
    if over == "layers":
        return [(layer, side.head) for layer in range(side.attn.n_layers)]
    return [(side.layer, head) for head in range(side.attn.n_heads)]


def _of(name: str, at: Pick) -> str:
    return t(f"pick.{name}.{at}") if isinstance(at, str) else t(f"pick.{name}", n=at + 1)


def _marks(chosen: Chosen, side: Side, place: tuple[Pick, Pick]) -> str:
    """Which sides have chosen this one of a side's heads."""
    both = (chosen.a, chosen.b)
    return " ".join(one.name for one in both if one.same_heads(side) and (one.layer, one.head) == place)


def _small(one: AttentionMap, title: str, limit: float, mark: str) -> Linked:
    return _panel(title, title, "", _seen(one), one, None, "weight", limit, mark)


def _seen(one: AttentionMap) -> Floats:
    """The weights; no number where a query may not look."""
    return np.where(visible(one), one.head(0, 0), np.float32(np.nan))
