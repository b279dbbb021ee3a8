"""What a language model expects next, and how much each word of a text surprised several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import GROUND, TYPE, figure, masked
from core.trace import Candidate, Floats

ROW = 24
# By how far a model sees; told apart by the colour-blind too (Okabe and Ito 2008), by mark and dash as well.
LOOKS = {
    "markov-1": ("#8a8a8a", "circle-open", "dot"), "markov-2": ("#8a8a8a", "square-open", "dash"),
    "markov-3": ("#8a8a8a", "diamond-open", "solid"), "window": ("#B8860B", "x", "longdash"),
    "rnn": ("#CC79A7", "circle", "solid"), "lstm": ("#56B4E9", "square", "solid"),
    "gru": ("#E69F00", "diamond", "solid"), "gpt": ("#7a52b3", "triangle-up", "solid"),
}  # fmt: skip


def bars(top: Sequence[Candidate], look: str, words: tuple[str, str], *, most: float) -> go.Figure:
    """The likeliest next pieces, from the top down. words: "probability", and what a click does; most: the axis's end,
    the same for all models that stand side by side."""
    chances = [float(np.exp(one.log_prob)) for one in top]
    names = [plain(short(one.token)) for one in top]
    data = {
        "type": "bar", "orientation": "h", "x": chances, "y": list(range(len(top))),
        "marker": {"color": LOOKS[look][0]}, "text": [f"{p:.1%}" for p in chances], "textposition": "outside",
        "cliponaxis": False, "hovertext": [f"<b>{plain(one.token)}</b>" for one in top],
        "hovertemplate": f"%{{hovertext}}<br>{plain(words[0])} %{{x:.4f}}<br>{plain(words[1])}<extra></extra>",
    }  # fmt: skip
    layout = {
        "height": ROW * len(top) + 20, "margin": {"l": 10, "r": 10, "t": 4, "b": 4}, **GROUND,
        "showlegend": False, "bargap": 0.25, "clickmode": "event+select", "dragmode": False,
        "xaxis": {"range": [0, most * 1.35], "visible": False, "fixedrange": True},
        "yaxis": {
            "tickvals": list(range(len(top))), "ticktext": names, "autorange": "reversed", "automargin": True,
            "fixedrange": True, "tickfont": {"size": TYPE}, "showgrid": False, "zeroline": False,
        },
    }  # fmt: skip
    return figure([data], layout)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """bits: [word], the surprise of each word. look: a key of `LOOKS`."""

    look: str
    name: str
    bits: Floats


def surprise(lines: Sequence[Line], read: Sequence[str], title: str, *, dark: bool = False) -> go.Figure:
    """-log2 p of each word; every line is a model. title: of the vertical axis."""
    at = list(range(len(read)))
    traces = [_line(line, at, read) for line in lines]
    layout: dict[str, Any] = {
        "height": 380, "margin": {"l": 10, "r": 10, "t": 40, "b": 10}, **GROUND,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": TYPE}},
        "hoverlabel": {"font": {"size": TYPE}},
        "xaxis": {
            "tickvals": at, "ticktext": [plain(short(word)) for word in read], "tickfont": {"size": TYPE},
            "range": [-0.4, len(read) - 0.6], "automargin": True, "fixedrange": True, "zeroline": False,
            "showgrid": False,
        },
        "yaxis": {
            "title": {"text": plain(title), "font": {"size": TYPE}}, "rangemode": "tozero", "tickfont": {"size": TYPE},
            "gridcolor": masked(dark), "griddash": "dot", "automargin": True, "fixedrange": True, "zeroline": False,
        },
    }  # fmt: skip
    return figure(traces, layout)


def _line(line: Line, at: list[int], read: Sequence[str]) -> dict[str, Any]:
    colour, mark, dash = LOOKS[line.look]
    return {
        "type": "scatter", "mode": "lines+markers", "name": plain(line.name), "x": at, "y": line.bits,
        "line": {"color": colour, "dash": dash, "width": 2}, "marker": {"symbol": mark, "size": 9},
        "hovertext": [plain(word) for word in read],
        "hovertemplate": f"<b>%{{hovertext}}</b><br>{plain(line.name)} %{{y:.1f}}<extra></extra>",
    }  # fmt: skip
