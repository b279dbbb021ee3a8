"""Pictures of the logit lens: what each layer would already answer, and the last layer's probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.layers import axis, layout, token_axis
from core.figures.theme import QUERY, figure, masked, weight_scale
from core.trace import Floats


def answers(
    probabilities: Floats, words: Sequence[Sequence[str]], levels: Sequence[str], steps: Sequence[str], chosen: int, *,
    hover: str, dark: bool = False,
) -> go.Figure:  # fmt: skip
    """Rows are steps, columns levels, the last at the right: in each cell the likeliest token, coloured by how likely.

    probabilities, words: [level, step]. hover: {level} {step} {word}.
    """
    said = [
        [plain(hover.format(level=level, step=step, word=row[i])) for level, row in zip(levels, words, strict=True)]
        for i, step in enumerate(steps)
    ]
    text = [[plain(short(row[i])) for row in words] for i in range(len(steps))]
    heat = {
        "type": "heatmap", "z": probabilities.T, "zmin": 0, "zmax": 1, "colorscale": weight_scale(dark), "xgap": 2,
        "ygap": 2, "text": text, "texttemplate": "%{text}", "textfont": {"size": 14}, "customdata": said,
        "hovertemplate": "%{customdata}: <b>%{z:.3f}</b><extra></extra>", "colorbar": {"thickness": 10, "len": 0.9},
    }  # fmt: skip
    frame = {
        "type": "rect", "y0": chosen - 0.5, "y1": chosen + 0.5, "x0": -0.5, "x1": len(levels) - 0.5,
        "line": {"width": 3, "color": QUERY},
    }  # fmt: skip
    labels: dict[str, Any] = {"tickvals": list(range(len(steps))), "ticktext": [plain(short(step)) for step in steps]}
    return figure([heat], layout(
        70 + 30 * len(steps), xaxis=token_axis(levels, side="top"), shapes=[frame],
        yaxis=axis(showgrid=False, autorange="reversed", **labels), margin={"l": 10, "r": 10, "t": 10, "b": 10},
    ))  # fmt: skip


def bars(tokens: Sequence[str], probabilities: Sequence[float], written: int | None, *, x: str, dark: bool = False
         ) -> go.Figure:  # fmt: skip
    """The likeliest tokens, best first; the one that was written is dark."""
    scale = weight_scale(dark)
    colours = [scale[6][1] if i == written else scale[3][1] for i in range(len(tokens))]
    data = {
        "type": "bar", "orientation": "h", "x": list(probabilities), "y": list(range(len(tokens))),
        "marker": {"color": colours}, "text": [f"{value:.3f}" for value in probabilities], "textposition": "outside",
        "cliponaxis": False, "customdata": [plain(token) for token in tokens],
        "hovertemplate": "%{customdata}: <b>%{x:.4f}</b><extra></extra>",
    }  # fmt: skip
    names: dict[str, Any] = {
        "tickvals": list(range(len(tokens))), "ticktext": [f"{plain(short(token))} " for token in tokens],
        "autorange": "reversed",
    }  # fmt: skip
    return figure([data], layout(
        70 + 26 * len(tokens), showlegend=False, margin={"l": 10, "r": 44, "t": 10, "b": 10},
        xaxis=axis(x, range=[0, 1.02], gridcolor=masked(dark), griddash="dot"), yaxis=axis(showgrid=False, **names),
    ))  # fmt: skip
