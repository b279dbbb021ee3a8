"""Small pictures side by side, in a grid or in lines: pixels as ink, numbers of their patches as colour under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st

from core.components.assets import source
from core.components.buffer import chosen_words, on_dark, pack
from core.figures.theme import difference_scale
from core.trace import Floats

Choose = Literal["tile", "cell", ""]

# The texts that `words` must hold.
WORDS = (
    "tiles.label",  # {title}: what the picture is, for those who hear it; of one that only shows
    "tiles.label_choose",  # {title}: of one where something can be chosen
    "tiles.cell",  # {name} {row} {column} {value}
    "tiles.chosen",  # {name}
    "tiles.own",  # at the end of the colours, where each tile's end at its own largest number
    "tiles.png",
    "tiles.svg",
    "tiles.keys",
    "tiles.key_arrows",
    "tiles.key_ends",
    "tiles.key_help",
)


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One small picture.

    ink: [row, column], 0 paper to 1. cells: numbers of its patches, [row, column]; their colour is the ground of the
    ink. name: for the pointer, and for those who hear it. label: under it. texts: one for each patch, in its corner.
    """

    ink: Floats
    name: str
    label: str = ""
    cells: Floats | None = None
    texts: tuple[str, ...] = ()


_component = st.components.v2.component(
    "headlight_tiles",
    html='<div class="tiles"></div>',
    css=source("common.css", "tiles.css"),
    js=source("common.js", "pencil.js", "pixels.js", "tiles_paint.js", "tiles.js"),
)


def tiles(
    shown: Sequence[Tile],
    *,
    title: str,
    words: Mapping[str, str],
    scale: Sequence[tuple[float, str]],
    file_stem: str,
    key: str,
    size: int = 96,
    columns: int = 0,
    patches: int = 0,
    rows: Sequence[str] = (),
    cols: Sequence[str] = (),
    limit: float = 1.0,
    signed: bool = False,
    own: bool = False,
    full: float = 1.0,
    chosen: int | None = None,
    choose: Choose = "",
    foot: bool = True,
    on_choose: Callable[[int], None] | None = None,
) -> None:
    """Draw the tiles, at most `size` CSS pixels wide.

    columns: in each line; 0: as many as there is room for. patches: along a side, to be told apart by lines; 0: none.
    rows, cols: names before the lines and above the columns. limit: the number of full colour; signed: numbers go from
    -limit to limit; own: full colour is each tile's own largest number instead. full: what a pixel of full ink is
    called. choose: what a click or the arrows choose, one of the tiles or a cell of the only tile; `on_choose` hears
    which, before the page runs again. foot: a line with the colours and buttons to save.
    """
    if not shown or (choose == "cell" and len(shown) > 1):
        raise ValueError(f"{len(shown)} tiles, to choose a {choose or 'thing'} from")
    header = {
        "tiles": [{"name": one.name, "label": one.label, "texts": list(one.texts)} for one in shown],
        "ink": list(shown[0].ink.shape), "cells": _cells(shown), "title": title, "size": size, "columns": columns,
        "patches": patches, "rows": list(rows), "cols": list(cols), "limit": limit, "signed": signed,
        "own": own, "full": full, "chosen": chosen, "choose": choose, "foot": foot,
        "scale": [list(stop) for stop in scale],
        "difference": [list(stop) for stop in difference_scale(on_dark(scale))],
        "words": chosen_words(words, WORDS), "file_stem": file_stem,
    }  # fmt: skip
    values = [one.ink for one in shown] + [one.cells for one in shown if one.cells is not None]
    _component(
        key=key, data=pack(header, np.concatenate([np.asarray(one, np.float32).ravel() for one in values])),
        on_chosen_change=lambda: _tell(key, on_choose),
    )  # fmt: skip


def _cells(shown: Sequence[Tile]) -> list[int]:
    """Rows and columns of patches with numbers, or none; all tiles are alike."""
    shapes = {(one.ink.shape, None if one.cells is None else one.cells.shape) for one in shown}
    if len(shapes) > 1:
        raise ValueError(f"tiles of {len(shapes)} shapes: {sorted(map(str, shapes))}")
    cells = shown[0].cells
    return [] if cells is None else list(cells.shape)


def _tell(key: str, hear: Callable[[int], None] | None) -> None:
    """Streamlit keeps only those states that have a callback; this one also passes the news on."""
    found: Any = (st.session_state.get(key) or {}).get("chosen")
    if hear is not None and found is not None:
        hear(int(found))
