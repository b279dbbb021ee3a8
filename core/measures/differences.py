"""Two maps against each other: whether their axes agree, and what differs where they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import numpy as np

from core.trace import AttentionMap, Axis, Floats

ALIKE = 0.5  # of two axes' tokens have to agree, in order, for some of them to be taken for the same


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first place where two axes differ, from 0; None where an axis has ended. n: how long they are."""

    side: Literal["query", "key"]
    place: int
    tokens: tuple[str | None, str | None]
    n: tuple[int, int]


def mismatches(a: AttentionMap, b: AttentionMap) -> tuple[Mismatch, ...]:
    """None at all where every cell of one map belongs to a cell of the other."""
    found = (_mismatch("query", a.queries, b.queries), _mismatch("key", a.keys, b.keys))
    return tuple(one for one in found if one)


def _mismatch(side: Literal["query", "key"], a: Axis, b: Axis) -> Mismatch | None:
    n = (len(a), len(b))
    for place in range(max(n)):
        pair = (a.tokens[place] if place < n[0] else None, b.tokens[place] if place < n[1] else None)
        if pair[0] != pair[1]:
            return Mismatch(side, place, pair, n)
    return None


def difference(a: AttentionMap, b: AttentionMap) -> Floats:
    """B - A of two maps of one layer and head, [query, key], in -1..1. Raises `ValueError` where the axes differ."""
    for name, one in (("A", a), ("B", b)):
        if one.weights.shape[:2] != (1, 1):
            raise ValueError(f"{name} has {one.n_layers} layers x {one.n_heads} heads, not one")
    if found := mismatches(a, b):
        raise ValueError(f"{found[0].side} {found[0].place} is {found[0].tokens} in A and B")
    return b.head(0, 0) - a.head(0, 0)


def aligned(a: Axis, b: Axis) -> tuple[int | None, ...]:
    """For each token of B its place in A, in order; None for those that A does not have.

    Axes of two other sentences, such as a text and its translation, share a comma at most: then all are None.
    """
    matcher = SequenceMatcher(None, a.tokens, b.tokens, autojunk=False)
    places: list[int | None] = [None] * len(b)
    if matcher.ratio() >= ALIKE:
        for block in matcher.get_matching_blocks():
            places[block.b : block.b + block.size] = range(block.a, block.a + block.size)
    return tuple(places)


def shared(a: AttentionMap, b: AttentionMap) -> tuple[AttentionMap, AttentionMap] | None:
    """Both maps without the tokens that only one of them has; their rows need not sum to 1. None if nothing is left."""
    queries, keys = aligned(a.queries, b.queries), aligned(a.keys, b.keys)
    kept_a = ([q for q in queries if q is not None], [k for k in keys if k is not None])
    if not all(kept_a):
        return None
    kept_b = tuple([i for i, place in enumerate(places) if place is not None] for places in (queries, keys))
    return _taken(a, *kept_a), _taken(b, *kept_b)


def _taken(attn: AttentionMap, queries: Sequence[int], keys: Sequence[int]) -> AttentionMap:
    weights = attn.weights[:, :, queries][..., keys]
    return AttentionMap(attn.kind, weights, _part(attn.queries, queries), _part(attn.keys, keys), normalised=False)


def _part(axis: Axis, places: Sequence[int]) -> Axis:
    """Some tokens of an axis, in order."""
    of = [axis.word_of[i] for i in places]
    words = sorted(set(of))
    return Axis(
        tuple(axis.tokens[i] for i in places),
        tuple(np.searchsorted(words, of).tolist()),
        tuple(axis.words[w] for w in words),
        tuple(axis.special[i] for i in places),
        tuple(axis.writes[i] for i in places) if axis.writes else (),
    )
