"""Positions as pictures: curves above each other, the matrix, wavelengths, likeness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import GROUND, QUIET, TYPE, Scale, difference_scale, figure, masked, weight_scale

Reals = npt.NDArray[np.floating[Any]]
CURVES = 8  # pairs that are drawn at most
NAMED, CROWDED = 32, 20  # positions up to which tokens stand beside their numbers, and beyond which in smaller type


@dataclass(frozen=True, slots=True)
class Words:
    """What a reader reads besides the numbers, in the reader's language."""

    position: str
    dimension: str
    pair: str
    value: str
    wavelength: str


def some_pairs(pairs: int, chosen: int, most: int = CURVES) -> tuple[int, ...]:
    """Which pairs are drawn: all of them, or `most` at even distances, the chosen one among them."""
    if pairs <= most:
        return tuple(range(pairs))
    even = sorted({round(i) for i in np.linspace(0, pairs - 1, most).tolist()})
    even[int(np.abs(np.array(even) - chosen).argmin())] = chosen
    return tuple(sorted(even))


def ridges(
    at: Reals, values: Reals, waves: Reals, chosen: int, tokens: Sequence[str], words: Words, *, dark: bool = False
) -> go.Figure:
    """A strip a pair, the fastest on top: its sine (line) and cosine (dotted) over the positions.

    at: [m] positions, close together; values: [m, d]; waves: [pair] wavelengths. The chosen pair is strong, and has a
    point for every token of the sentence.
    """
    shown = some_pairs(values.shape[1] // 2, chosen)
    strong, faint = weight_scale(dark)[7][1], weight_scale(dark)[4][1]
    traces, ticks = [], []
    for row, pair in enumerate(shown):
        up = 2.5 * (len(shown) - 1 - row)
        ticks.append((up, f"{pair}"))
        for part, name, dash in ((0, "sin", "solid"), (1, "cos", "dot")):
            y = values[:, 2 * pair + part]
            line = {"color": strong if pair == chosen else faint, "width": 3 if pair == chosen else 1.5, "dash": dash}
            label = f"{name} · {plain(words.pair)} {pair} · {plain(words.dimension)} {2 * pair + part}"
            wave = f"{plain(words.wavelength)} {waves[pair]:,.1f}"
            traces.append({
                "type": "scatter", "mode": "lines", "x": at, "y": y + up, "customdata": y, "line": line,
                "showlegend": False, "hovertemplate": f"<b>{label}</b><br>{plain(words.position)} %{{x:.2f}}: "
                f"<b>%{{customdata:.3f}}</b><br>{wave}<extra></extra>",
            })  # fmt: skip
    traces += _points(at, values, chosen, 2.5 * (len(shown) - 1 - shown.index(chosen)), tokens, strong)
    grid = {"showgrid": False, "zeroline": False, "tickfont": {"size": TYPE}, "fixedrange": True}
    layout = {
        "xaxis": {**grid, "title": {"text": plain(words.position), "font": {"size": TYPE}}},
        "yaxis": {**grid, "tickvals": [up for up, _ in ticks], "ticktext": [name for _, name in ticks],
                  "range": [-1.4, 2.5 * (len(shown) - 1) + 1.4],
                  "title": {"text": plain(words.pair), "font": {"size": TYPE}}},
    }  # fmt: skip
    return figure(traces, page(layout, 480))


def _points(at: Reals, values: Reals, pair: int, up: float, tokens: Sequence[str], colour: str) -> list[dict[str, Any]]:
    """The sentence's tokens on both curves of a pair."""
    places = [i for i in range(len(tokens)) if i <= at[-1]]
    rows = np.searchsorted(at, places)
    return [
        {
            "type": "scatter", "mode": "markers", "x": places, "y": values[rows, 2 * pair + part] + up,
            "customdata": values[rows, 2 * pair + part], "text": [plain(tokens[i]) for i in places],
            "marker": {"color": colour, "size": 8, "symbol": symbol}, "showlegend": False,
            "hovertemplate": f"<b>%{{text}}</b> · %{{x}} · {name} <b>%{{customdata:.3f}}</b><extra></extra>",
        }
        for part, name, symbol in ((0, "sin", "circle"), (1, "cos", "circle-open"))
    ]  # fmt: skip


def matrix(
    table: Reals, tokens: Sequence[str], words: Words, *, chosen: int | None = None, limit: float = 1.0,
    dark: bool = False,
) -> go.Figure:  # fmt: skip
    """Positions down, dimensions across, [n, d], coloured from -limit to limit; the chosen pair's columns framed."""
    n, d = table.shape
    hover = f"{plain(words.position)} %{{y}}<br>{plain(words.dimension)} %{{x}}: <b>%{{z:.3f}}</b><extra></extra>"
    layout = {
        "xaxis": {**quiet(words.dimension), "side": "top", "range": [-0.5, d - 0.5]},
        "yaxis": {**_places(n, tokens), "title": _title(words.position), "range": [n - 0.5, -0.5]},
        **_framed(None if chosen is None else (2 * chosen - 0.5, 2 * chosen + 1.5, -0.5, n - 0.5), dark),
    }
    return figure([_cells(table, limit, difference_scale(dark), hover)], page(layout, 480))


def likeness(
    square: Reals, tokens: Sequence[str], words: Words, *, row: int | None = None, height: int = 440,
    dark: bool = False,
) -> go.Figure:  # fmt: skip
    """Position against position, [n, n], cosines from -1 to 1; one row framed."""
    n = len(square)
    place = plain(words.position)
    hover = f"{place} %{{y}}<br>{place} %{{x}}<br>{plain(words.value)} <b>%{{z:.3f}}</b><extra></extra>"
    layout = {
        "xaxis": {**quiet(words.position), "side": "top", "range": [-0.5, n - 0.5], "constrain": "domain"},
        "yaxis": {**_places(n, tokens), "range": [n - 0.5, -0.5], "scaleanchor": "x", "constrain": "domain"},
        **_framed(None if row is None else (-0.5, n - 0.5, row - 0.5, row + 0.5), dark),
    }
    return figure([_cells(square, 1.0, difference_scale(dark), hover)], page(layout, height))


def fall(
    square: Reals, rows: Sequence[int], words: Words, distance: str, *, dark: bool = False
) -> go.Figure:  # fmt: skip
    """Likeness over the signed distance q - p, for several p: where it depends on the distance alone, all lie on one
    curve."""
    scale, n = weight_scale(dark), len(square)
    symbols = ("circle", "x", "diamond-open", "square-open")
    traces = [
        {
            "type": "scatter", "mode": "lines+markers", "x": np.arange(n) - row, "y": square[row],
            "name": f"p = {row}", "line": {"color": scale[4][1], "width": 1},
            "marker": {"symbol": symbol, "size": 8, "color": scale[5 + at % 3][1]},
            "hovertemplate": f"p = {row}, q = p + %{{x}}<br>{plain(words.value)} <b>%{{y:.3f}}</b><extra></extra>",
        }
        for at, (row, symbol) in enumerate(zip(rows, symbols, strict=False))
    ]  # fmt: skip
    layout = {
        "xaxis": {**quiet(distance), "zeroline": False},
        "yaxis": {**quiet(words.value), "showgrid": True, "gridcolor": masked(dark), "griddash": "dot"},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": TYPE}},
    }
    return figure(traces, page(layout, 480))


def wavelengths(waves: Reals, chosen: int, length: tuple[int, str], words: Words, *, dark: bool = False) -> go.Figure:
    """How many positions each pair needs for one turn, log scale; a line at the length that is shown."""
    scale = weight_scale(dark)
    bars = {
        "type": "bar", "x": list(range(len(waves))), "y": waves,
        "marker": {"color": [scale[7 if pair == chosen else 4][1] for pair in range(len(waves))]},
        "hovertemplate": f"{plain(words.pair)} %{{x}}<br>{plain(words.wavelength)} <b>%{{y:,.2f}}</b><extra></extra>",
    }  # fmt: skip
    layout = {
        "xaxis": quiet(words.pair),
        "yaxis": {**quiet(words.wavelength), "type": "log", "dtick": 1, "exponentformat": "power", "showgrid": True,
                  "gridcolor": masked(dark), "griddash": "dot"},
        "shapes": [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": length[0], "y1": length[0],
                    "line": {"dash": "dash", "width": 2, "color": QUIET}}],
        "annotations": [{"xref": "paper", "x": 0, "y": float(np.log10(length[0])), "text": plain(length[1]),
                         "showarrow": False, "xanchor": "left", "yanchor": "bottom", "font": {"size": TYPE}}],
        "bargap": 0.25,
    }  # fmt: skip
    return figure([bars], page(layout, 340))


def _framed(box: tuple[float, float, float, float] | None, dark: bool) -> dict[str, Any]:
    """A frame round what is followed: from x to x, from y to y."""
    if box is None:
        return {}
    line = {"color": weight_scale(dark)[7][1], "width": 2}
    return {"shapes": [{"type": "rect", **dict(zip(("x0", "x1", "y0", "y1"), box, strict=True)), "line": line}]}


def _cells(z: Reals, limit: float, scale: Scale, hover: str) -> dict[str, Any]:
    bar = {"thickness": 10, "outlinewidth": 0, "tickfont": {"size": TYPE}}
    return {
        "type": "heatmap", "z": np.asarray(z, np.float32), "zmin": -limit, "zmax": limit, "colorscale": scale,
        "hovertemplate": hover, "colorbar": bar,
    }  # fmt: skip


def _places(n: int, tokens: Sequence[str]) -> dict[str, Any]:
    """Positions from 0 on, with the sentence's tokens beside their numbers where there is room."""
    axis = quiet("")
    if tokens and n <= NAMED:
        names = [f"{plain(short(tokens[i]))} {i}" if i < len(tokens) else str(i) for i in range(n)]
        axis |= {"tickvals": list(range(n)), "ticktext": names, "tickfont": {"size": 11 if n > CROWDED else TYPE}}
    return axis


def _title(text: str) -> dict[str, Any]:
    return {"text": plain(text), "font": {"size": TYPE}, "standoff": 6}


def quiet(title: str) -> dict[str, Any]:
    return {
        "title": _title(title), "showgrid": False, "zeroline": False, "tickfont": {"size": TYPE}, "fixedrange": True,
        "automargin": True,
    }  # fmt: skip


def page(layout: dict[str, Any], height: int) -> dict[str, Any]:
    return {
        **layout, "height": height, "margin": {"l": 10, "r": 10, "t": 30, "b": 10}, **GROUND,
        "hoverlabel": {"font": {"size": TYPE}},
    }  # fmt: skip
