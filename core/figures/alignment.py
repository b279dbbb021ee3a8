"""Translators against each other: how sharply they look step by step, how good and how fast they are by length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import GROUND, figure, on_page
from core.trace import Floats

# A line each, told apart by colour, dash and mark (Okabe and Ito 2008), and on a light page dark enough for white.
STYLES = (
    ("#5f5f5f", "dot", "x"), ("#B8860B", "dash", "square"), ("#0072B2", "solid", "circle"),
    ("#009E73", "dashdot", "diamond"), ("#A6447D", "solid", "triangle-up"), ("#D55E00", "longdash", "cross"),
)  # fmt: skip
FEW = 30  # sentences: a score of fewer is drawn hollow
_LEGEND = {"orientation": "h", "y": -0.28, "yanchor": "top", "x": 0, "xanchor": "left", "title": {"text": ""}}


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """values: [step]; said: what is pointed at, one text a value. style: which of STYLES, the place in the row if none
    is given."""

    name: str
    values: Floats
    said: Sequence[str]
    style: int | None = None


def steps(lines: Sequence[Line], *, x: str, y: str, shared: bool, dark: bool = False) -> go.Figure:
    """A line a translator over the steps of its output. shared: all of them write the same, whose names stand below."""
    traces = [
        {
            **_line(i if line.style is None else line.style, line.name, dark),
            "x": list(range(1, len(line.values) + 1)),
            "y": line.values,
            "customdata": [plain(one) for one in line.said],
            "hovertemplate": "%{customdata}: <b>%{y:.2f}</b>",
        }
        for i, line in enumerate(lines)
    ]  # fmt: skip
    layout = _layout(x, y)
    layout["yaxis"] |= {"rangemode": "tozero"}
    names = lines[0].said
    if shared and len(names) <= 40:
        ticks = {"tickvals": list(range(1, len(names) + 1)), "ticktext": [plain(short(name)) for name in names]}
        layout["xaxis"] |= {**ticks, "title": {"text": ""}, "tickangle": -50}
        layout["legend"] = {**_LEGEND, "y": -0.45}
    else:
        layout["xaxis"] |= {"tickformat": "d"}
    return figure(traces, layout)


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """places: the numbers of the lengths on the axis; counts: sentences of each."""

    name: str
    places: Sequence[int]
    values: Sequence[float]
    counts: Sequence[int]


def by_length(
    lines: Sequence[Scored], lengths: Sequence[str], *, x: str, y: str, count: str, dark: bool = False
) -> go.Figure:
    """Scores over lengths; hollow where only few sentences are that long. count: `{n}` sentences, for the hover."""
    traces = []
    for i, line in enumerate(lines):
        trace = _line(i, line.name, dark)
        marks = [trace["marker"]["symbol"] + ("-open" if n < FEW and trace["marker"]["symbol"] != "x" else "")
                 for n in line.counts]  # fmt: skip
        traces.append({
            **trace, "x": list(line.places), "y": list(line.values), "marker": {**trace["marker"], "symbol": marks},
            "customdata": [plain(count.format(n=f"{n:,}")) for n in line.counts],
            "hovertemplate": "<b>%{y:.1f}</b> (%{customdata})",
        })  # fmt: skip
    layout = _layout(x, y)
    layout["xaxis"] |= {"tickvals": list(range(len(lengths))), "ticktext": [plain(one) for one in lengths]}
    layout["yaxis"] |= {"rangemode": "tozero"}
    return figure(traces, layout)


def growing(
    names: Sequence[str], sizes: Sequence[int], values: Floats, *, x: str, y: str, unit: str, dark: bool = False
) -> go.Figure:
    """A line a translator, [name, size], over lengths that double, both axes logarithmic."""
    traces = [
        {**_line(i, name, dark), "x": list(sizes), "y": row, "hovertemplate": f"<b>%{{y:.3g}}</b> {plain(unit)}"}
        for i, (name, row) in enumerate(zip(names, values, strict=True))
    ]
    layout = _layout(x, y)
    layout["xaxis"] |= {"type": "log", "tickvals": list(sizes), "ticktext": [str(n) for n in sizes]}
    layout["yaxis"] |= {"type": "log", "dtick": 1}
    return figure(traces, layout)


def left_out(tokens: Sequence[str], moved: Floats, *, y: str) -> go.Figure:
    """How far a sentence's vector moves without each of its words."""
    bars = {
        "type": "bar", "x": list(range(len(tokens))), "y": moved, "marker": {"color": STYLES[0][0]},
        "customdata": [plain(token) for token in tokens],
        "hovertemplate": "%{customdata}: <b>%{y:.3f}</b><extra></extra>",
    }  # fmt: skip
    layout = _layout("", y, 260)
    layout["xaxis"] |= {"tickvals": list(range(len(tokens))), "ticktext": [plain(short(token)) for token in tokens]}
    return figure([bars], {**layout, "hovermode": "closest"})


def _line(i: int, name: str, dark: bool) -> dict[str, Any]:
    colour, dash, symbol = STYLES[i % len(STYLES)]
    colour = on_page(colour, dark)
    return {
        "type": "scatter", "mode": "lines+markers", "name": plain(name), "line": {"color": colour, "dash": dash},
        "marker": {"color": colour, "symbol": symbol, "size": 9},
    }  # fmt: skip


def _layout(x: str, y: str, height: int = 340) -> dict[str, Any]:
    size = {"size": 14}
    return {
        "xaxis": {"title": {"text": plain(x)}, "showgrid": False, "zeroline": False, "automargin": True,
                  "tickfont": size},
        "yaxis": {"title": {"text": plain(y)}, "zeroline": True, "automargin": True, "tickfont": size},
        "height": height, "margin": {"l": 10, "r": 10, "t": 14, "b": 10}, "legend": _LEGEND, "hovermode": "x unified",
        "hoverlabel": {"font": {"size": 14}}, **GROUND,
    }  # fmt: skip
