"""Every head of a map at once: layers down, heads across, one click to choose."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from core.components.assets import source
from core.components.buffer import axis_header, chosen_words, one_byte, pack, stretched
from core.trace import AttentionMap, Floats

# The texts that `words` must hold. {layer} and {head} are counted from 1 when shown.
WORDS = (
    "overview.label",  # {layers} {heads}: what the picture is, for those who hear it
    "overview.layer",  # {layer}: beside the first row
    "overview.head",  # {head}: above the first column
    "overview.at",  # {layer} {head}
    "overview.chosen",  # {layer} {head}: said when a head is chosen
    "overview.hover",  # {query} {key} {weight}
    "overview.weight",  # beside the colours
    "overview.stretched",  # beside the colours when they are stretched
    "overview.png",
    "overview.svg",
    "overview.keys",  # title of the list of keys
    "overview.key_arrows",
    "overview.key_ends",
    "overview.key_zoom",
    "overview.key_enter",
    "overview.key_escape",
    "overview.key_help",
)


@dataclass(frozen=True, slots=True, eq=False)
class Tint:
    """A number of each head, [layer, head], 0 or more: a bar of its colour and the number itself stand under the head.

    title: its name, for people. order: do heads stand in its order, largest first, in place of the model's?
    """

    title: str
    values: Floats
    order: bool = False

    def header(self, shape: tuple[int, ...]) -> dict[str, Any]:
        """`most` is the number of full colour."""
        if self.values.shape != shape:
            raise ValueError(f"{self.values.shape} numbers for {shape} heads")
        flat = np.asarray(self.values, np.float64).ravel()
        order = np.argsort(-flat, kind="stable").tolist() if self.order else None
        return {"title": self.title, "values": flat.tolist(), "most": float(flat.max(initial=0)) or 1.0, "order": order}


_component = st.components.v2.component(
    "headlight_overview",
    html='<div class="overview"></div>',
    css=source("common.css", "overview.css"),
    js=source("common.js", "pixels.js", "overview.js"),
)


def overview(
    attn: AttentionMap,
    layer: int | None,
    head: int | None,
    *,
    words: Mapping[str, str],
    scale: Sequence[tuple[float, str]],
    stretch: bool = False,
    tint: Tint | None = None,
    file_stem: str,
    key: str,
    on_choose: Callable[[int, int], None] = lambda layer, head: None,
) -> tuple[int, int] | None:
    """Draw all heads and return (layer, head), from 0, once a person has chosen one; None before that.

    layer, head: the head to mark; None is all of them, so that a layer of heads can be marked that are pooled. A new
    pair here outranks an earlier click, so the answer is then None again.
    scale: (position 0..1, colour) from weight 0 to weight 1.
    on_choose: called with a person's choice before the page runs again, when widgets may still be set.
    stretch: colour each head against its own largest weight, and say so; hovered numbers stay true.
    tint: a measure of each head to colour and sort them by.
    """
    if not (0 <= (layer or 0) < attn.n_layers and 0 <= (head or 0) < attn.n_heads):
        raise ValueError(f"layer {layer}, head {head} of {attn.n_layers} layers x {attn.n_heads} heads")
    turn, marked, choice = _settle(key, (layer, head))
    weights, peaks = stretched(attn.weights) if stretch else (one_byte(attn.weights), None)
    header = {
        "key": key,
        "turn": turn,
        "selected": marked,
        "peaks": peaks,
        "tint": tint.header(attn.weights.shape[:2]) if tint else None,
        "queries": axis_header(attn.queries),
        "keys": axis_header(attn.keys),
        "words": chosen_words(words, WORDS),
        "scale": [list(stop) for stop in scale],
        "file_stem": file_stem,
    }
    _component(key=key, data=pack(header, weights), on_chosen_change=lambda: _tell(key, on_choose))
    # A map with fewer heads may have come since the click.
    return choice if choice and choice[0] < attn.n_layers and choice[1] < attn.n_heads else None


Mark = tuple[int | None, int | None]


class _Memory(NamedTuple):
    """Between two runs. turn: a number for each time the page, not the person, picks the head; marked: what it picked
    then; seen: the person's choice at the last run; known: the head that the page knew of after it."""

    turn: int
    marked: Mark
    seen: tuple[int, int] | None
    known: Mark


def _settle(key: str, asked: Mark) -> tuple[int, Mark, tuple[int, int] | None]:
    """Who picks the head, the page or the person: the turn, the head marked at its start, the person's choice since.

    Clicks carry their turn: one from an earlier turn is out of date. A new turn begins when the page asks for
    another head than it knew of; but not in the run that a click started, when the page has not heard of it yet.
    Within a turn the buffer stays as it was, byte for byte, so streamlit need not send it again for each click.
    """
    memory = f"{key}.memory"
    before: _Memory | None = st.session_state.get(memory)
    turn, marked = (before.turn, before.marked) if before else (0, asked)
    choice = _choice(key, before.turn) if before else None
    moved = before is not None and asked != before.known and choice in (None, before.seen)
    if before is None or (moved and asked != (choice or marked)):
        turn, marked, choice = secrets.randbits(31), asked, None
    st.session_state[memory] = _Memory(turn, marked, choice, choice or asked)
    return turn, marked, choice


def _choice(key: str, turn: int) -> tuple[int, int] | None:
    chosen = (st.session_state.get(key) or {}).get("chosen")
    return (int(chosen[0]), int(chosen[1])) if chosen and chosen[2] == turn else None


def _tell(key: str, on_choose: Callable[[int, int], None]) -> None:
    """Streamlit keeps only those states that have a callback; this one also passes the choice on."""
    if chosen := (st.session_state.get(key) or {}).get("chosen"):
        on_choose(int(chosen[0]), int(chosen[1]))
