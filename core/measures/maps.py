"""Maps made of maps, by word or pooled, and what stands out in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.trace import AttentionMap, Axis

Pool = Literal["mean", "max"]
Pick = int | Pool  # one layer or head, or all of them pooled


def by_word(attn: AttentionMap) -> AttentionMap:
    """The same map between words: the pieces' queries averaged, their keys summed, so that rows still sum to 1."""
    queries, keys = _firsts(attn.queries), _firsts(attn.keys)
    counts = np.diff([*queries, len(attn.queries)])
    weights = np.add.reduceat(np.add.reduceat(attn.weights, keys, -1, np.float64), queries, -2) / counts[:, None]
    return AttentionMap(
        attn.kind,
        weights.astype(np.float32),
        words_axis(attn.queries),
        words_axis(attn.keys),
        attn.normalised,
    )


def words_axis(axis: Axis) -> Axis:
    """The axis with a token a word. A word's last piece is about to write the next word."""
    first = _firsts(axis)
    writes = (*axis.words[1:], axis.writes[-1]) if axis.writes else ()
    special = tuple(axis.special[i] for i in first)
    return Axis(axis.words, tuple(range(len(first))), axis.words, special, writes)


def _firsts(axis: Axis) -> list[int]:
    """The first token of each word."""
    return [axis.word_of.index(i) for i in range(len(axis.words))]


def pooled(attn: AttentionMap, layer: Pick, head: Pick) -> AttentionMap:
    """A map of one layer and one head: those picked, or the mean or maximum over all; maxima need not sum to 1."""
    weights = attn.weights
    for axis, pick in ((1, head), (0, layer)):
        if isinstance(pick, int):
            weights = weights.take([pick], axis)
        else:
            weights = (weights.mean if pick == "mean" else weights.max)(axis, keepdims=True)
    normalised = attn.normalised and "max" not in (layer, head)
    return AttentionMap(attn.kind, weights, attn.queries, attn.keys, normalised)


@dataclass(frozen=True, slots=True)
class Look:
    """One weight, by its place in the map."""

    query: int
    key: int
    weight: float


def strongest(attn: AttentionMap, query: int, count: int = 2, layer: int = 0, head: int = 0) -> list[Look]:
    """What a query looks at most, heaviest first; special tokens are left out."""
    row = attn.head(layer, head)[query]
    order = [int(key) for key in np.argsort(-row, kind="stable") if not attn.keys.special[int(key)]]
    return [Look(query, key, float(row[key])) for key in order[:count]]


def clearest(attn: AttentionMap, layer: int = 0, head: int = 0) -> Look | None:
    """The heaviest weight between two different tokens that somebody wrote; None if there are no two."""
    weights = attn.head(layer, head).copy()
    weights[np.array(attn.queries.special)] = -1
    weights[:, np.array(attn.keys.special)] = -1
    if attn.queries == attn.keys:
        np.fill_diagonal(weights, -1)
    if weights.max(initial=-1) < 0:
        return None
    query, key = np.unravel_index(int(weights.argmax()), weights.shape)
    return Look(int(query), int(key), float(weights[query, key]))
