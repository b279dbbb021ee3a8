"""What a model of pictures answers: a bar for each class, always in the same place."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.figures.labels import plain
from core.figures.theme import GROUND, TYPE, figure, masked
from core.trace import Floats

FIRST = "#7a52b3"


def bars(chances: Floats, names: Sequence[str], title: str, *, dark: bool = False) -> go.Figure:
    """From the top down in the order of the classes, the likeliest one in colour. title: "probability"."""
    best = int(chances.argmax())
    at = list(range(len(names)))
    data = {
        "type": "bar", "orientation": "h", "x": [float(p) for p in chances], "y": at,
        "marker": {"color": [FIRST if i == best else masked(dark) for i in at]},
        "text": [f"{p:.1%}" for p in chances], "textposition": "outside", "cliponaxis": False,
        "textfont": {"size": TYPE},
        "hovertext": [plain(name) for name in names],
        "hovertemplate": f"<b>%{{hovertext}}</b><br>{plain(title)} %{{x:.4f}}<extra></extra>",
    }  # fmt: skip
    layout = {
        "height": 28 * len(names) + 20, "margin": {"l": 10, "r": 10, "t": 4, "b": 4}, **GROUND,
        "showlegend": False, "bargap": 0.3, "dragmode": False,
        "xaxis": {"range": [0, 1.25], "visible": False, "fixedrange": True},
        "yaxis": {
            "tickvals": at, "ticktext": [plain(name) for name in names], "autorange": "reversed", "fixedrange": True,
            "tickfont": {"size": TYPE + 2}, "showgrid": False, "zeroline": False, "automargin": True,
        },
    }  # fmt: skip
    return figure([data], layout)
