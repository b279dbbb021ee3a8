"""Sinusoidal positions as numbers to look at (Vaswani et al. 2017, section 3.5), and how words change places."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import TextError
from core.trace import Axis

Reals = npt.NDArray[np.floating[Any]]  # the formula in double precision, a model's table in single
TYPED = 400  # characters of an order by hand


@dataclass(frozen=True)
class Encoding:
    """PE(pos, 2i) = sin(pos w_i), PE(pos, 2i+1) = cos(pos w_i) with w_i = base^(-2i/d), for pos < length."""

    d: int = 16
    base: float = 10000.0
    length: int = 50

    def __post_init__(self) -> None:
        if self.d < 2 or self.d % 2:
            raise ValueError(f"d {self.d} is odd or below 2: sin and cos come in pairs")
        if not self.base > 0 or self.length < 1:
            raise ValueError(f"base {self.base} and length {self.length} must be above 0")

    @property
    def pairs(self) -> int:
        return self.d // 2

    @cached_property
    def frequencies(self) -> Reals:
        """[pair], radians a position, falling from 1 towards 1 / base."""
        return np.asarray(self.base ** (-2.0 * np.arange(self.pairs) / self.d))

    @property
    def wavelengths(self) -> Reals:
        """[pair], positions until sine and cosine of a pair are back where they began."""
        return np.asarray(2 * np.pi / self.frequencies)

    @cached_property
    def table(self) -> Reals:
        """[length, d]: sin, cos, sin, cos, ..."""
        return self.at(np.arange(self.length, dtype=np.float64))

    def at(self, positions: Reals) -> Reals:
        """[n] -> [n, d]; positions need not be whole numbers."""
        angles = np.asarray(positions, np.float64)[:, None] * self.frequencies
        return np.stack([np.sin(angles), np.cos(angles)], -1).reshape(len(angles), self.d)

    def rotation(self, k: float) -> Reals:
        """[pair, 2, 2]: what turns (sin, cos) of any position into that of the position k further on."""
        angle = k * self.frequencies
        return np.stack([np.cos(angle), np.sin(angle), -np.sin(angle), np.cos(angle)], -1).reshape(self.pairs, 2, 2)

    def turned(self, k: float) -> Reals:
        """[length, d]: every position's vector, rotated; equals the encoding k further on."""
        vectors = self.table.reshape(self.length, self.pairs, 2)
        return np.einsum("iab,pib->pia", self.rotation(k), vectors).reshape(self.length, self.d)

    def rotation_error(self, k: float) -> float:
        """The largest difference between a turned vector and the one k further on, over all positions."""
        return float(np.abs(self.turned(k) - self.at(np.arange(self.length) + k)).max())


def products(table: Reals) -> Reals:
    """[n, d] -> [n, n]: dot(row p, row q)."""
    rows = np.asarray(table, np.float64)
    return rows @ rows.T


def cosines(table: Reals) -> Reals:
    """[n, d] -> [n, n]; a row of zeros is like nothing, itself included."""
    rows = np.asarray(table, np.float64)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(length > 0, length, 1)
    return unit @ unit.T


def by_distance(square: Reals) -> tuple[Reals, Reals]:
    """[n, n] -> for each distance k = 0 ... n-1 the mean of its diagonal, and the diagonal's largest minus smallest."""
    diagonals = [square.diagonal(k) for k in range(len(square))]
    return np.array([d.mean() for d in diagonals]), np.array([d.max() - d.min() for d in diagonals])


def shuffled(axis: Axis, seed: int) -> tuple[int, ...]:
    """The words in another order, drawn by `seed`; a full stop or question mark at the end stays there.

    Two words or more never come out as they went in, unless all of them are the same.
    """
    free, closing = _free(axis)
    order, draw = list(free), random.Random(seed)
    for _ in range(20):
        draw.shuffle(order)
        if [axis.words[i] for i in order] != [axis.words[i] for i in free]:
            break
    return (*order, *closing)


def backwards(axis: Axis) -> tuple[int, ...]:
    """The last word first; a full stop at the end stays there."""
    free, closing = _free(axis)
    return (*reversed(free), *closing)


def by_hand(axis: Axis, typed: str) -> tuple[int, ...]:
    """`3 1 2`: the third word first. Words that are not named follow in their own order.

    Raises `TextError` for what is no number, no word's number, or named twice.
    """
    words, order = content(axis), []
    for part in typed[:TYPED].replace(",", " ").split():
        if not (part.isascii() and part.isdigit() and 1 <= int(part) <= len(words)):
            raise TextError("order_number", typed=part[:20], n=len(words))
        if words[int(part) - 1] in order:
            raise TextError("order_twice", typed=part)
        order.append(words[int(part) - 1])
    return (*order, *(word for word in words if word not in order))


def _free(axis: Axis) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The words, and the mark that closes the sentence."""
    words = content(axis)
    closes = len(words) > 2 and not any(map(str.isalnum, axis.words[words[-1]]))
    return (words[:-1], words[-1:]) if closes else (words, ())


def content(axis: Axis) -> tuple[int, ...]:
    """The words that somebody typed: all but `</s>` and its like."""
    return tuple(sorted({word for word, special in zip(axis.word_of, axis.special, strict=True) if not special}))
