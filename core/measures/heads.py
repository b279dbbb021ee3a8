"""What a head does on the whole, in one number each: how sharp it is, how far it looks, and where."""

from __future__ import annotations

import numpy as np

from core.trace import AttentionMap, Floats, Kind

PATTERNS = ("previous", "same", "next", "first", "special")


def patterns(weights: Floats, special: tuple[bool, ...]) -> dict[str, Floats]:
    """Share of a square map's attention, averaged over queries, by where it goes: [..., query, key] -> [...].

    previous, same, next: keys at distance -1, 0, +1 (queries that have one); first: key 0; special: special tokens.
    """
    n = weights.shape[-1]
    if weights.shape[-2] != n:
        raise ValueError(f"{weights.shape[-2]} queries x {n} keys have no diagonal")
    shares = {}
    for name, offset in (("previous", -1), ("same", 0), ("next", 1)):
        diagonal = np.diagonal(weights, offset, -2, -1)
        shares[name] = diagonal.mean(-1) if n > abs(offset) else np.zeros(weights.shape[:-2], np.float32)
    shares["first"] = weights[..., 0].mean(-1)
    shares["special"] = weights[..., np.array(special, bool)].sum(-1).mean(-1)
    return shares


def entropy(weights: Floats) -> Floats:
    """-sum p log2 p of each row, in bits: [..., query, key] -> [..., query]; 0 is one key alone."""
    logs = np.log2(weights, where=weights > 0, out=np.zeros_like(weights))
    return np.asarray(-(weights * logs).sum(-1), np.float32)


def distance(weights: Floats, special: tuple[bool, ...]) -> Floats:
    """How far a square map looks, in tokens, on average over its weights: [..., query, key] -> [...].

    Special tokens neither look nor are looked at: a head that rests on `</s>` does not look far.
    """
    n, typed = weights.shape[-1], ~np.array(special, bool)
    if weights.shape[-2] != n:
        raise ValueError(f"{weights.shape[-2]} queries x {n} keys have no distance")
    kept = weights * np.outer(typed, typed)
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    total = kept.sum((-2, -1))
    return np.asarray((kept * apart).sum((-2, -1)) / np.where(total > 0, total, 1), np.float32)


# Each one is [layer, head]. Shares and weights are 0..1.
MEASURES = ("entropy", "evenness", "distance", "previous", "same", "next", "first", "special", "maximum", "peak")


_OF_ONE_SENTENCE = ("previous", "same", "next")


def measures_of(kind: Kind) -> tuple[str, ...]:
    """Those that make sense for a kind of attention."""
    return tuple(name for name in MEASURES if kind != "cross" or name not in _OF_ONE_SENTENCE)


def measured(attn: AttentionMap) -> dict[str, Floats]:
    """Every measure that makes sense for this map, in the order of `MEASURES`, each [layer, head].

    entropy: nats, averaged over queries; evenness: the same as a share of the largest that is possible (1: all visible
    keys alike). distance: tokens, between two typed ones. maximum: a query's largest weight, averaged; peak: the
    largest weight of all. In cross-attention the axes are two sentences: there distance is how far apart query and key
    stand in theirs, as a share of the sentence, and previous, same and next have no meaning and are left out.
    """
    weights, special = attn.weights, attn.keys.special
    rows = weights if attn.normalised else distributions(weights)  # an entropy needs rows that sum to 1
    nats = entropy(rows) * np.float32(np.log(2))
    most = np.log(np.maximum(1, visible(attn).sum(-1)))
    found = {"entropy": nats.mean(-1), "evenness": nats.sum(-1) / (most.sum() or 1)}
    if attn.kind == "cross":
        found["distance"] = relative_distance(weights, special)
        found["first"] = weights[..., 0].mean(-1)
        found["special"] = weights[..., np.array(special, bool)].sum(-1).mean(-1)
    else:
        found["distance"] = distance(weights, special)
        found |= patterns(weights, special)
    found["maximum"] = weights.max(-1).mean(-1)
    found["peak"] = weights.max((-2, -1))
    return {name: np.asarray(found[name], np.float32) for name in measures_of(attn.kind)}


def visible(attn: AttentionMap) -> np.ndarray:
    """[query, key]: may this query look at this key? A decoder's own words not at those after them."""
    shape = (len(attn.queries), len(attn.keys))
    return np.tri(*shape, dtype=bool) if attn.kind == "decoder_self" else np.ones(shape, bool)


def distributions(weights: Floats) -> Floats:
    """Rows that sum to 1; a row of zeros stays one."""
    total = weights.sum(-1, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1), np.float32)


def relative_distance(weights: Floats, special: tuple[bool, ...]) -> Floats:
    """How far apart query and key stand in their two sentences, 0 (both at the same share of the way) to 1.

    Averaged over the weights of typed keys: [..., query, key] -> [...].
    """
    n, m = weights.shape[-2:]
    apart = np.abs(np.subtract.outer(np.arange(n) / max(1, n - 1), np.arange(m) / max(1, m - 1)))
    kept = weights * ~np.array(special, bool)
    total = kept.sum((-2, -1))
    return np.asarray((kept * apart).sum((-2, -1)) / np.where(total > 0, total, 1), np.float32)
