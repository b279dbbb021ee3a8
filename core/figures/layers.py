"""Pictures of a vector's way through a layer: its numbers at the Norm's steps, its length, its growth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import GROUND, QUERY, figure
from core.trace import Floats

BEFORE, STEP, AFTER = "#8a8a8a", "#E69F00", "#807dba"  # the stations of a Norm, on every picture
ADDED = "#CC79A7"  # what a sublayer adds


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    return {"title": {"text": plain(title)}, "zeroline": False, "automargin": True, "fixedrange": True, **more}


def token_axis(names: Sequence[str], title: str = "", **more: Any) -> dict[str, Any]:
    """Tokens may repeat, so positions are the axis and tokens only their labels; many of them are thinned out."""
    every = max(1, len(names) // 60)
    places = list(range(0, len(names), every))
    return axis(title, tickvals=places, ticktext=[plain(short(names[i])) for i in places], showgrid=False, **more)


def layout(height: int, **more: Any) -> dict[str, Any]:
    return {
        "height": height, "margin": {"l": 10, "r": 10, "t": 34, "b": 10}, **GROUND,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}, "font": {"size": 14},
        "hoverlabel": {"font": {"size": 16}}, **more,
    }  # fmt: skip


def histograms(stages: Sequence[tuple[str, Floats]], *, x: str, y: str) -> go.Figure:
    """How one token's numbers lie before the Norm, after its first step, and after its second: one above the other."""
    low = min(float(values.min()) for _, values in stages)
    high = max(float(values.max()) for _, values in stages)
    edges = np.linspace(low, high, 41) if high > low else np.linspace(low - 1, high + 1, 41)
    data, axes, n = [], {}, len(stages)
    for i, ((name, values), colour) in enumerate(zip(stages, (BEFORE, STEP, AFTER), strict=False)):
        counts = np.histogram(values, edges)[0]
        place = "" if i == 0 else str(i + 1)
        data.append({
            "type": "bar", "x": (edges[1:] + edges[:-1]) / 2, "y": counts, "name": plain(name), "yaxis": f"y{place}",
            "marker": {"color": colour}, "hovertemplate": "%{x:.2f}: <b>%{y}</b>",
        })  # fmt: skip
        domain = [1 - (i + 0.86) / n, 1 - i / n]
        axes[f"yaxis{place}"] = axis(y if i == n // 2 else "", domain=domain, nticks=3, anchor="x")
    return figure(data, layout(330, bargap=0.06, xaxis=axis(x, anchor=f"y{n if n > 1 else ''}", zeroline=True), **axes))


def moments(names: Sequence[str], stages: Sequence[tuple[str, Floats, Floats]], chosen: int, words: tuple[str, str]
            ) -> go.Figure:  # fmt: skip
    """(name, mean of each token, variance of each token) at the stations of a Norm; the chosen token is marked."""
    data: list[dict[str, Any]] = []
    for (name, means, variances), colour in zip(stages, (BEFORE, STEP, AFTER), strict=False):
        for values, place in ((means, ""), (variances, "2")):
            data.append({
                "type": "scatter", "mode": "markers", "x": list(range(len(names))), "y": values, "name": plain(name),
                "yaxis": f"y{place}", "marker": {"color": colour, "size": 9}, "showlegend": not place,
                "legendgroup": plain(name), "customdata": [plain(one) for one in names],
                "hovertemplate": "%{customdata}: <b>%{y:.3f}</b>",
            })  # fmt: skip
    mark = {"type": "rect", "x0": chosen - 0.5, "x1": chosen + 0.5, "y0": 0, "y1": 1, "yref": "paper", "line":
            {"width": 0}, "fillcolor": "rgba(128,128,128,0.14)", "layer": "below"}  # fmt: skip
    return figure(data, layout(
        330, xaxis=token_axis(names, anchor="y2"), shapes=[mark],
        yaxis=axis(words[0], domain=[0.56, 1]), yaxis2=axis(words[1], domain=[0, 0.46], rangemode="tozero"),
    ))  # fmt: skip


def lengths(stations: Sequence[str], bars: Sequence[tuple[str, Floats]], *, y: str) -> go.Figure:
    """(name, one length a station): the stream before, what the sublayer adds, their sum, after the Norm."""
    colours = BEFORE, ADDED, STEP, AFTER
    data = [
        {
            "type": "bar", "x": list(range(len(stations))), "y": values, "name": plain(name),
            "marker": {"color": colour}, "hovertemplate": "<b>%{y:.2f}</b>",
        }
        for (name, values), colour in zip(bars, colours, strict=False)
    ]  # fmt: skip
    return figure(data, layout(
        330, xaxis=token_axis(stations), yaxis=axis(y, rangemode="tozero"), hovermode="x unified",
    ))  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Growing:
    """One model's line: at each station the mean, smallest and largest over the tokens. name: of the model."""

    name: str
    stations: Sequence[str]
    mean: Floats
    low: Floats
    high: Floats


def growth(models: Sequence[Growing], *, x: str, y: str) -> go.Figure:
    """The size of the stream's numbers from the embedding up; stations are spread so that all models end together."""
    data: list[dict[str, Any]] = []
    for one, colour, tint in zip(models, (AFTER, "#D55E00"), ("128,125,186", "213,94,0"), strict=False):
        at = np.linspace(0, 1, len(one.mean))
        data.append({
            "type": "scatter", "mode": "lines", "x": np.concatenate([at, at[::-1]]), "line": {"width": 0},
            "y": np.concatenate([one.high, one.low[::-1]]), "fill": "toself", "fillcolor": f"rgba({tint},0.16)",
            "hoverinfo": "skip", "showlegend": False,
        })  # fmt: skip
        data.append({
            "type": "scatter", "mode": "lines+markers", "x": at, "y": one.mean, "name": plain(one.name),
            "line": {"color": colour, "width": 3}, "marker": {"size": 8},
            "customdata": [plain(station) for station in one.stations],
            "hovertemplate": "%{customdata}: <b>%{y:.2f}</b>",
        })  # fmt: skip
    first = models[0]
    ticks = {"tickvals": np.linspace(0, 1, len(first.mean)), "ticktext": [plain(name) for name in first.stations]}
    several = {} if len(models) == 1 else {"tickvals": [0, 1], "ticktext": [plain(first.stations[0]), plain(x)]}
    return figure(data, layout(
        360, xaxis=axis("" if several else x, showgrid=False, **{**ticks, **several}),
        yaxis=axis(y, rangemode="tozero"),
    ))  # fmt: skip


def moved(pairs: Sequence[tuple[str, Floats, Floats]], *, x: str, y: str) -> go.Figure:
    """(name, alone, in the batch): each number of a token as a point. On the diagonal nothing has changed."""
    both = np.concatenate([values for _, *pair in pairs for values in pair])
    low, high = float(both.min()), float(both.max())
    data: list[dict[str, Any]] = [{
        "type": "scatter", "mode": "lines", "x": [low, high], "y": [low, high], "hoverinfo": "skip",
        "showlegend": False, "line": {"color": BEFORE, "width": 1, "dash": "dot"},
    }]  # fmt: skip
    for (name, alone, batch), colour in zip(pairs, (QUERY, "#D55E00"), strict=False):
        data.append({
            "type": "scatter", "mode": "markers", "x": alone, "y": batch, "name": plain(name),
            "marker": {"color": colour, "size": 6, "opacity": 0.75},
            "hovertemplate": "%{x:.3f} → <b>%{y:.3f}</b>",
        })  # fmt: skip
    return figure(data, layout(420, xaxis=axis(x), yaxis=axis(y)))
