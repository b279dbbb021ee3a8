"""Pictures of a feed-forward network's hidden units: which fire on which token, and how many never do."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.figures.labels import plain
from core.figures.layers import axis, layout, token_axis
from core.figures.theme import figure, masked, weight_scale
from core.trace import Floats


def activations(values: Floats, units: Sequence[str], tokens: Sequence[str], *, y: str, hover: str, dark: bool = False
                ) -> go.Figure:  # fmt: skip
    """Rows are units, columns tokens, [unit, token]; 0 (does not fire) is the page's ground. hover: {unit} {token}."""
    names = [[plain(hover.format(unit=unit, token=token)) for token in tokens] for unit in units]
    heat = {
        "type": "heatmap", "z": values, "customdata": names, "colorscale": weight_scale(dark), "zmin": 0,
        "zmax": float(values.max()) or 1, "xgap": 1, "ygap": 1,
        "hovertemplate": "%{customdata}: <b>%{z:.3f}</b><extra></extra>", "colorbar": {"thickness": 10, "len": 0.9},
    }  # fmt: skip
    places = list(range(len(units)))
    labels = {"tickvals": places, "ticktext": [plain(unit) for unit in units], "autorange": "reversed"}
    return figure([heat], layout(
        70 + 26 * len(units), xaxis=token_axis(tokens, side="top"), yaxis=axis(y, showgrid=False, **labels),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
    ))  # fmt: skip


def every_unit(hidden: Floats, tokens: Sequence[str], words: tuple[str, str], *, dark: bool = False) -> go.Figure:
    """The whole hidden layer, [token, unit]. A column without colour is a unit that never fires. words: unit, token."""
    names = [f"{i} {plain(token)}" for i, token in enumerate(tokens, 1)]  # tokens repeat, and each row needs a name
    heat = {
        "type": "heatmap", "z": hidden, "x": list(range(1, hidden.shape[1] + 1)), "y": names, "zmin": 0,
        "zmax": float(hidden.max()) or 1, "colorscale": weight_scale(dark), "colorbar": {"thickness": 10, "len": 0.9},
        "hovertemplate": f"{plain(words[0])} %{{x}}<br>{plain(words[1])} %{{y}}: <b>%{{z:.3f}}</b><extra></extra>",
    }  # fmt: skip
    return figure([heat], layout(
        90 + 20 * len(tokens), xaxis=axis(words[0], showgrid=False),
        yaxis=axis(showgrid=False, autorange="reversed", type="category"), margin={"l": 10, "r": 10, "t": 10, "b": 10},
    ))  # fmt: skip


def dead(names: Sequence[str], shares: Sequence[float], chosen: int, words: tuple[str, str], *, dark: bool = False
         ) -> go.Figure:  # fmt: skip
    """The share of each layer's units that fire on some token, and the rest: one bar a layer, the chosen one dark."""
    scale = weight_scale(dark)
    alive = [1 - share for share in shares]
    colours = [scale[6][1] if i == chosen else scale[4][1] for i in range(len(names))]
    data = [
        {
            "type": "bar", "orientation": "h", "y": list(names), "x": values, "name": plain(word),
            "marker": {"color": colour}, "text": [f"{100 * value:.0f} %" for value in values],
            "hovertemplate": "%{y}: <b>%{x:.1%}</b>",
        }
        for word, values, colour in zip(words, (alive, list(shares)), (colours, masked(dark)), strict=True)
    ]  # fmt: skip
    return figure(data, layout(
        80 + 34 * len(names), barmode="stack", xaxis=axis(tickformat=".0%", range=[0, 1]),
        yaxis=axis(autorange="reversed"),
    ))  # fmt: skip
