"""A map's numbers as files that other programs read."""

from __future__ import annotations

import csv
import io
import json

from core.figures.labels import query_names, tokens
from core.trace import AttentionMap


def to_csv(attn: AttentionMap, layer: int = 0, head: int = 0) -> str:
    """One head: a header of keys, then a line a query. Weights with all their digits."""
    out = io.StringIO()
    writer = csv.writer(out)  # lines end as RFC 4180 has them, so that a lone \r or \n in a cell is quoted
    writer.writerow(["", *map(_safe, tokens(attn.keys))])
    for name, row in zip(query_names(attn.queries), attn.head(layer, head).tolist(), strict=True):
        writer.writerow([_safe(name), *row])
    return out.getvalue()


def _safe(cell: str) -> str:
    """A spreadsheet runs cells that begin like a formula: an apostrophe keeps them text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def to_json(attn: AttentionMap, layer: int = 0, head: int = 0) -> str:
    """One head: {kind, queries, keys, weights [query][key]}."""
    record = {
        "kind": attn.kind,
        "queries": query_names(attn.queries),
        "keys": tokens(attn.keys),
        "weights": attn.head(layer, head).tolist(),
    }
    return json.dumps(record, ensure_ascii=False)
