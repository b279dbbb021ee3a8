"""Heads as points of a plane: near each other where they look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.figures.labels import plain
from core.figures.theme import weight_scale
from core.measures import Plane
from core.trace import Floats

SIZE = 15  # pixels of a head's point
SHAPES = {"A": "circle-open", "B": "diamond-open"}


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring around a head: `name` stands beside it."""

    name: str
    head: int  # counted through all layers


def head_plane(
    plane: Plane, names: Sequence[str], short: Sequence[str], colour: Floats, measure: str,
    rings: Sequence[Ring] = (), *, dark: bool = False,
) -> go.Figure:  # fmt: skip
    """One point a head. Its colour is a measure; the axes have no names, since they mean nothing.

    names: shown when a head is pointed at; short: written beside it. colour: [head], from 0 up.
    """
    x, y = plane.points.T.tolist()
    ringed = {ring.head for ring in rings}
    fig = go.Figure(
        go.Scatter(
            x=x, y=y, mode="markers+text", textposition="top center", customdata=[plain(name) for name in names],
            text=["" if head in ringed else plain(name) for head, name in enumerate(short)],
            hovertemplate=f"<b>%{{customdata}}</b><br>{plain(measure)} <b>%{{marker.color:.2f}}</b><extra></extra>",
            marker=_marker(colour, measure, dark),
            selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
        )
    )  # fmt: skip
    for ring in rings:
        fig.add_scatter(
            x=[x[ring.head]], y=[y[ring.head]], mode="markers+text", hoverinfo="skip",
            text=[f"{plain(ring.name)} · {plain(short[ring.head])}"], textfont={"size": 16},
            textposition="bottom center" if ring.name == "B" else "top center",
            marker={"symbol": SHAPES.get(ring.name, SHAPES["A"]), "size": 28, "color": "#888", "line": {"width": 2.5}},
        )  # fmt: skip
    bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "title": ""}
    fig.update_xaxes(**bare, constrain="domain")
    fig.update_yaxes(**bare, scaleanchor="x", scaleratio=1)  # a distance is the same in both directions
    return fig.update_layout(
        height=500, showlegend=False, margin={"l": 10, "r": 10, "t": 10, "b": 10}, plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)", hoverlabel={"font": {"size": 16}}, dragmode=False,
    )  # fmt: skip


def _marker(colour: Floats, measure: str, dark: bool) -> dict[str, Any]:
    """Colours begin a little above those of a weight of 0: a head is never invisible."""
    scale = weight_scale(dark)[2:]
    return {
        "size": SIZE, "color": [float(value) for value in colour], "cmin": 0,
        "cmax": float(colour.max(initial=0)) or 1.0,
        "colorscale": [(i / (len(scale) - 1), one) for i, (_, one) in enumerate(scale)],
        "line": {"width": 1, "color": "#888"},
        "colorbar": {  # below: a phone has no width to spare
            "orientation": "h", "y": 0, "yanchor": "top", "len": 0.6, "thickness": 10, "outlinewidth": 0,
            "title": {"text": plain(measure), "side": "bottom"},
        },
    }  # fmt: skip
