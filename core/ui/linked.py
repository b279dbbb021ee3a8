"""A map as a panel that lights up together with maps of the same axes."""

from __future__ import annotations

from core.components.compare import Linked
from core.components.matrices import Panel
from core.figures.labels import query_names, tokens
from core.trace import AttentionMap, Floats


def panel(code: str, title: str, caption: str, values: Floats, one: AttentionMap, limit: float = 0) -> Linked:
    """values: [query, key], on the axes of `one`. limit: of full colour for signed values; else they are weights."""
    rows, cols = tuple(query_names(one.queries)), tuple(tokens(one.keys))
    drawn = Panel(code, title, caption, values, rows, cols, "signed" if limit else "weight", limit=limit or 1.0)
    return Linked(drawn, tuple(range(len(rows))), tuple(range(len(cols))))
