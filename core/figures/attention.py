"""One head as a heat map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, query_names, ticks, tokens
from core.figures.theme import GROUND, KEY, QUERY, figure, masked, on_page, weight_scale
from core.trace import AttentionMap, Axis, Floats

CELL, SMALL_CELL, LABELS = 30, 20, 130  # pixels: a row, one of many, and the room for the labels above
TALLEST = 720  # pixels of rows, however many
READABLE = 16  # pixels of type, on a projector too
CROWDED = 24  # tokens of a side: beyond it labels are smaller
MOST_KEYS, MOST_QUERIES = 30, 40  # tokens of a side: beyond it only some labels are drawn


@dataclass(frozen=True, slots=True)
class Words:
    """What a reader reads besides the tokens, in the reader's language."""

    query: str
    key: str
    weight: str


def thinned(attn: AttentionMap) -> bool:
    """Are there too many tokens for every label to be drawn?"""
    return len(attn.queries) > MOST_QUERIES or len(attn.keys) > MOST_KEYS


def attention_heatmap(
    attn: AttentionMap, layer: int, head: int, words: Words, *, dark: bool = False, stretch: bool = False
) -> go.Figure:
    """One head, queries down and keys across; masked cells are grey.

    Colour is fixed to 0..1 so that two figures can be compared by eye;
    `stretch` ends it at this head's largest weight instead.
    """
    weights = attn.head(layer, head)
    visible = np.tril(np.ones_like(weights, bool)) if attn.kind == "decoder_self" else np.ones_like(weights, bool)
    top = float(weights.max(initial=0)) if stretch else 1.0
    gaps = dict.fromkeys(("xgap", "ygap"), 0 if thinned(attn) else 1)
    traces = [{**_cells(np.where(visible, weights, np.float32(np.nan)), top, words, dark), **gaps}]
    if not visible.all():
        traces.append({**_grey(np.where(visible, np.float32(np.nan), np.float32(0)), dark), **gaps})
    n, m = len(attn.queries), len(attn.keys)
    keys = _axis(attn.keys, tokens(attn.keys), words.key, on_page(KEY, dark), MOST_KEYS)
    queries = _axis(attn.queries, query_names(attn.queries), words.query, on_page(QUERY, dark), MOST_QUERIES)
    layout = {
        "xaxis": {**keys, "range": [-0.5, m - 0.5], "side": "top", "tickangle": -50},
        "yaxis": {**queries, "range": [n - 0.5, -0.5], "automargin": True},
        "height": max(260, min(TALLEST, (CELL if max(n, m) <= CROWDED else SMALL_CELL) * n) + LABELS),
        "hoverlabel": {"font": {"size": READABLE}},
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        **GROUND,
    }
    return figure(traces, layout)


def _cells(z: Floats, top: float, words: Words, dark: bool) -> dict[str, Any]:
    hover = f"{plain(words.query)} <b>%{{y}}</b><br>{plain(words.key)} <b>%{{x}}</b>"
    size = {"size": READABLE}
    return {
        "type": "heatmap",
        "z": z,
        "zmin": 0,
        "zmax": top or 1.0,
        "colorscale": weight_scale(dark),
        "xhoverformat": HOVERED,
        "yhoverformat": HOVERED,
        "hovertemplate": f"{hover}<br>{plain(words.weight)} <b>%{{z:.3f}}</b><extra></extra>",
        "hoverongaps": False,
        "colorbar": {
            "thickness": 10,
            "outlinewidth": 0,
            "tickformat": ".2f" if top >= 0.1 else ".3f",
            "tickfont": size,
            "title": {"text": plain(words.weight), "font": size},
        },
    }


def _grey(z: Floats, dark: bool) -> dict[str, Any]:
    """Where a query may not look: everywhere but NaN."""
    scale = [(0, masked(dark)), (1, masked(dark))]
    return {"type": "heatmap", "z": z, "colorscale": scale, "showscale": False, "hoverinfo": "skip"}


HOVERED = ".1f"


def _axis(axis: Axis, labels: list[str], title: str, colour: str, most: int) -> dict[str, Any]:
    """An axis of positions, since tokens repeat ("the ... the"); tokens are the positions' other names.

    Plotly looks up a position's other name by how it is written: `3` is a tick, where a long token is
    cut, and `3.0` is what is pointed at, where it stands whole. A matrix of hover texts would be
    fifty times the size of the weights.
    """
    short = {str(i): label for i, label in enumerate(ticks(labels, axis))}
    whole = {f"{i}.0": plain(label) for i, label in enumerate(labels)}
    ticked = {"nticks": most * 2 // 3} if len(axis) > most else {"tickvals": list(range(len(axis)))}
    size = {"size": 11 if len(axis) > CROWDED else READABLE}
    heading = {"text": plain(title), "standoff": 4, "font": {"color": colour, "size": READABLE}}
    return {
        **ticked, "labelalias": {**short, **whole}, "tickfont": size, "title": heading, "showgrid": False,
        "zeroline": False,
    }  # fmt: skip
