"""States and gates under the words, an unrolled network, and how many numbers a cell has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short, ticks, tokens
from core.figures.theme import GROUND, QUIET, SMALL, TYPE, difference_scale, figure, masked, weight_scale
from core.trace import Axis, Floats

ABOVE, BETWEEN = 78, 26  # pixels: the words above all strips, and a strip's own title
CROWDED = 14  # tokens beyond which they stand in smaller type
UNITS_DRAWN = 8  # of a state in the unrolled network


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """values: [token, unit]. limit: colours from -limit to limit; None: a gate, 0 to 1. tall: pixels."""

    title: str
    values: Floats
    limit: float | None = None
    tall: int = 84


@dataclass(frozen=True, slots=True)
class Words:
    """What a reader reads besides the numbers, in the reader's language."""

    word: str
    unit: str
    units: str


def strips(axis: Axis, parts: Sequence[Strip], words: Words, *, notes: Sequence[str] = (), dark: bool = False
           ) -> go.Figure:  # fmt: skip
    """One above the other, time from left to right under the words. notes: a line a token, shown in the hover."""
    whole = ABOVE + sum(part.tall + BETWEEN for part in parts)
    inner = whole - ABOVE - 10
    layout: dict[str, Any] = {"xaxis": _words(axis, len(parts)), "annotations": []}
    traces, top = [], 0
    for i, part in enumerate(parts, 1):
        high, low = 1 - (top + BETWEEN) / inner, max(0.0, 1 - (top + BETWEEN + part.tall) / inner)
        suffix = "" if i == 1 else str(i)
        layout[f"yaxis{suffix}"] = {
            "domain": [low, high], "showticklabels": False, "showgrid": False, "zeroline": False, "fixedrange": True,
            "anchor": "x", "range": [part.values.shape[1] - 0.5, -0.5],
        }  # fmt: skip
        layout["annotations"].append(_heading(part.title, high))
        traces.append({**_cells(part, words, notes, dark), "yaxis": f"y{suffix}"})
        top += part.tall + BETWEEN
    return figure(traces, {**layout, **_page(whole)})


def _cells(part: Strip, words: Words, notes: Sequence[str], dark: bool) -> dict[str, Any]:
    gate = part.limit is None
    limit = 1.0 if part.limit is None else part.limit
    hover = f"<b>%{{x}}</b> · {plain(words.unit)} %{{customdata}}<br>{plain(part.title)}: <b>%{{z:.3f}}</b>"
    n, units = part.values.shape
    cells = {
        "type": "heatmap", "z": np.asarray(part.values.T, np.float32), "zmin": 0.0 if gate else -limit, "zmax": limit,
        "colorscale": weight_scale(dark) if gate else difference_scale(dark), "showscale": False,
        "customdata": [[unit + 1] * n for unit in range(units)], "xhoverformat": ".1f", "xgap": 1,
    }  # fmt: skip
    if notes:
        cells["text"] = [[plain(note) for note in notes]] * units
        hover += "<br>%{text}"
    return {**cells, "hovertemplate": f"{hover}<extra></extra>"}


def _words(axis: Axis, last: int) -> dict[str, Any]:
    """Positions, named as people write them; cut on the axis, whole in the hover (see core/figures/attention.py)."""
    labels = tokens(axis)
    names = {str(i): name for i, name in enumerate(ticks(labels, axis))}
    whole = {f"{i}.0": plain(name) for i, name in enumerate(labels)}
    return {
        "tickvals": list(range(len(axis))), "labelalias": {**names, **whole}, "side": "top", "tickangle": -50,
        "tickfont": {"size": SMALL if len(axis) > CROWDED else TYPE}, "showgrid": False, "zeroline": False,
        "fixedrange": True, "anchor": "free", "position": 1.0, "range": [-0.5, len(axis) - 0.5],
        "automargin": "right",  # the last word, tilted, ends beyond its column
    }  # fmt: skip


def _heading(text: str, y: float) -> dict[str, Any]:
    return {"xref": "paper", "yref": "paper", "x": 0, "y": y, "xanchor": "left", "yanchor": "bottom",
            "text": plain(text), "showarrow": False, "font": {"size": TYPE}}  # fmt: skip


def sizes(
    names: Sequence[str], parts: Sequence[tuple[str, Sequence[int]]], unit: str, *, dark: bool = False
) -> go.Figure:
    """Stacked bars: how many numbers each cell learns, by matrix."""
    scale = weight_scale(dark)
    bars = [
        {
            "type": "bar", "orientation": "h", "y": [plain(name) for name in names], "x": list(numbers),
            "name": plain(part), "marker": {"color": scale[at][1]},
            "hovertemplate": f"%{{y}} · {plain(part)}: <b>%{{x:,}}</b><extra></extra>",
        }
        for at, (part, numbers) in zip((6, 4, 2), parts, strict=False)
    ]  # fmt: skip
    totals = [sum(numbers[i] for _, numbers in parts) for i in range(len(names))]
    layout = {
        "barmode": "stack", "xaxis": {**_quiet(unit), "range": [0, 1.15 * max(totals)], "tickformat": ","},
        "yaxis": {**_quiet(""), "autorange": "reversed", "automargin": True},
        "legend": {"orientation": "h", "y": 1.05, "yanchor": "bottom", "x": 0, "font": {"size": TYPE}},
        "annotations": [
            {"x": total, "y": i, "text": f" {total:,}", "showarrow": False, "xanchor": "left", "font": {"size": TYPE}}
            for i, total in enumerate(totals)
        ],
    }  # fmt: skip
    return figure(bars, {**layout, **_page(240, 40)})


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One step: its input and output ("" for none), and its state, [unit]; fed: the input is the last output.

    part: the name of the part that it belongs to, drawn where it begins.
    """

    read: str
    state: Floats
    written: str
    fed: bool = False
    part: str = ""


def unrolled(columns: Sequence[Drawn], words: Words, *, most: int = 12, dark: bool = False) -> go.Figure:
    """The network step by step: inputs below, the first units of the state in the middle, outputs above.

    Arrows are what the computation reads. Steps of a long text are left out in the middle.
    """
    kept, gap = some_of(len(columns), most)
    drawn = [columns[i] for i in kept]
    z = np.array([column.state[:UNITS_DRAWN] for column in drawn], np.float32).T
    if gap is not None:
        z = np.insert(z, gap, np.nan, axis=1)
    places = [i + (gap is not None and i >= gap) for i in range(len(drawn))]
    n = len(drawn) + (gap is not None)
    cells = {
        "type": "heatmap", "z": z, "zmin": -1, "zmax": 1, "colorscale": difference_scale(dark), "showscale": False,
        "x": list(range(n)), "y": np.linspace(0.08, 0.92, len(z)), "xgap": 14 if n < 9 else 8, "hoverongaps": False,
        "customdata": [[unit + 1] * n for unit in range(len(z))],
        "hovertemplate": f"h<sub>%{{x}}</sub> · {plain(words.unit)} %{{customdata}}: <b>%{{z:.3f}}</b><extra></extra>",
    }  # fmt: skip
    notes: list[dict[str, Any]] = []
    for i, (place, column) in enumerate(zip(places, drawn, strict=True)):
        if i:
            notes.append(_arrow((places[i - 1] + 0.36, 0.5), (place - 0.36, 0.5)))
        if column.read:
            notes += [_arrow((place, -0.42), (place, -0.04)), _name(column.read, place, -0.46, n, below=True)]
        if column.written:
            notes += [_arrow((place, 1.04), (place, 1.42)), _name(column.written, place, 1.46, n)]
        if column.fed and place == places[i - 1] + 1:
            notes.append(_arrow((places[i - 1] + 0.16, 1.42), (place - 0.14, -0.4), dotted=True))
        if column.part and (not i or column.part != drawn[i - 1].part):
            notes.append({**_name(column.part, place, 2.35, 1), "font": {"size": TYPE, "color": QUIET},
                          "xanchor": "left", "xshift": -14})  # fmt: skip
    if gap is not None:
        notes.append({"x": gap, "y": 0.5, "text": "…", "showarrow": False, "font": {"size": 20}})
    hidden = {"visible": False, "fixedrange": True}
    layout = {
        "xaxis": {**hidden, "range": [-0.6, max(n, 5) - 0.4]}, "yaxis": {**hidden, "range": [-1.45, 2.6]},
        "annotations": notes,
    }  # fmt: skip
    return figure([cells], {**layout, **_page(290, 10)})


def some_of(n: int, most: int = 12) -> tuple[list[int], int | None]:
    """Which of n steps are drawn, and where the gap is: before that one of them."""
    if n <= most:
        return list(range(n)), None
    first = most // 2
    return [*range(first), *range(n - (most - first - 1), n)], first


def _arrow(start: tuple[float, float], end: tuple[float, float], dotted: bool = False) -> dict[str, Any]:
    return {
        "x": end[0], "y": end[1], "ax": start[0], "ay": start[1], "xref": "x", "yref": "y", "axref": "x", "ayref": "y",
        "showarrow": True, "arrowhead": 2, "arrowwidth": 1 if dotted else 1.5, "arrowcolor": QUIET, "text": "",
        "opacity": 0.6 if dotted else 1,
    }  # fmt: skip


def _name(text: str, x: float, y: float, n: int, *, below: bool = False) -> dict[str, Any]:
    tilted = n > 6
    return {
        "x": x, "y": y, "text": plain(short(text)), "showarrow": False, "yanchor": "top" if below else "bottom",
        "xanchor": ("right" if below else "left") if tilted else "center", "textangle": -50 if tilted else 0,
        "xshift": (8 if below else -8) if tilted else 0, "font": {"size": SMALL + 1 if tilted else TYPE},
    }  # fmt: skip


def moved(axis: Axis, pair: tuple[Floats, Floats], names: tuple[str, str], unit: str, *, dark: bool = False
          ) -> go.Figure:  # fmt: skip
    """Two numbers a token, side by side: what moved in the forward and in the backward reading."""
    colours = weight_scale(dark)[6][1], difference_scale(dark)[3][1]
    bars = [
        {
            "type": "bar", "x": list(range(len(axis))), "y": np.asarray(values, np.float64), "name": plain(name),
            "marker": {"color": colour}, "xhoverformat": ".1f",
            "hovertemplate": f"<b>%{{x}}</b><br>{plain(name)}: <b>%{{y:.3f}}</b><extra></extra>",
        }
        for values, name, colour in zip(pair, names, colours, strict=True)
    ]  # fmt: skip
    words = {key: value for key, value in _words(axis, 1).items() if key not in ("anchor", "position", "side")}
    layout = {
        "xaxis": words, "barmode": "group", "bargap": 0.3,
        "yaxis": {**_quiet(unit), "showgrid": True, "gridcolor": masked(dark), "griddash": "dot",
                  "rangemode": "tozero"},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": TYPE}},
    }  # fmt: skip
    return figure(bars, {**layout, **_page(300, 40)})


def _quiet(title: str) -> dict[str, Any]:
    return {
        "title": {"text": plain(title), "font": {"size": TYPE}, "standoff": 6}, "showgrid": False, "zeroline": False,
        "tickfont": {"size": TYPE}, "fixedrange": True, "automargin": True,
    }  # fmt: skip


def _page(height: int, top: int = ABOVE) -> dict[str, Any]:
    return {
        "height": height, "margin": {"l": 10, "r": 10, "t": top, "b": 10}, **GROUND,
        "hoverlabel": {"font": {"size": TYPE}},
    }  # fmt: skip
