"""How well a task is learned: against examples, layer by layer, and what is said of one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import GROUND, TYPE, figure, masked, on_page

# Each way of learning: told apart by colour, dash and mark (Okabe and Ito 2008).
LOOKS = {
    "head": ("#B8860B", "dash", "square"), "tuned": ("#0072B2", "solid", "circle"),
    "scratch": ("#D55E00", "dot", "x"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """right: shares of right answers at these sizes; low and high: of several draws. look: of LOOKS."""

    look: str
    name: str
    sizes: Sequence[int]
    right: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def learning(lines: Sequence[Line], chance: tuple[str, float], *, x: str, y: str, dark: bool = False) -> go.Figure:
    """Shares of right answers over examples of each label, which double. chance: name and value of the dotted line."""
    data: list[dict[str, Any]] = []
    for line in lines:
        if line.low:
            data.append(_band(line, dark))
        data.append(_line(line, dark))
    ticks = sorted({n for line in lines for n in line.sizes})
    layout = _layout(x, y, 340)
    layout["xaxis"] |= {"type": "log", "tickvals": ticks, "ticktext": [str(n) for n in ticks]}
    layout["shapes"] = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": chance[1], "y1": chance[1],
         "line": {"dash": "dot", "width": 1.5, "color": "#888"}}
    ]  # fmt: skip
    layout["annotations"] = [
        {"xref": "paper", "x": 1, "y": chance[1], "xanchor": "right", "yanchor": "top", "showarrow": False,
         "text": plain(chance[0]), "font": {"size": TYPE}}
    ]  # fmt: skip
    return figure(data, layout)


def layers(names: Sequence[str], right: Sequence[float], low: Sequence[float], high: Sequence[float], *, y: str,
           dark: bool = False) -> go.Figure:  # fmt: skip
    """A bar a layer, whiskers from the worst draw to the best."""
    colour = on_page(LOOKS["head"][0], dark)
    bars = {
        "type": "bar", "x": list(names), "y": list(right), "marker": {"color": colour},
        "text": [f"{v:.0%}" for v in right], "textposition": "inside", "insidetextanchor": "start",
        "textfont": {"size": TYPE, "color": "#000000" if dark else "#ffffff"},
        "error_y": {
            "type": "data", "symmetric": False, "array": [h - v for v, h in zip(right, high, strict=True)],
            "arrayminus": [v - w for v, w in zip(right, low, strict=True)], "thickness": 1.5, "color": "#888",
        },
        "hovertemplate": "%{x}: <b>%{y:.1%}</b><extra></extra>",
    }  # fmt: skip
    return figure([bars], {**_layout("", y, 300), "hovermode": "closest"})


def said(labels: Sequence[str], chances: Sequence[tuple[str, str, Sequence[float]]], *, x: str, dark: bool = False
         ) -> go.Figure:  # fmt: skip
    """What each says of one sentence. chances: (look, name, a probability a label)."""
    data = [
        {
            "type": "bar", "orientation": "h", "y": [plain(short(label)) for label in labels], "x": list(values),
            "name": plain(name), "marker": {"color": on_page(LOOKS[look][0], dark)},
            "text": [f"{v:.0%}" for v in values], "textposition": "outside", "cliponaxis": False,
            "textfont": {"size": TYPE}, "hovertemplate": f"%{{y}}: <b>%{{x:.1%}}</b><extra>{plain(name)}</extra>",
        }
        for look, name, values in reversed(chances)  # plotly draws from the bottom up
    ]  # fmt: skip
    layout = _layout(x, "", 110 + 34 * max(3, len(labels) * len(chances)) * 2 // 3)
    layout["xaxis"] |= {"range": [0, 1.15], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%"}
    layout["yaxis"] = {"autorange": "reversed", "automargin": True, "tickfont": {"size": TYPE}, "fixedrange": True}
    return figure(data, {**layout, "hovermode": "closest", "bargap": 0.3,
                         "legend": {**_LEGEND, "traceorder": "reversed", "y": -0.2}})  # fmt: skip


_LEGEND = {"orientation": "h", "y": -0.25, "yanchor": "top", "x": 0, "xanchor": "left", "title": {"text": ""}}


def _line(line: Line, dark: bool) -> dict[str, Any]:
    colour, dash, symbol = LOOKS[line.look]
    colour = on_page(colour, dark)
    return {
        "type": "scatter", "mode": "lines+markers", "name": plain(line.name), "x": list(line.sizes),
        "y": list(line.right), "line": {"color": colour, "dash": dash, "width": 2.5},
        "marker": {"color": colour, "symbol": symbol, "size": 10}, "hovertemplate": "<b>%{y:.1%}</b>",
    }  # fmt: skip


def _band(line: Line, dark: bool) -> dict[str, Any]:
    """From the worst draw to the best."""
    return {
        "type": "scatter", "mode": "none", "x": [*line.sizes, *reversed(line.sizes)],
        "y": [*line.low, *reversed(line.high)], "fill": "toself", "fillcolor": masked(dark), "opacity": 0.5,
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def _layout(x: str, y: str, height: int) -> dict[str, Any]:
    font = {"size": TYPE}
    return {
        "xaxis": {"title": {"text": plain(x)}, "showgrid": False, "zeroline": False, "automargin": True,
                  "tickfont": font, "fixedrange": True},
        "yaxis": {"title": {"text": plain(y)}, "range": [0, 1.03], "tickformat": ".0%", "automargin": True,
                  "tickfont": font, "fixedrange": True},
        "height": height, "margin": {"l": 10, "r": 10, "t": 14, "b": 10}, "legend": _LEGEND, "hovermode": "x unified",
        "hoverlabel": {"font": font}, **GROUND, "dragmode": False,
    }  # fmt: skip
