"""Pictures of one head's arithmetic: a score's products, two softmaxes, arrows, shares, curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import GROUND, KEY, QUERY, QUIET, VALUE, difference_scale, figure
from core.trace import Floats

WEIGHT = "#807dba"  # the middle of the scale of weights
_VALUE = "%{x}: <b>%{y:.3f}</b><extra></extra>"
_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right", "title": {"text": ""}}
Trace = dict[str, Any]  # plotly.js's: a line, bars


def product_bars(products: Floats, *, x: str, y: str, dark: bool = False) -> go.Figure:
    """The products q_i k_i of one query and one key, [d_head]: orange adds to the score, blue takes away."""
    scale = difference_scale(dark)
    colours = [scale[3][1] if value >= 0 else scale[1][1] for value in products]
    places = list(range(1, len(products) + 1))
    bars = {"type": "bar", "x": places, "y": products, "marker": {"color": colours}, "hovertemplate": _VALUE}
    return figure([bars], _quiet(x, y, 240))


def pair_of_bars(labels: Sequence[str], before: Floats, after: Floats, names: tuple[str, str], y: str) -> go.Figure:
    """Two rows of weights, 0..1, key by key; labels may repeat."""
    places = list(range(len(labels)))
    bars = [
        {
            "type": "bar", "x": places, "y": values, "name": plain(name), "marker": {"color": colour},
            "customdata": [plain(label) for label in labels], "hovertemplate": "%{customdata}: <b>%{y:.3f}</b>",
        }
        for values, name, colour in zip((before, after), names, (QUIET, WEIGHT), strict=True)
    ]  # fmt: skip
    layout = _quiet("", y, 300)
    layout["xaxis"] |= {"tickvals": places, "ticktext": [plain(short(label)) for label in labels]}
    layout["yaxis"] |= {"range": [0, 1.02]}
    return figure(bars, {**layout, "barmode": "group", "legend": _LEGEND})


def curves(
    x: Sequence[float], lines: Sequence[tuple[str, Floats, str]], *, title: str, x_title: str, at: float | None = None,
    log: bool = False,
) -> go.Figure:  # fmt: skip
    """(name, values, colour) over sizes that double, `at` marked; `log` also upwards."""
    traces = [
        {
            "type": "scatter", "x": list(x), "y": values, "name": plain(name), "mode": "lines+markers",
            "line": {"color": colour}, "hovertemplate": "%{y:.3g}",
        }
        for name, values, colour in lines
    ]  # fmt: skip
    layout = _quiet(x_title, "", 310, title)
    layout["margin"] |= {"t": 78}
    layout["xaxis"] |= {"type": "log", "tickvals": list(x), "ticktext": [str(n) for n in x]}
    if log:
        layout["yaxis"] |= {"type": "log", "exponentformat": "power", "dtick": 1}
    if at is not None:
        line = {"width": 1, "dash": "dot", "color": QUIET}
        marked = {"type": "line", "x0": at, "x1": at, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain", "line": line}
        layout["shapes"] = [marked]
    return figure(traces, {**layout, "hovermode": "x unified", "legend": _LEGEND})


def two_arrows(
    queries: Floats, keys: Floats, names: tuple[Sequence[str], Sequence[str]], query: int, key: int,
    words: tuple[str, str],
) -> go.Figure:  # fmt: skip
    """All queries and keys as faint arrows from the origin, [n, 2]; the chosen pair strong, their angle between them.

    One unit is as long across as up, or angles would lie.
    """
    traces = []
    for points, labels, chosen, colour, word in zip(
        (queries, keys), names, (query, key), (QUERY, KEY), words, strict=True
    ):
        rest = [i for i in range(len(points)) if i != chosen]
        traces += [_dots(points[rest], [labels[i] for i in rest], colour, word)]
        traces += [_arrow(points[chosen], labels[chosen], colour, word)]
    layout = _quiet("", "", 440)
    layout["yaxis"] |= {"scaleanchor": "x", "scaleratio": 1}
    return figure([*traces, _arc(queries[query], keys[key])], {**layout, "legend": _LEGEND})


def _dots(points: Floats, labels: Sequence[str], colour: str, word: str) -> Trace:
    return {
        "type": "scatter", "x": points[:, 0], "y": points[:, 1], "mode": "markers", "showlegend": False,
        "marker": {"color": colour, "size": 8, "opacity": 0.4}, "text": [plain(label) for label in labels],
        "hovertemplate": f"{plain(word)} <b>%{{text}}</b><extra></extra>",
    }  # fmt: skip


def _arrow(tip: Floats, label: str, colour: str, word: str) -> Trace:
    return {
        "type": "scatter", "x": [0, tip[0]], "y": [0, tip[1]], "mode": "lines+markers+text", "name": plain(word),
        "line": {"color": colour, "width": 4}, "marker": {"size": [0, 15], "symbol": "arrow", "angleref": "previous"},
        "text": ["", plain(short(label))], "textposition": "top center", "textfont": {"color": colour, "size": 15},
        "hoverinfo": "skip",
    }  # fmt: skip


def _arc(a: Floats, b: Floats) -> Trace:
    """Between two directions, the short way round."""
    start, end = (float(np.arctan2(v[1], v[0])) for v in (a, b))
    turn = (end - start + np.pi) % (2 * np.pi) - np.pi
    angles = start + turn * np.linspace(0, 1, 30)
    radius = 0.3 * min(float(np.linalg.norm(a)), float(np.linalg.norm(b)))
    return {
        "type": "scatter", "x": radius * np.cos(angles), "y": radius * np.sin(angles), "mode": "lines",
        "line": {"color": QUIET, "width": 2}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def share_bars(shares: Floats, names: Sequence[str], chosen: int, *, y: str) -> go.Figure:
    """What each head (and the bias, last) adds to the output; together 1."""
    colours = [QUIET] * len(shares)
    colours[chosen] = VALUE
    bars = {
        "type": "bar", "x": list(names), "y": shares, "marker": {"color": colours},
        "text": [f"{share:.2f}" for share in shares], "hovertemplate": _VALUE,
    }  # fmt: skip
    return figure([bars], _quiet("", y, 280))


def climb(levels: Sequence[str], lines: Sequence[tuple[str, Floats, str]], *, y: str) -> go.Figure:
    """Cosines from the embedding up through the layers."""
    traces = [
        {
            "type": "scatter", "x": list(levels), "y": values, "name": plain(name), "mode": "lines+markers",
            "line": {"color": colour, "width": 3}, "marker": {"size": 9}, "hovertemplate": "<b>%{y:.3f}</b>",
        }
        for name, values, colour in lines
    ]  # fmt: skip
    low = min(0.0, *(float(np.nanmin(values)) for _, values, _ in lines if not np.isnan(values).all()))
    layout = _quiet("", y, 340)
    layout["yaxis"] |= {"range": [low - 0.05, 1.05]}
    return figure(traces, {**layout, "hovermode": "x unified", "legend": _LEGEND})


def _quiet(x: str, y: str, height: int, title: str = "") -> dict[str, Any]:
    """A layout without lines and grounds; each call gives one of its own."""
    return {
        "xaxis": {"title": {"text": plain(x)}, "showgrid": False, "zeroline": False, "automargin": True},
        "yaxis": {"title": {"text": plain(y)}, "zeroline": True, "automargin": True},
        "height": height, "margin": {"l": 10, "r": 10, "t": 34, "b": 10},
        "title": {"text": plain(title), "font": {"size": 15}, "y": 0.98, "yanchor": "top"},
        **GROUND, "bargap": 0.2,
    }  # fmt: skip
