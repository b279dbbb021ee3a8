"""One head, step by step, in numpy: X -> Q, K, V -> scores -> weights -> Z -> its part of the output.

Plain records that a run left, so that changing a number on the way runs no model (Vaswani et al. 2017, section 3.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.trace import Axis, Floats, Kind

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one attention sublayer was given, and what it answered.

    x: [query, d_model], who asks; memory: [key, d_model], who is asked (in self-attention the same).
    mask: [query, key], True where a query may look. out: [query, d_model], before Add and Norm.
    """

    kind: Kind
    x: Floats
    memory: Floats
    mask: Bools
    out: Floats
    queries: Axis
    keys: Axis

    def __post_init__(self) -> None:
        shape = len(self.queries), len(self.keys)
        if (len(self.x), len(self.memory)) != shape or self.mask.shape != shape or self.out.shape != self.x.shape:
            raise ValueError(
                f"{self.kind}: x {self.x.shape}, memory {self.memory.shape}, mask {self.mask.shape}: {shape}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Projections:
    """The learned matrices of one sublayer, split into heads.

    w_q, w_k, w_v: [head, d_model, d_head], their biases [head, d_head]; w_o: [head, d_head, d_model], b_o: [d_model].
    """

    w_q: Floats
    w_k: Floats
    w_v: Floats
    b_q: Floats
    b_k: Floats
    b_v: Floats
    w_o: Floats
    b_o: Floats

    @property
    def n_heads(self) -> int:
        return len(self.w_q)

    @property
    def d_head(self) -> int:
        return int(self.w_q.shape[2])


@dataclass(frozen=True, slots=True)
class Change:
    """What if? score: (query, key, new value) of the score that goes into the mask; temperature 0 is its limit."""

    scaled: bool = True
    masked: bool = True
    temperature: float = 1.0
    score: tuple[int, int, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """One head. q: [query, d_head]; k, v: [key, d_head]; products, scores, masked, weights: [query, key].

    products: QK^T; scores: what goes into the mask, QK^T / sqrt(d_head) unless changed; masked: -inf where hidden.
    z: weights V, [query, d_head]; part: Z W_O of this head, [query, d_model], its share of the output.
    """

    q: Floats
    k: Floats
    v: Floats
    products: Floats
    scores: Floats
    masked: Floats
    weights: Floats
    z: Floats
    part: Floats


def steps(reading: Reading, learned: Projections, head: int, change: Change = Change()) -> Steps:
    """The computation of one head, changed where `change` says so."""
    q = reading.x @ learned.w_q[head] + learned.b_q[head]
    k = reading.memory @ learned.w_k[head] + learned.b_k[head]
    v = reading.memory @ learned.w_v[head] + learned.b_v[head]
    products = q @ k.T
    scores = scaled(products, q.shape[1]) if change.scaled else products.copy()
    if change.score is not None:
        query, key, value = change.score
        scores[query, key] = value
    masked = np.where(reading.mask, scores, np.float32(-np.inf)) if change.masked else scores
    weights = softmax(masked, change.temperature)
    z = weights @ v
    return Steps(q, k, v, products, scores, masked, weights, z, z @ learned.w_o[head])


def scaled(products: Floats, d_head: int) -> Floats:
    """QK^T / sqrt(d_k)."""
    return np.asarray(products / math.sqrt(d_head), np.float32)


def softmax(scores: Floats, temperature: float = 1.0) -> Floats:
    """exp(s / T) over its sum, along the last axis. At T = 0 its limit: all to the largest, shared where several are.

    Raises where a row has no finite score: nothing could be looked at.
    """
    if temperature < 0:
        raise ValueError(f"temperature {temperature} is below 0")
    top = scores.max(-1, keepdims=True)
    if not np.isfinite(top).all():
        raise ValueError("a query has no visible key")
    raised = (scores == top).astype(np.float64)
    if temperature:
        with np.errstate(under="ignore"):
            raised = np.exp((scores.astype(np.float64) - top) / temperature)
    return np.asarray(raised / raised.sum(-1, keepdims=True), np.float32)


def all_heads(reading: Reading, learned: Projections) -> tuple[Steps, ...]:
    return tuple(steps(reading, learned, head) for head in range(learned.n_heads))


def norm_shares(parts: Floats, bias: Floats) -> Floats:
    """How much each head's part adds to the output: [head, query, d_model] -> [head, query].

    The part's projection onto the output over the output's length: |part| cos / |out|. Over all heads and the bias
    these sum to 1; a head that works against the sum is negative.
    """
    out = parts.sum(0) + bias
    return np.asarray((parts * out).sum(-1) / np.maximum((out * out).sum(-1), 1e-12), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Arrows:
    """Queries and keys of one head in the plane through the origin that keeps most of their squared length.

    queries: [query, 2], keys: [key, 2]; kept: that share, 0..1.
    """

    queries: Floats
    keys: Floats
    kept: float


def arrows(q: Floats, k: Floats) -> Arrows:
    """The first two principal directions of all q and k together, not centred: angles are seen from the origin."""
    both = np.concatenate([q, k]).astype(np.float64)
    _, sizes, directions = np.linalg.svd(both, full_matrices=False)
    plane = directions[:2]
    if plane.shape[0] < 2:
        plane = np.concatenate([plane, np.zeros((1, both.shape[1]))])
    kept = float((sizes[:2] ** 2).sum() / max((sizes**2).sum(), 1e-12))
    flat = (both @ plane.T).astype(np.float32)
    return Arrows(flat[: len(q)], flat[len(q) :], kept)
