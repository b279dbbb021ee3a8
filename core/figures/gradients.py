"""Norms of gradients under the words, on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.figures.labels import plain, ticks, tokens
from core.figures.theme import GROUND, QUIET, SMALL, TYPE, figure, masked, on_page
from core.trace import Axis

Doubles = npt.NDArray[np.float64]
CROWDED = 24
# Told apart by the colour-blind too (Okabe and Ito 2008), and none of them a query's, key's or value's.
LOOKS = {
    "rnn": ("#CC79A7", "circle", "solid"), "lstm": ("#56B4E9", "square", "solid"),
    "c": ("#56B4E9", "square-open", "dot"),
    "gru": ("#E69F00", "diamond", "solid"), "transformer": ("#7a52b3", "triangle-up", "solid"),
    "gpt": ("#5f5f5f", "star", "dash"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """norms: [t] over the tokens of `axis`. look: a key of `LOOKS`."""

    look: str
    name: str
    axis: Axis
    norms: Doubles


def curves(
    lines: Sequence[Line], words: tuple[str, str, str], *, power: tuple[float, str] | None = None,
    block: tuple[int, str] | None = None, dark: bool = False,
) -> go.Figure:  # fmt: skip
    """words: the axes' titles, and what a norm of exactly 0 is called.

    power: a gain g and its line's name: g^(T-t), from where the first line ends. block: the step with which a truncated
    block begins, and its name. A zero has no logarithm: it is a cross at the foot.
    """
    axis = lines[0].axis
    low, high = _range(lines)
    traces = [trace for line in lines for trace in _line(line, low, words[2], dark)]
    if power:
        traces.append(_power(lines[0], *power))
    layout: dict[str, Any] = {
        "xaxis": _under(axis, words[0]),
        "yaxis": {
            "type": "log", "range": [float(np.log10(low)) - 0.15, float(np.log10(high)) + 0.3], "fixedrange": True,
            "exponentformat": "power", "showgrid": True, "gridcolor": masked(dark), "griddash": "dot",
            "tickfont": {"size": TYPE}, "title": {"text": plain(words[1]), "font": {"size": TYPE}}, "automargin": True,
            **({"dtick": max(1, round(np.log10(high / low) / 8))} if high / low > 100 else {}),
        },
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": TYPE}},
        "height": 430, "margin": {"l": 10, "r": 10, "t": 50, "b": 10}, **GROUND,
        "hoverlabel": {"font": {"size": TYPE}},
    }  # fmt: skip
    if block:
        start, name = block
        layout["shapes"] = [{"type": "rect", "xref": "x", "yref": "paper", "x0": start - 0.5, "x1": len(axis) - 0.5,
                             "y0": 0, "y1": 1, "fillcolor": QUIET, "opacity": 0.12, "line": {"width": 0}}]  # fmt: skip
        layout["annotations"] = [{"xref": "x", "yref": "paper", "x": len(axis) - 0.55, "y": 1, "text": plain(name),
                                  "showarrow": False, "xanchor": "right", "yanchor": "top",
                                  "font": {"size": TYPE, "color": QUIET}}]  # fmt: skip
    return figure(traces, layout)


def _range(lines: Sequence[Line]) -> tuple[float, float]:
    """The smallest and the largest norm, with room for the zeros below."""
    found = np.concatenate([line.norms[line.norms > 0] for line in lines])
    if not found.size:
        return 1e-3, 1.0
    zeros = any((line.norms == 0).any() for line in lines)
    return max(float(found.min()) / (10 if zeros else 1), 1e-300), float(found.max())


def _line(line: Line, low: float, zero: str, dark: bool) -> list[dict[str, Any]]:
    colour, symbol, dash = LOOKS[line.look]
    colour = on_page(colour, dark) if line.look == "transformer" else colour
    labels = [plain(name) for name in tokens(line.axis)]
    places = np.arange(len(line.norms))
    own = {
        "type": "scatter", "name": plain(line.name), "legendgroup": line.name, "x": places,
    }  # fmt: skip
    shown = np.where(line.norms > 0, line.norms, np.nan)
    drawn = [{
        **own, "mode": "lines+markers", "y": shown, "text": labels, "connectgaps": False,
        "line": {"color": colour, "width": 2.5, "dash": dash}, "marker": {"symbol": symbol, "size": 9, "color": colour},
        "hovertemplate": f"{plain(line.name)}<br><b>%{{text}}</b>: <b>%{{y:.3e}}</b><extra></extra>",
    }]  # fmt: skip
    if (none := np.flatnonzero(line.norms == 0)).size:
        drawn.append({
            **own, "mode": "markers", "x": none, "y": np.full(len(none), low), "text": [labels[i] for i in none],
            "marker": {"symbol": "x-thin", "size": 9, "line": {"color": colour, "width": 2.5}}, "showlegend": False,
            "hovertemplate": f"{plain(line.name)}<br><b>%{{text}}</b>: <b>{plain(zero)}</b><extra></extra>",
        })  # fmt: skip
    return drawn


def _power(line: Line, gain: float, name: str) -> dict[str, Any]:
    last = len(line.norms) - 1
    return {
        "type": "scatter", "mode": "lines", "x": np.arange(last + 1), "name": plain(name),
        "y": line.norms[-1] * gain ** np.arange(last, -1, -1.0), "line": {"color": QUIET, "width": 1.5, "dash": "dash"},
        "hovertemplate": f"{plain(name)}: %{{y:.3e}}<extra></extra>",
    }  # fmt: skip


def _under(axis: Axis, title: str) -> dict[str, Any]:
    return {
        "tickvals": list(range(len(axis))), "ticktext": ticks(tokens(axis), axis), "tickangle": -50,
        "tickfont": {"size": SMALL if len(axis) > CROWDED else TYPE}, "showgrid": False, "zeroline": False,
        "fixedrange": True, "range": [-0.5, len(axis) - 0.5], "automargin": True,
        "title": {"text": plain(title), "font": {"size": TYPE}},
    }  # fmt: skip
