"""Larger type for the last row of a classroom."""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go

from core.figures.theme import TYPE, Plain

_AXIS = re.compile(r"[xy]axis\d*")


def enlarged(fig: go.Figure, times: float) -> go.Figure:
    """The same picture with every text `times` as large, those too whose size is the page's own."""
    found = fig.to_dict()
    data = [_sized(_with_bar(one), times) for one in found["data"]]
    layout = {key: value if key == "template" else _sized(value, times) for key, value in found["layout"].items()}
    if "height" in layout:
        layout["height"] *= (1 + times) / 2  # what is drawn keeps its room
    base = TYPE * times
    layout["font"] = {"size": base, **layout.get("font", {})}
    for key in ("legend", "hoverlabel"):
        layout[key] = _at_least(layout.get(key, {}), "font", base)
    for key in {"xaxis", "yaxis", *filter(_AXIS.fullmatch, layout)}:
        axis = _at_least(layout.get(key, {}), "tickfont", base)
        layout[key] = {**axis, "title": _at_least(axis["title"], "font", base)} if axis.get("title") else axis
    return Plain({"data": data, "layout": layout})


def _with_bar(trace: dict[str, Any]) -> dict[str, Any]:
    """A colour bar with a size to multiply."""
    bar = trace.get("colorbar")
    return {**trace, "colorbar": _at_least(bar, "tickfont", TYPE)} if bar else trace


def _at_least(part: Any, font: str, size: float) -> dict[str, Any]:
    """`part` with a size for its font, unless it has one."""
    return {**part, font: {"size": size, **part.get(font, {})}}


def _sized(value: Any, times: float, font: bool = False) -> Any:
    if isinstance(value, dict):
        return {
            key: one * times if font and key == "size" and isinstance(one, int | float)
            else _sized(one, times, key.endswith("font")) for key, one in value.items()
        }  # fmt: skip
    if isinstance(value, list | tuple):
        return [_sized(one, times) for one in value] if any(isinstance(one, dict) for one in value) else value
    return value
