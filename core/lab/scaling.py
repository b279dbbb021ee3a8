"""Why scores are divided by sqrt(d_k) (Vaswani et al. 2017, section 3.2.1, footnote 4): drawn by lot, from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.lab.headsteps import softmax
from core.trace import Floats

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
KEYS, DRAWS = 16, 400


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """Means over `DRAWS` queries with `KEYS` keys each, [size]; all components independent, mean 0, variance 1.

    variance: of q.k. entropy: of the softmax in bits (4 is even, 0 one key alone). gradient: Frobenius norm of the
    softmax's Jacobian diag(p) - p p^T by the score. `_plain`: without the division. one, one_plain: [size, key], the
    softmax of the first query.
    """

    sizes: tuple[int, ...]
    variance: Floats
    entropy: Floats
    entropy_plain: Floats
    gradient: Floats
    gradient_plain: Floats
    one: Floats
    one_plain: Floats


def scaling(seed: int = 0) -> Scaling:
    """The experiment for all sizes; the same seed gives the same numbers."""
    lots = np.random.default_rng(seed)
    rows = [_one_size(lots, d) for d in SIZES]
    columns = [np.stack(column).astype(np.float32) for column in zip(*rows, strict=True)]
    return Scaling(SIZES, *columns)


def _one_size(lots: np.random.Generator, d: int) -> tuple[np.ndarray, ...]:
    q, k = lots.standard_normal((DRAWS, 1, d)), lots.standard_normal((DRAWS, KEYS, d))
    products = (q * k).sum(-1)
    p, plain = softmax(products / np.sqrt(d)), softmax(products)
    numbers = (products.var(), _entropy(p), _entropy(plain), jacobian_norm(p).mean(), jacobian_norm(plain).mean())
    return (*(np.asarray(number) for number in numbers), p[0], plain[0])


def _entropy(p: Floats) -> float:
    logs = np.log2(p, where=p > 0, out=np.zeros_like(p))
    return float(-(p * logs).sum(-1).mean())


def jacobian_norm(p: Floats) -> Floats:
    """|diag(p) - p p^T| (Frobenius) of each softmax [.., key]: how much its output still moves when scores move."""
    p = p.astype(np.float64)
    squares = (p * p).sum(-1)
    return np.asarray(np.sqrt(np.maximum(squares - 2 * (p**3).sum(-1) + squares**2, 0)), np.float32)
