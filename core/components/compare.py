"""Maps beside each other, linked: pointing at a cell of one outlines the same cell in all and reads every value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.components.assets import source
from core.components.buffer import chosen_words, on_dark, pack
from core.components.matrices import Panel
from core.figures.theme import difference_scale, masked

# The texts that `words` must hold.
WORDS = (
    "compare.label",  # {title} {caption}: what a map is, for those who hear it
    "compare.cell",  # {query} {key}
    "compare.nothing",  # for the value, where a map does not have this cell
    "compare.hint",  # under the maps
    "compare.hint_choose",  # the same where a click chooses
    "compare.row",  # {n}: a row without a name
    "compare.column",  # {n}: a column without a name
    "compare.png",
    "compare.svg",
    "compare.csv",
    "compare.json",
    "compare.keys",
    "compare.key_arrows",
    "compare.key_tab",
    "compare.key_enter",
    "compare.key_escape",
    "compare.key_help",
)


@dataclass(frozen=True, slots=True)
class Linked:
    """A panel whose cells have partners in other panels.

    rows, cols: a number for each row and column of the panel; where two panels have the same number they mean the same.
    mark: shown on the panel's corner: which side has chosen it.
    held: a row that stays outlined. points: for each row a place among the columns, drawn as a dot, or none.
    """

    panel: Panel
    rows: tuple[int, ...]
    cols: tuple[int, ...]
    mark: str = ""
    held: int | None = None
    points: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        links, shape = (len(self.rows), len(self.cols)), self.panel.values.shape
        if links != shape:
            raise ValueError(f"{self.panel.name}: links {links} for values {shape}")
        if len(self.points) not in (0, shape[0]):
            raise ValueError(f"{self.panel.name}: {len(self.points)} points for {shape[0]} rows")

    def header(self) -> dict[str, Any]:
        return {
            **self.panel.header(), "rowLinks": self.rows, "colLinks": self.cols, "mark": self.mark, "held": self.held,
            "points": self.points,
        }  # fmt: skip


_component = st.components.v2.component(
    "headlight_compare",
    html='<div class="matrices compare"></div>',
    css=source("common.css", "matrices.css", "compare.css"),
    js=source("common.js", "pencil.js", "pixels.js", "matrices_parts.js", "compare_parts.js", "compare.js"),
)


def compare(
    panels: Sequence[Linked],
    *,
    words: Mapping[str, str],
    scale: Sequence[tuple[float, str]],
    smallest: int,
    lines: Sequence[int] = (),
    file_stem: str,
    key: str,
    on_choose: Callable[[int], None] | None = None,
    on_row: Callable[[int, int], None] | None = None,
) -> None:
    """Draw the panels, as many in a line as the page has room for; pointing stays in the browser.

    scale: (position 0..1, colour) from weight 0 to a panel's limit. smallest: of a cell, in CSS px, before panels go to
    another line. lines: how many may stand in one, most first; any number if not given. on_choose: hears of the panel
    that a person clicked, before the page runs again; on_row: of the panel and its row.
    """
    if not panels:
        raise ValueError("no panels")
    dark = on_dark(scale)
    header = {
        "panels": [one.header() for one in panels], "words": chosen_words(words, WORDS),
        "scale": [list(stop) for stop in scale], "difference": [list(stop) for stop in difference_scale(dark)],
        "grey": masked(dark), "smallest": smallest, "lines": list(lines),
        "chooses": bool(on_choose or on_row), "file_stem": file_stem,
    }  # fmt: skip

    def tell() -> None:
        picked, row = (st.session_state.get(key) or {}).get("chosen") or (None, None)
        if picked is None or not 0 <= int(picked) < len(panels):
            return
        if on_choose:
            on_choose(int(picked))
        if on_row and row is not None and 0 <= int(row) < len(panels[int(picked)].rows):
            on_row(int(picked), int(row))

    values = np.concatenate([one.panel.values.ravel() for one in panels])
    _component(key=key, data=pack(header, values), on_chosen_change=tell)
