"""The numbers of a map, or of a beam's tree, as files that other programs read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from core.figures.labels import query_names, tokens
from core.search import Tree
from core.trace import AttentionMap


def to_csv(attn: AttentionMap, layer: int = 0, head: int = 0) -> str:
    """One head: a header of keys, then a line a query. Weights with all their digits."""
    weights = attn.head(layer, head).tolist()
    rows = [[name, *row] for name, row in zip(query_names(attn.queries), weights, strict=True)]
    return rows_to_csv(["", *tokens(attn.keys)], rows)


def rows_to_csv(header: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> str:
    """A table of texts and numbers."""
    out = io.StringIO()
    writer = csv.writer(out)  # lines end as RFC 4180 has them, so that a lone \r or \n in a cell is quoted
    for row in (header, *rows):
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def tree_to_csv(tree: Tree) -> str:
    """A beam's tree: a line a hypothesis that was considered, in the order of the search; counted from 1."""
    header = ["node", "step", "parent", "token", "id", "log_prob", "score", "fate", "output"]
    return rows_to_csv(header, (list(row.values()) for row in _nodes(tree)))


def tree_to_json(tree: Tree) -> str:
    """The same as a list of records."""
    return json.dumps(list(_nodes(tree)), ensure_ascii=False)


def _nodes(tree: Tree) -> Iterator[dict[str, Any]]:
    """parent: the line it grew from, none at the first step; output: its rank among the outputs, if it is one."""
    ranks = {node: rank for rank, node in enumerate(tree.found, 1)}
    for i, node in enumerate(tree.nodes):
        yield {
            "node": i + 1, "step": node.step, "parent": node.parent + 1 or None, "token": node.text, "id": node.token,
            "log_prob": node.log_prob, "score": node.score, "fate": node.fate, "output": ranks.get(i),
        }  # fmt: skip


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
