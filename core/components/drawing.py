"""A square to draw on, 32 x 32 points: with mouse, pen, finger or keys."""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.components.assets import source
from core.components.buffer import chosen_words, pack

# The texts that `words` must hold.
WORDS = (
    "drawing.label",  # what it is and how to draw by keys, for those who hear it
    "drawing.hint",
    "drawing.pen",
    "drawing.eraser",
    "drawing.undo",
    "drawing.clear",
    "drawing.at",  # {row} {column}: said when the keys move
    "drawing.down",  # said when the keys put the pen down
    "drawing.up",
    "drawing.keys",
    "drawing.key_arrows",
    "drawing.key_space",
    "drawing.key_eraser",
    "drawing.key_undo",
    "drawing.key_clear",
    "drawing.key_help",
)
Points = npt.NDArray[np.bool_]

_component = st.components.v2.component(
    "headlight_drawing",
    html='<div class="drawing"></div>',
    css=source("common.css", "drawing.css"),
    js=source("common.js", "drawing.js"),
)


def drawing(
    points: Points, *, block: int, turn: int, words: Mapping[str, str], key: str, on_draw: Callable[[Points], None]
) -> None:
    """Draw the square; strokes stay in the browser until one is done, then `on_draw` hears all points.

    block: points along a side of what will be one pixel, to be seen as a grid. turn: another number means that the
    page, not the person, has put these points there; without it the browser keeps what is drawn.
    """
    if points.ndim != 2 or points.shape[0] != points.shape[1] or points.shape[0] % block:
        raise ValueError(f"{points.shape} is no square of blocks of {block}")
    header = {"block": block, "turn": turn, "words": chosen_words(words, WORDS)}
    _component(
        key=key, data=pack(header, points.astype(np.uint8)), on_drawn_change=lambda: _tell(key, len(points), on_draw)
    )


def _tell(key: str, side: int, hear: Callable[[Points], None]) -> None:
    """Streamlit keeps only those states that have a callback; this one also passes the news on."""
    found = read(str((st.session_state.get(key) or {}).get("drawn") or ""), side)
    if found is not None:
        hear(found)


def read(text: str, side: int) -> Points | None:
    """The browser's points: hexadecimal, eight to two digits, row after row. None for anything else."""
    try:
        packed = np.frombuffer(binascii.unhexlify(text), np.uint8)
    except (binascii.Error, ValueError):
        return None
    if len(packed) * 8 != side * side:
        return None
    return np.unpackbits(packed).reshape(side, side).astype(np.bool_)
