"""One head as a heat map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, query_names, ticks, tokens
from core.figures.theme import masked, weight_scale
from core.trace import AttentionMap

CELL, LABELS = 30, 130  # pixels: a row, and the room for the labels above


@dataclass(frozen=True, slots=True)
class Words:
    """What a reader reads besides the tokens, in the reader's language."""

    query: str
    key: str
    weight: str


def attention_heatmap(
    attn: AttentionMap, layer: int, head: int, words: Words, *, dark: bool = False, stretch: bool = False
) -> go.Figure:
    """One head, queries down and keys across; masked cells are grey.

    Colour is fixed to 0..1 so that two figures can be compared by eye;
    `stretch` ends it at this head's largest weight instead.
    """
    weights = attn.head(layer, head)
    visible = np.tril(np.ones_like(weights, bool)) if attn.kind == "decoder_self" else np.ones_like(weights, bool)
    queries, keys = query_names(attn.queries), tokens(attn.keys)
    hover = [[f"{q}<br>{k}" for k in _bold(words.key, keys)] for q in _bold(words.query, queries)]
    top = float(weights.max(initial=0)) if stretch else 1.0
    fig = go.Figure(
        go.Heatmap(
            z=np.where(visible, weights, np.nan),
            zmin=0,
            zmax=top or 1.0,
            colorscale=weight_scale(dark),
            xgap=1,
            ygap=1,
            text=hover,
            hovertemplate=f"%{{text}}<br>{plain(words.weight)} <b>%{{z:.3f}}</b><extra></extra>",
            hoverongaps=False,
            colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".2f", "title": plain(words.weight)},
        )
    )
    if not visible.all():
        grey = go.Heatmap(
            z=np.where(visible, np.nan, 0.0),
            colorscale=[(0, masked(dark)), (1, masked(dark))],
            showscale=False,
            hoverinfo="skip",
            xgap=1,
            ygap=1,
        )
        fig.add_trace(grey)
    # Tokens repeat ("the ... the"), so axes are positions and tokens are only their labels.
    crowded = max(len(attn.keys), len(attn.queries)) > 24
    tick = {"size": 11 if crowded else 14}
    fig.update_xaxes(
        tickvals=list(range(len(attn.keys))), ticktext=ticks(keys, attn.keys), side="top", tickangle=-50, tickfont=tick,
        range=[-0.5, len(keys) - 0.5],
        title={"text": plain(words.key), "standoff": 4}, showgrid=False, zeroline=False,
    )  # fmt: skip
    fig.update_yaxes(
        tickvals=list(range(len(attn.queries))), ticktext=ticks(queries, attn.queries), tickfont=tick,
        range=[len(queries) - 0.5, -0.5],
        title={"text": plain(words.query), "standoff": 4}, showgrid=False, zeroline=False, automargin=True,
    )  # fmt: skip
    cell = CELL if not crowded else 20
    return fig.update_layout(
        height=max(260, cell * len(attn.queries) + LABELS),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )


def _bold(name: str, labels: list[str]) -> list[str]:
    return [f"{plain(name)} <b>{plain(label)}</b>" for label in labels]
