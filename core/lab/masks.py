"""Who may look at whom, tried on scores that a model left: mask, softmax, and the two in the wrong order.

Plain numpy: trying another mask runs no model. True = may look, [query, key].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.trace import Axis, Floats, Kind

Bools = npt.NDArray[np.bool_]

SELF = ("causal", "padding", "both", "window", "strict", "none")  # masks of a sentence that looks at itself
CROSS = ("padding", "window", "none")  # of one that looks at another: there is no future among its keys


@dataclass(frozen=True, slots=True, eq=False)
class ScoreMap:
    """One kind of attention before its mask, every layer and head.

    scores: QK^T / sqrt(d_head), [layer, head, query, key]; own: the mask that the model laid over them;
    padding: which keys are `<pad>`.
    """

    kind: Kind
    scores: Floats
    own: Bools
    padding: tuple[bool, ...]
    queries: Axis
    keys: Axis

    def __post_init__(self) -> None:
        shape = len(self.queries), len(self.keys)
        if self.scores.ndim != 4 or self.scores.shape[2:] != shape or self.own.shape != shape:
            raise ValueError(f"{self.kind}: scores {self.scores.shape} and mask {self.own.shape} do not fit {shape}")
        if len(self.padding) != shape[1]:
            raise ValueError(f"{self.kind}: padding has {len(self.padding)} entries for {shape[1]} keys")

    @property
    def own_name(self) -> str:
        """What its own mask is called among `SELF` and `CROSS`."""
        return "causal" if self.kind == "decoder_self" else "padding"


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """scores + mask = masked scores -> weights, each [query, key] of one head.

    masked: -inf where the query may not look. weights: each row sums to 1, but for the queries in `blind`:
    these may look at nothing, their softmax is 0 / 0, and their row is left 0.
    """

    scores: Floats
    mask: Bools
    masked: Floats
    weights: Floats

    @property
    def blind(self) -> tuple[int, ...]:
        """The queries that may look at nothing."""
        return tuple(int(i) for i in np.flatnonzero(~self.mask.any(-1)))


def causal(n: int, *, strict: bool = False) -> Bools:
    """Query i sees keys 0..i; `strict` hides the diagonal too, so that query 0 sees nothing."""
    return np.tri(n, k=-1 if strict else 0, dtype=bool)


def window(queries: int, keys: int, d: int) -> Bools:
    """Query i sees the keys at i-d .. i+d: 2d+1 of them, fewer at the ends (Luong et al. 2015, section 3.2: local)."""
    if d < 0:
        raise ValueError(f"a window of {d} to each side")
    return np.asarray(np.abs(np.arange(queries)[:, None] - np.arange(keys)) <= d)


def build(name: str, one: ScoreMap, d: int = 0) -> Bools:
    """The mask called `name`, of the map's size. Raises `ValueError` for one that its kind cannot have."""
    queries, keys = one.own.shape
    if name not in (CROSS if one.kind == "cross" else SELF):
        raise ValueError(f"{one.kind} has no mask {name!r}")
    everyone = np.ones((queries, keys), bool)
    real = everyone & ~np.array(one.padding, bool)
    if name == "window":
        return window(queries, keys, d)
    if name in ("causal", "both", "strict"):
        return causal(queries, strict=name == "strict") & (real if name == "both" else everyone)
    return real if name == "padding" else everyone


def fitted(drawn: Bools, start: Bools) -> Bools:
    """A mask drawn on a sentence of another length: what was drawn stays, the rest is as in `start`."""
    rows, columns = np.minimum(drawn.shape, start.shape)
    out = start.copy()
    out[:rows, :columns] = drawn[:rows, :columns]
    return out


def apply(scores: Floats, mask: Bools) -> Masked:
    """-inf where the mask is False, then the softmax of each row (Vaswani et al. 2017, section 3.2.3)."""
    if scores.shape != mask.shape:
        raise ValueError(f"a mask {mask.shape} for scores {scores.shape}")
    masked = np.where(mask, scores, -np.inf).astype(np.float32)
    return Masked(scores, mask, masked, softmax(masked))


def softmax(scores: Floats) -> Floats:
    """exp(s) / sum exp(s) of each row, largest score first taken off; a row of -inf alone stays 0."""
    top = scores.max(-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(top), top, 0))
    sums = powers.sum(-1, keepdims=True)
    return np.divide(powers, sums, out=np.zeros_like(powers), where=sums > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Zeroed:
    """The wrong order: softmax over every key, then zero where the mask is False.

    weights: [query, key]; sums: [query], what is left of 1; again: the rows divided by their sums.
    """

    weights: Floats
    sums: Floats
    again: Floats


def zeroed_after(scores: Floats, mask: Bools) -> Zeroed:
    """The hidden keys have already taken their share of each row when they are struck out."""
    weights = np.where(mask, softmax(scores), 0).astype(np.float32)
    sums = weights.sum(-1)
    again = np.divide(weights, sums[:, None], out=np.zeros_like(weights), where=sums[:, None] > 0)
    return Zeroed(weights, sums, again)


def to_code(mask: Bools) -> str:
    """A mask as text for a link: its shape, then how long each run of equal cells is, the first of visible ones."""
    flat = np.concatenate([[True], mask.ravel(), [not mask.ravel()[-1]]])
    ends = np.flatnonzero(flat[1:] != flat[:-1])
    runs = np.diff(ends, prepend=0)
    return "-".join(map(str, (*mask.shape, *runs.tolist())))


def from_code(code: str, largest: int = 1024) -> Bools | None:
    """The way back; None for what is no such text."""
    parts = code.split("-")
    if len(code) > 20_000 or len(parts) < 3 or not all(p.isascii() and p.isdigit() and len(p) < 8 for p in parts):
        return None
    queries, keys, *runs = map(int, parts)
    if not (0 < queries <= largest and 0 < keys <= largest) or sum(runs) != queries * keys:
        return None
    return np.repeat(np.arange(len(runs)) % 2 == 0, runs).reshape(queries, keys)
