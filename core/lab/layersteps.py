"""What the inside of a layer did to each token, in numpy: every Add, every Norm, the feed-forward units.

Plain records that a run left (core/lab/layers.py), and the arithmetic that a page repeats on them
(Vaswani et al. 2017, sections 3.1 and 3.3; Ba et al. 2016 for the LayerNorm).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.trace import Axis, Floats

Kind = Literal["self", "cross", "ffn"]


def standard(x: Floats, eps: float = 1e-5) -> Floats:
    """LayerNorm's first step, each row by itself: mean 0, variance 1 (eps keeps a constant row from dividing by 0)."""
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return np.asarray((x - mean) / np.sqrt(variance + eps), np.float32)


def batch_standard(x: Floats, eps: float = 1e-5) -> Floats:
    """Batch norm's first step while it trains, each column by itself: over all the rows of the batch."""
    mean, variance = x.mean(0), x.var(0)
    return np.asarray((x - mean) / np.sqrt(variance + eps), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """The learned part of a LayerNorm: y = gain x^ + bias, each [d_model]."""

    gain: Floats
    bias: Floats
    eps: float

    def affine(self, x: Floats) -> Floats:
        """LayerNorm's second step."""
        return np.asarray(self.gain * x + self.bias, np.float32)

    def __call__(self, x: Floats) -> Floats:
        return self.affine(standard(x, self.eps))


@dataclass(frozen=True, slots=True, eq=False)
class Sublayer:
    """One sublayer with its Add and its Norm; each [n, d_model].

    before: the residual stream as it came; out: what the sublayer answered; added: before + out; normed: what the
    Norm gave, of `added` (post-norm) or of `before` (pre-norm). hidden: [n, d_ff], of the feed-forward network alone.
    """

    kind: Kind
    before: Floats
    out: Floats
    added: Floats
    normed: Floats
    norm: Norm
    pre: bool
    hidden: Floats | None = None

    @property
    def into_norm(self) -> Floats:
        return self.before if self.pre else self.added

    @property
    def standard(self) -> Floats:
        """Between the two steps of the Norm."""
        return standard(self.into_norm, self.norm.eps)

    @property
    def leaves(self) -> Floats:
        """What the next sublayer gets as its stream."""
        return self.added if self.pre else self.normed


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The encoder or the decoder. token + position = total, [n, d_model]; final: its last Norm, of pre-norm alone."""

    tokens: Axis
    token: Floats
    position: Floats
    total: Floats
    layers: tuple[tuple[Sublayer, ...], ...]
    final: Norm | None

    @property
    def sublayers(self) -> tuple[Sublayer, ...]:
        return tuple(one for layer in self.layers for one in layer)

    @property
    def last(self) -> Floats:
        """What leaves the side: the encoder's memory, or what the output head reads."""
        stream = self.layers[-1][-1].leaves
        return self.final(stream) if self.final else stream

    def feed_forward(self, layer: int) -> Sublayer:
        return self.layers[layer][-1]

    def hidden(self, layer: int) -> Floats:
        """relu(W_1 x + b_1), [n, d_ff]."""
        found = self.feed_forward(layer).hidden
        if found is None:
            raise ValueError(f"layer {layer} does not end in a feed-forward network")
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """One text, one output, and all that every sublayer did on the way."""

    src_text: str
    tgt_text: str
    pre: bool
    encoder: Side
    decoder: Side

    def side(self, name: str) -> Side:
        return self.encoder if name == "encoder" else self.decoder


def lengths(x: Floats) -> Floats:
    """The Euclidean norm of each row."""
    return np.asarray(np.linalg.norm(x, axis=-1), np.float32)


def growth(side: Side) -> Floats:
    """The root mean square of the stream's numbers, [station, token]: after the embedding, and after each sublayer.

    A vector's length over sqrt(d_model), so that models of different widths can be compared.
    """
    stream = [side.total, *(one.leaves for one in side.sublayers)]
    return np.stack([np.sqrt((x.astype(np.float64) ** 2).mean(-1)) for x in stream]).astype(np.float32)


# The units of a feed-forward network


@dataclass(frozen=True, slots=True)
class Firing:
    """Of one layer on one sentence, as shares of its units: alive fire on some token; each: on a token, on average."""

    units: int
    alive: int
    each: float

    @property
    def dead(self) -> int:
        """Units that fire on no token of this sentence; another sentence may wake them."""
        return self.units - self.alive


def firing(hidden: Floats) -> Firing:
    fires = hidden > 0
    return Firing(hidden.shape[1], int(fires.any(0).sum()), float(fires.mean()))


def top_units(hidden: Floats, token: int, n: int) -> tuple[int, ...]:
    """The units that fire most on a token, strongest first; fewer than `n` where fewer fire."""
    row = hidden[token]
    order = np.argsort(-row, kind="stable")[:n]
    return tuple(int(unit) for unit in order if row[unit] > 0)
