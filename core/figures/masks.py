"""What a mask does to rows and losses: bars and curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import difference_scale, weight_scale
from core.trace import Floats


def pair_of_bars(
    labels: Sequence[str], pair: tuple[Floats, Floats], names: tuple[str, str], unit: str, *, line: float | None = None,
    dark: bool = False,
) -> go.Figure:  # fmt: skip
    """Two numbers a token side by side, the right order (purple) and the wrong one (orange); `line` is dashed."""
    places = list(range(len(labels)))
    fig = go.Figure()
    for values, name, colour in zip(pair, names, _colours(dark), strict=True):
        fig.add_bar(
            x=places, y=np.asarray(values, np.float64), name=plain(name), marker_color=colour,
            text=[plain(label) for label in labels],
            hovertemplate=f"%{{text}}<br>{plain(name)} <b>%{{y:.3f}}</b> {plain(unit)}<extra></extra>",
            textposition="none",
        )  # fmt: skip
    if line is not None:
        fig.add_hline(line, line={"dash": "dash", "width": 1, "color": "#888"})
    fig.update_xaxes(
        tickvals=places, ticktext=[plain(short(label)) for label in labels], tickangle=-50, showgrid=False,
        tickfont={"size": 11 if len(labels) > 24 else 13},
    )  # fmt: skip
    return _page(fig, unit, 320)


def curves(lines: tuple[Floats, Floats], names: tuple[str, str], words: tuple[str, str], floor: tuple[float, str],
           *, dark: bool = False) -> go.Figure:  # fmt: skip
    """Two losses over training steps, each averaged over ten steps; `words` name the axes, `floor` a level."""
    fig = go.Figure()
    for values, name, colour in zip(lines, names, _colours(dark), strict=True):
        smooth = np.convolve(values, np.ones(10) / 10, "valid")
        fig.add_scatter(
            x=list(range(10, len(values) + 1)), y=smooth, name=plain(name), mode="lines",
            line={"color": colour, "width": 2.5},
            hovertemplate=f"{plain(words[0])} %{{x}}<br>{plain(name)} <b>%{{y:.2f}}</b><extra></extra>",
        )  # fmt: skip
    fig.add_hline(floor[0], line={"dash": "dash", "width": 1, "color": "#888"}, annotation_text=plain(floor[1]),
                  annotation_position="top right")  # fmt: skip
    fig.update_xaxes(title=plain(words[0]), showgrid=False)
    return _page(fig, words[1], 320)


def _colours(dark: bool) -> tuple[str, str]:
    return weight_scale(dark)[6][1], difference_scale(dark)[3][1]


def _page(fig: go.Figure, unit: str, height: int) -> go.Figure:
    fig.update_yaxes(title=plain(unit))
    return fig.update_layout(
        height=height, margin={"l": 10, "r": 10, "t": 30, "b": 10}, barmode="group", bargap=0.25,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}, plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
