"""Pictures of one head's arithmetic: a score's products, two softmaxes, arrows, shares, curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.labels import plain, short
from core.figures.theme import KEY, QUERY, VALUE, difference_scale
from core.trace import Floats

WEIGHT = "#807dba"  # the middle of the scale of weights
QUIET = "#8a8a8a"
_MARGIN = {"l": 10, "r": 10, "t": 34, "b": 10}


def product_bars(products: Floats, *, x: str, y: str, dark: bool = False) -> go.Figure:
    """The products q_i k_i of one query and one key, [d_head]: orange adds to the score, blue takes away."""
    scale = difference_scale(dark)
    colours = [scale[3][1] if value >= 0 else scale[1][1] for value in products]
    places = list(range(1, len(products) + 1))
    fig = go.Figure(
        go.Bar(x=places, y=products, marker_color=colours, hovertemplate="%{x}: <b>%{y:.3f}</b><extra></extra>")
    )
    return _quiet(fig, x, y, 240)


def pair_of_bars(labels: Sequence[str], before: Floats, after: Floats, names: tuple[str, str], y: str) -> go.Figure:
    """Two rows of weights, 0..1, key by key; labels may repeat."""
    places = list(range(len(labels)))
    fig = go.Figure()
    for values, name, colour in zip((before, after), names, (QUIET, WEIGHT), strict=True):
        fig.add_bar(
            x=places, y=values, name=plain(name), marker_color=colour, customdata=[plain(label) for label in labels],
            hovertemplate="%{customdata}: <b>%{y:.3f}</b>",
        )  # fmt: skip
    fig.update_xaxes(tickvals=places, ticktext=[plain(short(label)) for label in labels])
    _quiet(fig, "", y, 300)
    return fig.update_yaxes(range=[0, 1.02]).update_layout(barmode="group", legend=_legend())


def curves(
    x: Sequence[float], lines: Sequence[tuple[str, Floats, str]], *, title: str, x_title: str, at: float | None = None,
    log: bool = False,
) -> go.Figure:  # fmt: skip
    """(name, values, colour) over sizes that double, `at` marked; `log` also upwards."""
    fig = go.Figure()
    for name, values, colour in lines:
        fig.add_scatter(
            x=list(x), y=values, name=plain(name), mode="lines+markers", line_color=colour,
            hovertemplate="%{y:.3g}",
        )  # fmt: skip
    if at is not None:
        fig.add_vline(x=at, line_width=1, line_dash="dot", line_color=QUIET)
    _quiet(fig, x_title, "", 310, title).update_layout(margin_t=78)
    fig.update_xaxes(type="log", tickvals=list(x), ticktext=[str(n) for n in x])
    if log:
        fig.update_yaxes(type="log", exponentformat="power", dtick=1)
    return fig.update_layout(hovermode="x unified", legend=_legend())


def two_arrows(
    queries: Floats, keys: Floats, names: tuple[Sequence[str], Sequence[str]], query: int, key: int,
    words: tuple[str, str],
) -> go.Figure:  # fmt: skip
    """All queries and keys as faint arrows from the origin, [n, 2]; the chosen pair strong, their angle between them.

    One unit is as long across as up, or angles would lie.
    """
    fig = go.Figure()
    for points, labels, chosen, colour, word in zip(
        (queries, keys), names, (query, key), (QUERY, KEY), words, strict=True
    ):
        rest = [i for i in range(len(points)) if i != chosen]
        fig.add_scatter(
            x=points[rest, 0], y=points[rest, 1], mode="markers", marker={"color": colour, "size": 8, "opacity": 0.4},
            text=[plain(labels[i]) for i in rest], hovertemplate=f"{plain(word)} <b>%{{text}}</b><extra></extra>",
            showlegend=False,
        )  # fmt: skip
        fig.add_scatter(
            x=[0, points[chosen, 0]], y=[0, points[chosen, 1]], mode="lines+markers+text", name=plain(word),
            line={"color": colour, "width": 4}, marker={"size": [0, 15], "symbol": "arrow", "angleref": "previous"},
            text=["", plain(short(labels[chosen]))], textposition="top center", textfont={"color": colour, "size": 15},
            hoverinfo="skip",
        )  # fmt: skip
    _arc(fig, queries[query], keys[key])
    _quiet(fig, "", "", 440)
    fig.update_yaxes(scaleanchor="x", scaleratio=1)
    return fig.update_layout(legend=_legend())


def _arc(fig: go.Figure, a: Floats, b: Floats) -> None:
    """Between two directions, the short way round."""
    start, end = (float(np.arctan2(v[1], v[0])) for v in (a, b))
    turn = (end - start + np.pi) % (2 * np.pi) - np.pi
    angles = start + turn * np.linspace(0, 1, 30)
    radius = 0.3 * min(float(np.linalg.norm(a)), float(np.linalg.norm(b)))
    fig.add_scatter(
        x=radius * np.cos(angles), y=radius * np.sin(angles), mode="lines", line={"color": QUIET, "width": 2},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def share_bars(shares: Floats, names: Sequence[str], chosen: int, *, y: str) -> go.Figure:
    """What each head (and the bias, last) adds to the output; together 1."""
    colours = [QUIET] * len(shares)
    colours[chosen] = VALUE
    fig = go.Figure(
        go.Bar(
            x=list(names), y=shares, marker_color=colours, text=[f"{share:.2f}" for share in shares],
            hovertemplate="%{x}: <b>%{y:.3f}</b><extra></extra>",
        )
    )  # fmt: skip
    return _quiet(fig, "", y, 280)


def climb(levels: Sequence[str], lines: Sequence[tuple[str, Floats, str]], *, y: str) -> go.Figure:
    """Cosines from the embedding up through the layers."""
    fig = go.Figure()
    for name, values, colour in lines:
        fig.add_scatter(
            x=list(levels), y=values, name=plain(name), mode="lines+markers", line={"color": colour, "width": 3},
            marker_size=9, hovertemplate="<b>%{y:.3f}</b>",
        )  # fmt: skip
    _quiet(fig, "", y, 340)
    low = min(0.0, *(float(np.nanmin(values)) for _, values, _ in lines if not np.isnan(values).all()))
    return fig.update_yaxes(range=[low - 0.05, 1.05]).update_layout(hovermode="x unified", legend=_legend())


def _quiet(fig: go.Figure, x: str, y: str, height: int, title: str = "") -> go.Figure:
    fig.update_xaxes(title=plain(x), showgrid=False, zeroline=False, automargin=True)
    fig.update_yaxes(title=plain(y), zeroline=True, automargin=True)
    return fig.update_layout(
        height=height, margin=_MARGIN, title={"text": plain(title), "font": {"size": 15}, "y": 0.98, "yanchor": "top"},
        plot_bgcolor="rgba(0,0,0,0)", paper_bgcolor="rgba(0,0,0,0)", bargap=0.2,
    )  # fmt: skip


def _legend() -> dict[str, object]:
    return {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right", "title": ""}
