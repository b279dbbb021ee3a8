"""Small matrices in reading order, as heat maps whose rows can be followed: a computation, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import streamlit as st

from core.components.assets import source
from core.components.buffer import chosen_words, on_dark, pack
from core.figures.theme import difference_scale, masked
from core.trace import Floats

PanelScale = Literal["signed", "weight", "mask", "masked"]
LARGEST = (512, 1024)  # rows, columns

# The texts that `words` must hold.
WORDS = (
    "matrices.label",  # {title} {caption}: what a panel is, for those who hear it
    "matrices.cell",  # {row} {column} {value}
    "matrices.row",  # {n}: a row without a label
    "matrices.column",  # {n}: a column without a label
    "matrices.held",  # {row}: said when a row is held
    "matrices.free",  # said when none is held any more
    "matrices.allowed",  # value of a mask cell that may be looked at
    "matrices.hidden",  # and of one that may not
    "matrices.hint",  # under the panels
    "matrices.hint_edit",  # the same where a mask can be drawn on
    "matrices.first",
    "matrices.previous",
    "matrices.next",
    "matrices.play",
    "matrices.pause",
    "matrices.all",
    "matrices.step",  # {shown} {total} {title}
    "matrices.larger",
    "matrices.smaller",
    "matrices.png",
    "matrices.svg",
    "matrices.csv",
    "matrices.json",
    "matrices.keys",
    "matrices.key_rows",
    "matrices.key_steps",
    "matrices.key_play",
    "matrices.key_zoom",
    "matrices.key_edit",
    "matrices.key_escape",
    "matrices.key_help",
)


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One matrix of the row.

    values: [rows, columns]. rows, cols: names of rows and columns, or none.
    scale: "signed" (symmetric about 0 up to `limit`, else to its own largest), "weight" (0..1),
    "mask" (1: may look, 0: may not), "masked" (signed; -inf cells grey).
    joiner: drawn before the panel: "×", "=", "→" ... colour: of the title.
    axis: what the rows are. Panels of the same axis light up together; without it, panels with the same row names do.
    """

    name: str
    title: str
    caption: str
    values: Floats
    rows: tuple[str, ...] = ()
    cols: tuple[str, ...] = ()
    scale: PanelScale = "signed"
    joiner: str = ""
    colour: str = ""
    axis: str = ""
    limit: float | None = None

    def __post_init__(self) -> None:
        shape = self.values.shape
        if self.values.dtype != np.float32 or self.values.ndim != 2 or self.values.size == 0:
            raise ValueError(f"{self.name}: values are {self.values.dtype} {shape}, not a float32 matrix")
        if shape[0] > LARGEST[0] or shape[1] > LARGEST[1]:
            raise ValueError(f"{self.name}: {shape} is larger than {LARGEST}")
        for names, n in ((self.rows, shape[0]), (self.cols, shape[1])):
            if len(names) not in (0, n):
                raise ValueError(f"{self.name}: {len(names)} names for {n} rows or columns")

    def header(self) -> dict[str, Any]:
        """All but the numbers; `limit` is the value of full colour."""
        finite = np.abs(self.values[np.isfinite(self.values)])
        return {
            "name": self.name, "title": self.title, "caption": self.caption, "rows": list(self.rows),
            "cols": list(self.cols), "scale": self.scale, "joiner": self.joiner, "colour": self.colour,
            "axis": self.axis or "\n".join(self.rows), "shape": list(self.values.shape),
            "limit": float(self.limit or finite.max(initial=0) or 1),
        }  # fmt: skip


class Answer(NamedTuple):
    """What a person did in the picture since it was first shown; None before that."""

    row: int | None
    edited: list[list[int]] | None


_component = st.components.v2.component(
    "headlight_matrices",
    html='<div class="matrices"></div>',
    css=source("common.css", "matrices.css"),
    js=source("common.js", "pencil.js", "pixels.js", "matrices_parts.js", "matrices.js"),
)


def matrices(
    panels: Sequence[Panel],
    *,
    words: Mapping[str, str],
    scale: Sequence[tuple[float, str]],
    file_stem: str,
    key: str,
    selected_row: int | None = None,
    link: str = "",
    line: bool = False,
    editable: str | None = None,
    on_edit: Callable[[list[list[int]]], None] | None = None,
    on_row: Callable[[int | None], None] | None = None,
) -> Answer:
    """Draw the panels; stepping, pointing, holding and zooming stay in the browser.

    scale: (position 0..1, colour) from weight 0 to weight 1; its first colour is the ground for the other scales too.
    selected_row: held at the start; a value that changes here holds another row.
    link: the name under which the page's link keeps how many panels are shown; without it, it does not.
    line: all panels beside each other, row names before the first alone, where the page is wide enough for their cells.
    editable: the name of a "mask" panel that can be drawn on; `on_edit` gets the new 0/1 matrix before the page runs
    again. Give the edited mask back in the panel, so that a reset by the page is seen as a change.
    on_row: called with the row that a person holds, or None; without it the page hears of no row and does not run.
    """
    if not panels:
        raise ValueError("no panels")
    names = [panel.name for panel in panels]
    if editable is not None and (editable not in names or panels[names.index(editable)].scale != "mask"):
        raise ValueError(f"{editable!r} is no mask among {names}")
    dark = on_dark(scale)
    header = {
        "panels": [panel.header() for panel in panels], "words": chosen_words(words, WORDS),
        "scale": [list(stop) for stop in scale], "difference": [list(stop) for stop in difference_scale(dark)],
        "grey": masked(dark), "selected": selected_row, "line": line, "editable": editable,
        "link": link, "tells_row": on_row is not None, "file_stem": file_stem,
    }  # fmt: skip
    values = np.concatenate([panel.values.ravel() for panel in panels])
    _component(
        key=key, data=pack(header, values), on_edited_change=lambda: _tell(key, "edited", on_edit),
        on_row_change=lambda: _tell(key, "row", on_row),
    )  # fmt: skip
    state = st.session_state.get(key) or {}
    return Answer(state.get("row"), state.get("edited"))


def _tell(key: str, name: str, hear: Callable[[Any], None] | None) -> None:
    """Streamlit keeps only those states that have a callback; this one also passes the news on."""
    if hear is not None:
        hear((st.session_state.get(key) or {}).get(name))
