"""The page The whole model: its cached run, what a person looks at, and the ways to the other pages."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.components.whole import SHOWN, WORDS, View
from core.components.whole import whole as picture
from core.figures.theme import weight_scale
from core.shelf import ModelInfo
from core.trace import Trace
from core.ui.asking import into_link
from core.ui.language import language, t, texts
from core.ui.running import load
from core.ui.showing import dark, file_stem
from core.ui.waiting import OnStep, attempt

if TYPE_CHECKING:
    from core.lab.whole import Whole

LINKED = ("token", "hold", "head", "open")  # each with `whole.` before it in the link
START, VIEW = "whole.start", "whole.view"  # (the run, its View, its turn) as first shown; (the run, its View) as now
Links = dict[str, list[tuple[str, str, Mapping[str, str]]]]


@st.cache_data(max_entries=16, show_spinner=False)
def vectors(name: str, text: str, tokens: tuple[int, ...]) -> Whole:
    """Every vector of a run with that output; raises `UserError`."""
    from core.lab.whole import whole

    return whole(load(name), text, tokens, SHOWN)


def vectors_or_say(info: ModelInfo, trace: Trace) -> Whole | None:
    """The run's vectors, or a sentence on the page that says why there are none."""

    def work(heard: OnStep) -> Whole:
        return vectors(info.name, trace.src_text, trace.ids)

    return attempt(work, f"whole {info.name} {trace.src_text} {trace.ids}")


def draw(trace: Trace, found: Whole) -> View:
    """The picture; returns what a person looks at."""
    about = repr((trace.model, trace.src_text, trace.tgt_text, trace.chosen))
    start, turn = _start(about, trace, found)
    kept = st.session_state.get(VIEW)
    view: View = kept[1] if kept and kept[0] == about else start

    def hear(new: View) -> None:
        st.session_state[VIEW] = about, _valid(new, trace, found)

    picture(
        trace, found.vectors, found.fired, found.d_ff, found.norm, start=start, turn=turn, links=_links(trace),
        words=texts(WORDS),
        scale=weight_scale(dark()), file_stem=file_stem(trace.src_text, trace.model, "whole"), key="whole.picture",
        on_view=hear,
    )  # fmt: skip
    for name, value, default in zip(LINKED, codes(view), codes(View(first_token(trace))), strict=True):
        into_link(f"whole.{name}", value, default)
    return view


def codes(view: View) -> tuple[str, ...]:
    """A view as the link has it, in the order of LINKED."""
    return view.token, str(int(view.locked)), str(view.head or "mean"), view.open or "none"


def _start(about: str, trace: Trace, found: Whole) -> tuple[View, int]:
    """How the picture of a run begins, and a number for that, both kept as long as the run is shown.

    It is as the link wishes, else one token is followed. Another sentence keeps the head and the open block.
    """
    kept = st.session_state.get(START)
    if kept and kept[0] == about:
        return kept[1], kept[2]
    asked = {name: st.query_params.get(f"whole.{name}", "") for name in LINKED}
    if kept:
        before: View = (st.session_state.get(VIEW) or kept)[1]
        asked = {"head": str(before.head), "open": before.open}
    head = asked["head"]
    view = View(
        asked.get("token", ""), int(head) if re.fullmatch("[0-9]{1,3}", head) else 0, asked["open"],
        asked.get("hold") == "1",
    )  # fmt: skip
    view = _valid(view, trace, found)
    turn = secrets.randbits(31)
    st.session_state[START] = about, view, turn
    return view, turn


def _valid(view: View, trace: Trace, found: Whole) -> View:
    """The view with what this run does not have at its default."""
    cross = trace["cross"]
    match = re.fullmatch("(src|tgt)-([0-9]{1,4})", view.token)
    counts = {"src": min(SHOWN, len(cross.keys)), "tgt": min(SHOWN, len(cross.queries))}
    token = view.token if match and int(match[2]) < counts[match[1]] else ""
    blocks = {one.name.split("/")[0] for one in found.vectors} | {"out"}
    return View(
        token or first_token(trace),
        view.head if 0 <= view.head <= cross.n_heads else 0,
        view.open if view.open in blocks else "",
        view.locked and bool(token),
    )


def first_token(trace: Trace) -> str:
    """Whom to follow at first: the decoder's input that looks at one typed word most clearly when it writes a word."""
    cross = trace["cross"]
    weights = cross.weights[:, :, :SHOWN, :SHOWN].mean((0, 1))
    weights = np.where(np.array(cross.keys.special[:SHOWN]), 0, weights)
    words = [word[:1].isalpha() for word in cross.queries.writes[:SHOWN]]
    best = np.where(words, weights.max(-1), -1)
    best[:1] = -1 if len(best) > 1 else best[:1]  # behind `<s>` alone no self-attention can be seen
    return f"tgt-{int(best.argmax())}"


def _links(trace: Trace) -> Links:
    """Where each kind of block is explained; the browser fills in layer, head and row."""
    common = {"sentence": trace.src_text, "model": trace.model, "lang": language()}

    def to(page: str, **query: str) -> tuple[str, str, Mapping[str, str]]:
        return t(f"whole.page.{page}"), page, {name.replace("_", "."): value for name, value in query.items()} | common

    inside = to("layer", layer_side="{sidename}", layer="{layer}", token="{row}")
    last = to("layer", layer_side="{sidename}", layer="{last}", token="{row}")
    attention: Links = {
        kind: [
            to("heads", kind=kind, layer="{layer}", head="{head}"),
            to("selfattention", kind=kind, layer="{layer}", head="{one}", query="{row}"),
            *([to("masks", masks_kind=kind, layer="{layer}", head="{one}")] if kind == "decoder_self" else []),
            inside,
        ]
        for kind in ("encoder_self", "decoder_self", "cross")
    }
    return attention | {
        "embed": [to("positions")], "ffn": [inside], "norm": [last], "out": [to("decoding"), last],
    }  # fmt: skip
