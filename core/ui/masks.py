"""The page Masks: its cached runs, and what it asks for besides the sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core.components.matrices import LARGEST
from core.config import TRANSLATORS
from core.errors import UserError
from core.figures.labels import query_names, tokens
from core.lab import masks as lab
from core.shelf import ModelInfo
from core.ui.asking import choice, select_number
from core.ui.language import t
from core.ui.running import load
from core.ui.showing import longer_than_trained
from core.ui.waiting import tried

if TYPE_CHECKING:
    from core.lab.cheating import Cheating
    from core.lab.masked_runs import Batched, Leak, Scores

PADS = 2
KINDS = ("decoder_self", "encoder_self", "cross")
DRAWN, LINK = "masks.drawn", 1500  # characters of a drawn mask that a link still carries


@st.cache_data(max_entries=8, show_spinner=False)
def scores(name: str, text: str, pads: int) -> Scores:
    """Every score of a run, before any mask; raises `UserError`."""
    from core.lab import masked_runs

    return masked_runs.scores(load(name), text, pads)


@st.cache_data(max_entries=32, show_spinner=False)
def batch(name: str, texts: tuple[str, ...]) -> tuple[Batched, ...]:
    """Sentences read one by one and as a padded batch; raises `UserError`."""
    from core.lab import masked_runs

    return masked_runs.batch(load(name), texts)


@st.cache_data(max_entries=32, show_spinner=False)
def leak(name: str, text: str, reference: str) -> Leak:
    """A reference read with the causal mask and without; raises `UserError`."""
    from core.lab import masked_runs

    return masked_runs.leak(load(name), text, reference)


@st.cache_data(max_entries=1, show_spinner=False)
def cheating() -> Cheating:
    """Two small decoders trained here and now, once for everybody."""
    from core.lab import cheating

    return cheating.cheating()


def reference(info: ModelInfo, text: str) -> str:
    """What a decoder is asked to write; one that stands alone is asked for the text itself."""
    try:
        found = scores(info.name, text, st.session_state.get("masks.pads", PADS))
        longer_than_trained(info, found.maps[0].keys)
        own = found.tgt_text
    except UserError:
        own = None
    if info.architecture not in TRANSLATORS:
        return ""
    typed: str = st.text_input(
        t("masks.leak.reference"), key="masks.reference", bind="query-params", help=t("masks.leak.reference.help"),
        placeholder=own, persist_state="session",
    )  # fmt: skip
    return typed


class Chosen(NamedTuple):
    """One head's scores and the mask to try on them; `name` is the mask's, queries and keys say what the axes are."""

    one: lab.ScoreMap
    layer: int
    head: int
    name: str
    masked: lab.Masked
    queries: tuple[str, ...]
    keys: tuple[str, ...]


def choose(info: ModelInfo, text: str) -> Chosen | None:
    """Which attention, layer, head and mask of the sentence's run; a sentence on the page where there is none."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choice("masks.kind", [kind for kind in KINDS if kind in info.config.kinds])
        controls = st.container(horizontal=True)
        pads = st.slider(t("masks.pads"), 0, 6, PADS, key="masks.pads", bind="query-params", help=t("masks.pads.help"),
                         persist_state="session", width=180)  # fmt: skip
    found = tried(scores, info.name, text, pads)
    if not found:
        return None
    longer_than_trained(info, found.maps[0].keys)
    one = found[kind]
    with controls:
        layer, head = pick_head(*one.scores.shape[:2])
    if max(one.own.shape) > LARGEST[0]:
        st.info(t("masks.too_large", n=max(one.own.shape), limit=LARGEST[0]))
        return None
    return _with(one, layer, head, *_mask(one))


def like(chosen: Chosen, name: str, text: str, kind: str, mask: str) -> Chosen:
    """The same run, layer and head (or the nearest), another kind of attention and another mask."""
    one = scores(name, text, st.session_state["masks.pads"])[kind]
    layer, head = (min(at, n - 1) for at, n in zip((chosen.layer, chosen.head), one.scores.shape[:2], strict=True))
    return _with(one, layer, head, mask, lab.build(mask, one))


def _with(one: lab.ScoreMap, layer: int, head: int, name: str, mask: lab.Bools) -> Chosen:
    masked = lab.apply(one.scores[layer, head], mask)
    return Chosen(one, layer, head, name, masked, tuple(query_names(one.queries)), tuple(tokens(one.keys)))


def pick_head(layers: int, heads: int) -> tuple[int, int]:
    """A layer and a head, counted from 1 for people and from 0 here: scores of several can't be pooled."""
    with st.container(horizontal=True):
        layer = select_number("layer", t("term.layer"), layers, width=90)
        return layer, select_number("head", t("term.head"), heads, width=90)


def _mask(one: lab.ScoreMap) -> tuple[str, lab.Bools]:
    """The mask chosen by name or drawn. Each kind of attention begins with the one that the model gives it."""
    if st.session_state.get("masks.shown", one.kind) != one.kind:
        st.session_state["masks.mask"] = one.own_name
    st.session_state["masks.shown"] = one.kind
    others = lab.CROSS if one.kind == "cross" else lab.SELF
    name = choice("masks.mask", (one.own_name, *[other for other in others if other != one.own_name], "drawn"))
    if name == "drawn":
        return name, _drawn(one)
    d = 0
    if name == "window":
        d = st.slider(
            t("masks.window"), 0, 8, 2, key="masks.d", bind="query-params", persist_state="session", width=320
        )
    return name, lab.build(name, one, d)


def _drawn(one: lab.ScoreMap) -> lab.Bools:
    """What was drawn here or came in a link, over the model's own mask."""
    code = st.session_state.setdefault(DRAWN, st.query_params.get(DRAWN, ""))
    drawn = lab.from_code(code)
    if drawn is not None and len(code) <= LINK:
        st.query_params[DRAWN] = code
    return one.own if drawn is None else lab.fitted(drawn, one.own)


def draw(edited: list[list[int]]) -> None:
    """A person has drawn on the mask, whichever it was: from now on it is theirs."""
    st.session_state[DRAWN] = lab.to_code(np.array(edited, bool))
    st.session_state["masks.mask"] = "drawn"


def start_again() -> None:
    """Forget what was drawn."""
    st.session_state[DRAWN] = ""
    st.query_params.pop(DRAWN, None)
