"""A reference under teacher forcing beside the free-running output, and what a cache saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.masks import level
from core.figures.theme import GROUND, figure, masked, weight_scale
from core.trace import Floats

ROW, EDGE = 26, 110  # pixels: a token, and the room above and below


@dataclass(frozen=True, slots=True)
class ForcingWords:
    """What a reader reads besides the tokens, in the reader's language."""

    reference: str  # over the left tokens
    free: str  # over the right tokens
    loss: str  # under the bars
    instead: str  # {token}: beside a bar where another token was likelier; short, a telephone has no room
    parts: str  # at the line of the first difference


def forcing(
    reference: Sequence[str],
    losses: Floats,
    guesses: Sequence[str],
    free: Sequence[str],
    parts: int | None,
    words: ForcingWords,
    *,
    dark: bool = False,
) -> go.Figure:
    """A row a token: the reference left, its loss as a bar, the free-running output right.

    Bars are dark where the model itself would have written something else; a line stands
    where reference and free output part.
    """
    n = max(len(reference), len(free))
    scale = weight_scale(dark)
    right = [guess == token for guess, token in zip(guesses, reference, strict=True)]
    said = [
        f"{loss:.2f}" if same else f"{loss:.2f}  {plain(words.instead.format(token=short(guess)))}"
        for loss, same, guess in zip(losses.tolist(), right, guesses, strict=True)
    ]
    bars = {
        "type": "bar", "x": losses, "y": list(range(len(reference))), "orientation": "h", "text": said,
        "textposition": "outside", "cliponaxis": False,
        "marker": {"color": [scale[3][1] if same else scale[6][1] for same in right]},
        "hovertext": [f"<b>{plain(token)}</b>" for token in reference],
        "hovertemplate": f"%{{hovertext}}<br>{plain(words.loss)} <b>%{{x:.3f}}</b><extra></extra>",
    }  # fmt: skip
    # An axis needs a trace of its own to be drawn.
    unseen = {
        "type": "scatter", "x": [0], "y": [0], "yaxis": "y2", "mode": "markers", "marker": {"opacity": 0},
        "hoverinfo": "skip",
    }  # fmt: skip
    side = {"range": [n - 0.5, -0.5], "showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True}
    layout: dict[str, Any] = {
        "yaxis": {**side, "tickvals": list(range(len(reference))), "ticktext": _labels(reference, parts)},
        "yaxis2": {
            **side, "tickvals": list(range(len(free))), "ticktext": _labels(free, parts), "side": "right",
            "overlaying": "y",
        },
        "xaxis": {
            "title": {"text": plain(words.loss)}, "range": [0, float(losses.max()) * 1.9 or 1], "zeroline": False,
            "fixedrange": True, "gridcolor": masked(dark), "griddash": "dot",
        },
        "height": ROW * n + EDGE, "showlegend": False, "margin": {"l": 90, "r": 110, "t": 34, "b": 10},
        "annotations": [_heading(0, words.reference), _heading(1, words.free)],
        **GROUND,
    }  # fmt: skip
    if parts is not None:
        layout["shapes"] = [level(parts - 0.5, 1.5)]
        layout["annotations"].append({
            "x": 1, "xref": "paper", "xanchor": "right", "y": parts - 0.5, "yanchor": "bottom",
            "text": plain(words.parts), "showarrow": False,
        })  # fmt: skip
    return figure([bars, unseen], layout)


def _heading(x: int, name: str) -> dict[str, Any]:
    """Over the tokens on the left (0) or on the right (1)."""
    return {
        "x": x, "xref": "paper", "xanchor": "left" if x else "right", "y": 1, "yref": "paper", "yanchor": "bottom",
        "text": f"<b>{plain(name)}</b>", "showarrow": False, "yshift": 6,
    }  # fmt: skip


def _labels(names: Sequence[str], parts: int | None) -> list[str]:
    """Bold from the first difference on."""
    return [
        f" <b>{plain(short(name))}</b> " if parts is not None and i == parts else f" {plain(short(name))} "
        for i, name in enumerate(names)
    ]


def positions(n: int, names: tuple[str, str], axes: tuple[str, str], *, dark: bool = False) -> go.Figure:
    """Decoder positions computed at each of `n` steps: the whole prefix again, or one; names of (without, with)."""
    steps = np.arange(1, n + 1)
    scale = weight_scale(dark)
    bars = [
        {"type": "bar", "x": steps, "y": values, "name": plain(name), "marker": {"color": colour}}
        for name, values, colour in ((names[0], steps, masked(dark)), (names[1], np.ones(n), scale[6][1]))
    ]
    return figure(bars, {
        "barmode": "overlay", "height": 240, "margin": {"l": 10, "r": 10, "t": 10, "b": 10}, "bargap": 0.25,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "xaxis": {"title": {"text": plain(axes[0])}, "dtick": max(1, n // 12), "fixedrange": True},
        "yaxis": {
            "title": {"text": plain(axes[1])}, "rangemode": "tozero", "fixedrange": True, "gridcolor": masked(dark),
            "griddash": "dot",
        },
        **GROUND,
    })  # fmt: skip
