"""What a mask does to rows, losses and batches: bars, curves, and a grid of tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short, tokens
from core.figures.theme import difference_scale, masked, weight_scale
from core.trace import Axis, Floats


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


def token_grid(rows: Sequence[tuple[Axis, int]], words: tuple[str, str], *, dark: bool = False) -> go.Figure:
    """A padded batch, a sentence a line: every token in its place, `<pad>` grey. rows: the tokens, how many are real.

    words: what a real place and a padded one are called in the hover.
    """
    width = max(len(axis) for axis, _ in rows)
    real = np.array([[1.0 if i < n else 0.0 for i in range(width)] for _, n in rows])
    text = [[plain(_cut(token)) for token in tokens(axis)] for axis, _ in rows]
    hover = [
        [f"<b>{plain(token)}</b> · {plain(words[0] if i < n else words[1])}" for i, token in enumerate(tokens(axis))]
        for axis, n in rows
    ]
    fig = go.Figure(
        go.Heatmap(
            z=real, zmin=0, zmax=1, xgap=2, ygap=2, showscale=False, customdata=hover,
            colorscale=[(0, masked(dark)), (1, weight_scale(dark)[2][1])], hovertemplate="%{customdata}<extra></extra>",
            text=text if width <= 24 else None, texttemplate="%{text}" if width <= 24 else None,
            textfont={"size": 14 if width <= 14 else 11},
        )
    )  # fmt: skip
    shown = range(0, width, 1 if width <= 24 else 5)
    fig.update_xaxes(
        tickvals=list(shown), ticktext=[str(i + 1) for i in shown], side="top", showgrid=False, zeroline=False
    )
    fig.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[str(i + 1) for i in range(len(rows))], range=[len(rows) - 0.5, -0.5],
        showgrid=False, zeroline=False,
    )  # fmt: skip
    return _page(fig, "", 60 + 40 * len(rows))


def _cut(token: str) -> str:
    return token if len(token) <= 8 else f"{token[:7]}…"


def _colours(dark: bool) -> tuple[str, str]:
    return weight_scale(dark)[6][1], difference_scale(dark)[3][1]


def _page(fig: go.Figure, unit: str, height: int) -> go.Figure:
    fig.update_yaxes(title=plain(unit))
    return fig.update_layout(
        height=height, margin={"l": 10, "r": 10, "t": 30, "b": 10}, barmode="group", bargap=0.25,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}, plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
