"""One colour a concept, on every page. Chosen to be told apart by the colour-blind (Okabe and Ito 2008)."""

from __future__ import annotations

import base64
import sys
from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio

QUERY, KEY, VALUE = "#0072B2", "#D55E00", "#009E73"
_MASKED = {False: "#c4c4c4", True: "#3d3c3a"}

QUIET = "#8a8a8a"  # what stands in the background of a picture
TYPE, SMALL = 14, 11  # px of the text; of the names on a crowded axis
CLEAR = "rgba(0,0,0,0)"
GROUND = {"plot_bgcolor": CLEAR, "paper_bgcolor": CLEAR}  # the page's own

# Weights, 0 to 1: one hue, light to dark on a light page and the other way on a dark one.
_LIGHT = ("#ffffff", "#efedf5", "#dadaeb", "#bcbddc", "#9e9ac8", "#807dba", "#6a51a3", "#54278f", "#3f007d")
_DARK = ("#171614", "#211e33", "#2f2a57", "#443b7d", "#5d51a4", "#7a6dc6", "#9c90e0", "#c3baf3", "#efeaff")


def on_page(colour: str, dark: bool = False) -> str:
    """A concept's colour as text: on a dark page halfway to white, or it could not be read."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{(part + 255) // 2 if dark else part:02x}" for part in parts)


Scale = list[tuple[float, str]]


def masked(dark: bool = False) -> str:
    """Where a query may not look: plain grey."""
    return _MASKED[dark]


def weight_scale(dark: bool = False) -> Scale:
    """Plotly's form: (position, colour), positions 0 to 1."""
    colours = _DARK if dark else _LIGHT
    return [(i / (len(colours) - 1), colour) for i, colour in enumerate(colours)]


def difference_scale(dark: bool = False) -> Scale:
    """Signed numbers and differences, -limit to +limit: blue, the ground at 0, orange."""
    colours = ("#6fc0f2", "#2f7fb5", _DARK[0], "#b8651a", "#ffab5e") if dark else (
        "#004f85", "#5aa9d9", _LIGHT[0], "#f3a261", "#a84600"
    )  # fmt: skip
    return [(i / (len(colours) - 1), colour) for i, colour in enumerate(colours)]


def figure(data: list[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    """A figure of plain dictionaries in plotly.js's own words, each trace with its "type"; arrays may be numpy's.

    Plotly's validation takes twenty times as long as all the rest (15 to 25 ms a heat map), so it is left out, and with
    it what it would set right: a title is {"text": ...} and not a string. The tests build every figure with it, too,
    and hold that it changes nothing (tests/conftest.py).
    """
    return Plain({"data": data, "layout": layout})


class Plain(go.Figure):  # type: ignore[misc] # Plotly has no types
    """A figure that goes to the browser as it was written: all that is asked of it is `to_dict`.

    Plotly would build an object for each part of it, and copy all of them back into dictionaries.
    """

    def __init__(self, written: dict[str, Any]) -> None:
        self._written = written

    def to_dict(self) -> dict[str, Any]:
        layout = {"template": _template(pio.templates.default), **_typed(self._written["layout"])}
        return {"data": _typed(self._written["data"]), "layout": layout}


@cache
def _template(name: str) -> dict[str, Any]:
    """What plotly.js starts from; streamlit has one of its own, and the browser puts the theme's colours in."""
    if "pandas" in sys.modules:  # Plotly asks it for its types: if another thread is importing it, wait for the whole
        import pandas  # noqa: F401
    found: dict[str, Any] = go.Figure(layout={"template": name}).to_dict()["layout"]["template"]
    return found


# What plotly.js reads as numbers in base64: shorter than digits, and NaN has a place there.
_TYPES = {"uint8": "u1", "int32": "i4", "float32": "f4", "float64": "f8"}


def _typed(value: Any) -> Any:
    """The same with arrays as base64; those of other numbers as lists."""
    if isinstance(value, dict):
        return {key: _typed(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_typed(one) for one in value] if any(isinstance(one, dict) for one in value) else list(value)
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.name not in _TYPES or not value.size:
        return value.tolist()
    packed = {"dtype": _TYPES[value.dtype.name], "bdata": base64.b64encode(value.tobytes()).decode("ascii")}
    return packed | ({"shape": str(value.shape)[1:-1]} if value.ndim > 1 else {})
