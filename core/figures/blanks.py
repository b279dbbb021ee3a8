"""What stands behind a blank: the likeliest words, the original marked; and what is added up for a token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import GROUND, TYPE, difference_scale, figure, masked
from core.trace import Candidate, Floats

ROW = 26
WAS = "#7a52b3"
TICK = "✔"
HATCH = {"fillmode": "overlay", "fgcolor": "#ffffff", "fgopacity": 0.5}


def bars(top: Sequence[Candidate], was: Candidate, rank: int, title: str, *, most: float, dark: bool = False
         ) -> go.Figure:  # fmt: skip
    """From the top down; the original has a tick and a colour. If it is not among them it follows as the last, with
    its rank. title: "probability"; most: the axis's end, the same for all places."""
    outside = all(one.id != was.id for one in top)
    shown = [*top, was] if outside else list(top)
    chances = [float(np.exp(one.log_prob)) for one in shown]
    names = [f"{TICK} {short(one.token)}" if one.id == was.id else short(one.token) for one in shown]
    if outside:
        names[-1] += f" ({rank}.)"
    at = list(range(len(shown)))
    data = {
        "type": "bar", "orientation": "h", "x": chances, "y": at,
        "marker": {"color": [WAS if one.id == was.id else masked(dark) for one in shown]},
        "text": [f"{p:.1%}" if p >= 0.0005 else "<0.1%" for p in chances], "textposition": "outside",
        "cliponaxis": False, "textfont": {"size": TYPE}, "hovertext": [f"<b>{plain(one.token)}</b>" for one in shown],
        "hovertemplate": f"%{{hovertext}}<br>{plain(title)} %{{x:.4f}}<extra></extra>",
    }  # fmt: skip
    layout = {
        "height": ROW * len(shown) + 20, "margin": {"l": 10, "r": 10, "t": 4, "b": 4}, **GROUND,
        "showlegend": False, "bargap": 0.25, "dragmode": False,
        "xaxis": {"range": [0, most * 1.35], "visible": False, "fixedrange": True},
        "yaxis": {
            "tickvals": at, "ticktext": [plain(name) for name in names], "autorange": "reversed", "automargin": True,
            "fixedrange": True, "tickfont": {"size": TYPE}, "showgrid": False, "zeroline": False,
        },
    }  # fmt: skip
    return figure([data], layout)


def shares(
    labels: Sequence[str], expected: Sequence[float], counted: Sequence[float], names: tuple[str, str], *,
    dark: bool = False,
) -> go.Figure:  # fmt: skip
    """Shares in per cent, two bars each. names: of what was expected and of what was counted."""
    at = list(range(len(labels)))
    looks = ((masked(dark), ""), (WAS, "/"))
    data = [
        {
            "type": "bar", "orientation": "h", "y": at, "x": [100 * v for v in values], "name": plain(name),
            "marker": {"color": colour, "pattern": {"shape": shape, **HATCH}},
            "text": [f"{v:.2%}" for v in values], "textposition": "outside", "cliponaxis": False,
            "textfont": {"size": TYPE},
            "hovertemplate": f"%{{y}}<br>{plain(name)} %{{x:.2f}} %<extra></extra>",
        }
        for values, name, (colour, shape) in zip((expected, counted), names, looks, strict=True)
    ]  # fmt: skip
    layout = {
        "height": 60 * len(labels) + 60, "margin": {"l": 10, "r": 10, "t": 30, "b": 4}, **GROUND,
        "bargap": 0.3, "dragmode": False,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": TYPE}},
        "xaxis": {"range": [0, 125 * max(*expected, *counted, 0.001)], "visible": False, "fixedrange": True},
        "yaxis": {
            "tickvals": at, "ticktext": [plain(label) for label in labels], "autorange": "reversed",
            "automargin": True, "fixedrange": True, "tickfont": {"size": TYPE}, "showgrid": False, "zeroline": False,
        },
    }  # fmt: skip
    return figure(data, layout)


def vectors(rows: Sequence[tuple[str, Floats]], title: str, *, dark: bool = False) -> go.Figure:
    """Vectors of one length, one under the other, all on one scale about 0. title: what a number across is."""
    values = np.stack([row for _, row in rows]).astype(np.float32)
    limit = float(np.quantile(np.abs(values), 0.99)) or 1.0
    data = {
        "type": "heatmap", "z": values, "zmin": -limit, "zmax": limit, "colorscale": difference_scale(dark), "ygap": 4,
        "hovertemplate": f"<b>%{{y}}</b><br>{plain(title)} %{{x}}: %{{z:.3f}}<extra></extra>",
        "y": [plain(name) for name, _ in rows],
        "colorbar": {"thickness": 10, "outlinewidth": 0, "tickfont": {"size": TYPE}, "tickformat": ".2f"},
    }  # fmt: skip
    layout = {
        "height": 34 * len(rows) + 60, "margin": {"l": 10, "r": 10, "t": 4, "b": 4}, **GROUND, "dragmode": False,
        "xaxis": {"title": {"text": plain(title), "font": {"size": TYPE}}, "tickfont": {"size": TYPE},
                  "showgrid": False, "zeroline": False, "fixedrange": True},
        "yaxis": {"autorange": "reversed", "automargin": True, "tickfont": {"size": TYPE}, "fixedrange": True,
                  "showgrid": False},
    }  # fmt: skip
    return figure([data], layout)
