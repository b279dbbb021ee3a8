"""A map without names, small: its shape is all there is to see."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import GROUND, figure, weight_scale
from core.trace import Floats

SIDE = 180  # pixels
CROWDED = 24  # tokens of a side: beyond it a pixel between cells would be a good part of each


def bare_map(weights: Floats, *, dark: bool = False) -> go.Figure:
    """[query, key], queries down; colours from 0 to 1."""
    n, m = weights.shape
    gap = int(max(n, m) <= CROWDED)
    bare = {"visible": False, "fixedrange": True, "constrain": "domain"}
    layout = {
        "height": SIDE, "margin": {"l": 2, "r": 2, "t": 2, "b": 2}, **GROUND,
        "dragmode": False, "xaxis": {**bare, "range": [-0.5, m - 0.5]},
        "yaxis": {**bare, "range": [n - 0.5, -0.5], "scaleanchor": "x"},
    }  # fmt: skip
    cells = {
        "type": "heatmap", "z": np.asarray(weights, np.float32), "zmin": 0, "zmax": 1, "showscale": False, "xgap": gap,
        "ygap": gap, "colorscale": weight_scale(dark), "hoverinfo": "skip",
    }  # fmt: skip
    return figure([cells], layout)
