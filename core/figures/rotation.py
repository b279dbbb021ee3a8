"""Positions as arrows: each pair of dimensions on a circle of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain
from core.figures.positions import Reals, Words, page
from core.figures.theme import QUIET, TYPE, figure, masked, weight_scale


def circles(
    before: Reals, after: Reals, angles: Reals, pairs: Sequence[int], names: tuple[str, str], words: Words, *,
    across: int = 4, dark: bool = False,
) -> go.Figure:  # fmt: skip
    """A unit circle a pair: cos to the right, sin upwards; grey the position p, strong the one k further on.

    before, after: [d]; angles: [pair] radians between them.
    """
    colours = QUIET, weight_scale(dark)[7][1]
    traces: list[dict[str, Any]] = []
    notes, rows = [], -(-len(pairs) // across)
    for at, pair in enumerate(pairs):
        x, y = 2.9 * (at % across), -3.2 * (at // across)
        turn = np.linspace(0, 2 * np.pi, 61)
        traces.append(_line(x + np.cos(turn), y + np.sin(turn), masked(dark), 1))
        start = float(np.arctan2(before[2 * pair], before[2 * pair + 1]))
        arc = start + np.linspace(0, float(min(angles[pair], 2 * np.pi)), 40)
        traces.append(_line(x + 0.35 * np.cos(arc), y + 0.35 * np.sin(arc), colours[1], 2))
        for vector, name, colour in zip((before, after), names, colours, strict=True):
            sin, cos = float(vector[2 * pair]), float(vector[2 * pair + 1])
            traces.append({
                "type": "scatter", "mode": "lines+markers", "x": [x, x + cos], "y": [y, y + sin], "name": plain(name),
                "line": {"color": colour, "width": 3}, "showlegend": at == 0, "legendgroup": name,
                "marker": {"size": [0, 13], "symbol": "arrow", "angleref": "previous"},
                "hovertemplate": f"{plain(name)} · {plain(words.pair)} {pair}<br>sin <b>{sin:.3f}</b> · "
                f"cos <b>{cos:.3f}</b><extra></extra>",
            })  # fmt: skip
        degrees = float(np.degrees(angles[pair]))
        notes.append({"x": x, "y": y - 1.35, "text": f"{plain(words.pair)} {pair}: {_degrees(degrees)}",
                      "showarrow": False, "font": {"size": TYPE}})  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    layout = {
        "xaxis": {**hidden, "range": [-1.3, 2.9 * (min(across, len(pairs)) - 1) + 1.3]},
        "yaxis": {**hidden, "range": [-3.2 * (rows - 1) - 1.7, 1.2], "scaleanchor": "x"},
        "annotations": notes, "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0,
                                         "font": {"size": TYPE}},
    }  # fmt: skip
    return figure(traces, page(layout, 60 + 230 * rows))


def _degrees(value: float) -> str:
    return f"{value:,.1f}°" if value >= 0.1 else f"{value:.2g}°"


def _line(x: Reals, y: Reals, colour: str, width: float) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "line": {"color": colour, "width": width},
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
