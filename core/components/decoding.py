"""Writing word by word, as a film strip: one frame a step, and the whole cross-attention growing under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st

from core.components.assets import source
from core.components.buffer import axis_header, chosen_words, on_dark, pack
from core.figures.theme import KEY, QUERY, masked
from core.trace import AttentionMap, Floats, Step

# The texts that `words` must hold.
WORDS = (
    "strip.label",  # what the picture is, for those who hear it
    "strip.previous",
    "strip.next",
    "strip.play",
    "strip.pause",
    "strip.loop",
    "strip.slider",
    "strip.step",  # {step} {steps}
    "strip.frames",  # what the row of frames is
    "strip.forced",  # mark of a frame whose word was forced
    "strip.so_far",  # heading over what has been written
    "strip.looks",  # {query}: heading over the source
    "strip.next_word",  # heading over the bars
    "strip.likely",  # {token} {probability}: a bar
    "strip.drawn",  # {probability}: what sampling gives it, after temperature and cuts
    "strip.choose",  # {token}: what a click on a bar does
    "strip.written",  # said of the bar that was written
    "strip.next_piece",  # the same where a step is a word: the bars are of its first piece
    "strip.adds",  # {sum}: a word's pieces and their log-probabilities
    "strip.rest",  # {probability}: of all tokens without a bar
    "strip.log_prob",  # {word} {total} {probability}
    "strip.matrix",  # heading over the matrix
    "strip.hover",  # {query} {key} {weight}
    "strip.weight",
    "strip.spoken",  # {step} {word} {probability} {key} {weight}
    "strip.png",
    "strip.svg",
    "strip.keys",
    "strip.key_arrows",
    "strip.key_ends",
    "strip.key_space",
    "strip.key_help",
)

_component = st.components.v2.component(
    "headlight_decoding",
    html='<div class="decoding"></div>',
    css=source("common.css", "decoding.css"),
    js=source("common.js", "pencil.js", "pixels.js", "decoding_matrix.js", "decoding_picture.js", "decoding.js"),
)


def film_strip(
    cross: AttentionMap,
    steps: Sequence[Step],
    *,
    pieces: Sequence[Sequence[tuple[str, float]]],
    forced: int = 0,
    drawn: Floats | None = None,
    about: str,
    words: Mapping[str, str],
    scale: Sequence[tuple[float, str]],
    file_stem: str,
    key: str,
    on_force: Callable[[int, int], None] = lambda step, token: None,
) -> None:
    """Every step at once; moving through them stays in the browser.

    cross: one layer and head, [1, 1, step, source]. pieces: (piece, log-probability) of what each step wrote; their sum
    is the step's. forced: how many of the first words were not the model's choice.
    drawn: [step, candidate], the probabilities that sampling really used. about: the sentence; another one starts at
    the first step again. on_force: hears (step from 0, token id) when a person chooses another word, before the rerun.
    """
    if not len(steps) == len(cross.queries) == len(pieces):
        raise ValueError(f"{len(steps)} steps, {len(pieces)} lists of pieces, {len(cross.queries)} rows of attention")
    header = {
        "about": about,
        "queries": axis_header(cross.queries),
        "sources": {**axis_header(cross.keys), "writes": []},  # what a key was about to write says nothing here
        "steps": [
            {
                "written": [step.written.token, step.written.log_prob, step.written.id],
                "top": [[one.token, one.log_prob, one.id] for one in step.top],
                "pieces": [list(piece) for piece in pieces[i]],
                "drawn": None if drawn is None else [float(p) for p in drawn[i]],
            }
            for i, step in enumerate(steps)
        ],
        "seen": _seen(cross),
        "grey": masked(on_dark(scale)),
        "forced": forced,
        "words": chosen_words(words, WORDS),
        "scale": [list(stop) for stop in scale],
        "colours": {"query": QUERY, "key": KEY},
        "file_stem": file_stem,
    }

    def tell() -> None:
        if chosen := (st.session_state.get(key) or {}).get("forced"):
            on_force(int(chosen[0]), int(chosen[1]))

    _component(key=key, data=pack(header, cross.head(0, 0)), on_forced_change=tell)


def _seen(one: AttentionMap) -> list[int]:
    """How many keys, from the first on, each row may look at: of a decoder's own words only those it has read."""
    n, m = len(one.queries), len(one.keys)
    if one.kind != "decoder_self":
        return [m] * n
    # A word of several pieces has been read in part while its later pieces are written.
    return [min(m, max(i + 1, *(np.flatnonzero(row) + 1))) for i, row in enumerate(one.head(0, 0))]
