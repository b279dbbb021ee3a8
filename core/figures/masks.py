"""What a mask does to rows and losses: bars and curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import GROUND, difference_scale, figure, weight_scale
from core.trace import Floats


def pair_of_bars(
    labels: Sequence[str], pair: tuple[Floats, Floats], names: tuple[str, str], unit: str, *, line: float | None = None,
    dark: bool = False,
) -> go.Figure:  # fmt: skip
    """Two numbers a token side by side, the right order (purple) and the wrong one (orange); `line` is dashed."""
    places = list(range(len(labels)))
    bars = [
        {
            "type": "bar", "x": places, "y": values, "name": plain(name), "marker": {"color": colour},
            "text": [plain(label) for label in labels], "textposition": "none",
            "hovertemplate": f"%{{text}}<br>{plain(name)} <b>%{{y:.3f}}</b> {plain(unit)}<extra></extra>",
        }
        for values, name, colour in zip(pair, names, _colours(dark), strict=True)
    ]  # fmt: skip
    ticks = {
        "tickvals": places, "ticktext": [plain(short(label)) for label in labels], "tickangle": -50, "showgrid": False,
        "tickfont": {"size": 11 if len(labels) > 24 else 13},
    }  # fmt: skip
    layout = _layout(unit, ticks)
    if line is not None:
        layout["shapes"] = [level(line)]
    return figure(bars, layout)


def curves(lines: tuple[Floats, Floats], names: tuple[str, str], words: tuple[str, str], floor: tuple[float, str],
           *, dark: bool = False) -> go.Figure:  # fmt: skip
    """Two losses over training steps, each averaged over ten steps; `words` name the axes, `floor` a level."""
    traces = [
        {
            "type": "scatter", "x": list(range(10, len(values) + 1)), "name": plain(name), "mode": "lines",
            "y": np.convolve(values, np.ones(10) / 10, "valid"), "line": {"color": colour, "width": 2.5},
            "hovertemplate": f"{plain(words[0])} %{{x}}<br>{plain(name)} <b>%{{y:.2f}}</b><extra></extra>",
        }
        for values, name, colour in zip(lines, names, _colours(dark), strict=True)
    ]  # fmt: skip
    said = {
        "x": 1, "xref": "x domain", "xanchor": "right", "y": floor[0], "yref": "y", "yanchor": "bottom",
        "text": plain(floor[1]), "showarrow": False,
    }  # fmt: skip
    layout = _layout(words[1], {"title": {"text": plain(words[0])}, "showgrid": False})
    return figure(traces, {**layout, "shapes": [level(floor[0])], "annotations": [said]})


def level(y: float, width: float = 1) -> dict[str, Any]:
    """A dashed line across the whole picture."""
    line = {"dash": "dash", "width": width, "color": "#888"}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "x domain", "y0": y, "y1": y, "yref": "y", "line": line}


def _colours(dark: bool) -> tuple[str, str]:
    return weight_scale(dark)[6][1], difference_scale(dark)[3][1]


def _layout(unit: str, x: dict[str, Any]) -> dict[str, Any]:
    return {
        "xaxis": x, "yaxis": {"title": {"text": plain(unit)}}, "height": 320,
        "margin": {"l": 10, "r": 10, "t": 30, "b": 10}, "barmode": "group", "bargap": 0.25,
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}, **GROUND,
    }  # fmt: skip
