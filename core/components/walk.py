"""One token's way as a row of boxes, each with its vector as an upright strip: a step at a time, a box to be opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.components.assets import source
from core.components.buffer import chosen_words, pack
from core.figures.theme import difference_scale
from core.trace import Floats

COLUMN = 256  # numbers in one column of a strip; a longer vector is folded into several

# The texts that `words` must hold.
WORDS = (
    "walk.box",  # {group} {title} {note}: what a box is, for those who hear it
    "walk.step",  # {shown} {total} {title}
    "walk.value",  # {i} {value}: a number of a vector as long as the stream
    "walk.unit",  # {i} {value}: a number of another vector
    "walk.followed",  # {i}: under the boxes, while one dimension is followed
    "walk.free",  # said when none is followed any more
    "walk.hint",
    "walk.hint_look",  # the same where no box can be opened
    "walk.colours",  # {limit}: beside the colours
    "walk.first",
    "walk.previous",
    "walk.next",
    "walk.play",
    "walk.pause",
    "walk.all",
    "walk.png",
    "walk.keys",
    "walk.key_steps",
    "walk.key_ends",
    "walk.key_dimension",
    "walk.key_play",
    "walk.key_escape",
    "walk.key_help",
)


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """A stop on the way. values: [d], what the token's vector is here, drawn from the top down.

    note: a line under the strip. joiner: drawn before the box: "+", "=", "→" ... limit: the value of full colour, else
    the picture's own. labels: one for each value: these are shares, 0..1, drawn as bars with their names.
    """

    name: str
    title: str
    values: Floats
    note: str = ""
    joiner: str = ""
    limit: float | None = None
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.values.dtype != np.float32 or self.values.ndim != 1 or self.values.size == 0:
            raise ValueError(f"{self.name}: values are {self.values.dtype} {self.values.shape}, not a float32 vector")
        if len(self.labels) not in (0, len(self.values)):
            raise ValueError(f"{self.name}: {len(self.labels)} labels for {len(self.values)} values")


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes that belong together, under a title."""

    title: str
    boxes: tuple[Box, ...]


_component = st.components.v2.component(
    "headlight_walk",
    html='<div class="walk"></div>',
    css=source("common.css", "walk.css"),
    js=source("common.js", "pixels.js", "walk_strip.js", "walk.js"),
)


def walk(
    groups: Sequence[Group],
    *,
    selected: str = "",
    words: Mapping[str, str],
    dark: bool,
    file_stem: str,
    key: str,
    on_box: Callable[[str], None] | None = None,
) -> None:
    """Draw the boxes; stepping and following a dimension stay in the browser.

    selected: the box that is open. on_box: hears which box a person opened or stepped to, before the page runs again;
    without it the strips are only looked at, and there are no steps.
    """
    boxes = [box for group in groups for box in group.boxes]
    names = [box.name for box in boxes]
    if not boxes or len(set(names)) < len(names):
        raise ValueError(f"boxes need names of their own: {names}")
    header = {
        "groups": [{"title": group.title, "boxes": [_box(box) for box in group.boxes]} for group in groups],
        "selected": selected, "opens": on_box is not None, "limit": colour_limit(boxes), "column": COLUMN,
        "common": any(box.limit is None and not box.labels for box in boxes),
        "words": chosen_words(words, WORDS), "file_stem": file_stem,
        "difference": [list(stop) for stop in difference_scale(dark)],
    }  # fmt: skip
    _component(
        key=key, data=pack(header, np.concatenate([box.values for box in boxes])),
        on_box_change=lambda: _tell(key, on_box),
    )  # fmt: skip


def colour_limit(boxes: Sequence[Box]) -> float:
    """The number of full colour, one for all strips without their own: 99 of 100 numbers are no further from 0."""
    own = [np.abs(box.values) for box in boxes if box.limit is None and not box.labels]
    return round(float(np.quantile(np.concatenate(own), 0.99)), 1) or 1.0 if own else 1.0


def _box(box: Box) -> dict[str, Any]:
    return {
        "name": box.name, "title": box.title, "note": box.note, "joiner": box.joiner, "limit": box.limit,
        "labels": list(box.labels), "n": len(box.values),
    }  # fmt: skip


def _tell(key: str, hear: Callable[[str], None] | None) -> None:
    """Streamlit keeps only those states that have a callback; this one also passes the news on."""
    if hear is not None and (name := (st.session_state.get(key) or {}).get("box")):
        hear(str(name))
