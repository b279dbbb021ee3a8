"""Attention on small matrices that somebody typed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.lab.headsteps import scaled, softmax
from core.trace import Floats

LARGEST = 12  # rows and columns
BIGGEST = 1e6  # of a number

# "I am good": with d_k = 4 the rows of K pick the components of Q, so that QK^T / 2 is what the lecture deck shows.
EXAMPLE_Q = "9    22.6  10.8  0\n20.4 14.8  7    0"
EXAMPLE_K = "1 0 0 0\n0 1 0 0\n0 0 1 0"
EXAMPLE_V = "1 0\n0 1\n1 1"
EXAMPLE_QUERIES, EXAMPLE_KEYS = "I good", "I am good"


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """products, scores, weights: [query, key]; z: [query, d_v]."""

    q: Floats
    k: Floats
    v: Floats
    products: Floats
    scores: Floats
    weights: Floats
    z: Floats


def matrix(name: str, text: str) -> Floats:
    """Rows on lines, numbers apart by spaces, commas, semicolons or tabs. Raises `UserError` that names the place."""
    rows = [re.split(r"[\s,;]+", line.strip(" \t,;[]")) for line in text.splitlines() if line.strip(" \t,;[]")]
    if not rows:
        raise UserError("matrix_empty", name=name)
    if len(rows) > LARGEST or max(map(len, rows)) > LARGEST:
        raise UserError("matrix_large", name=name, rows=len(rows), columns=max(map(len, rows)), limit=LARGEST)
    for i, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise UserError("matrix_ragged", name=name, row=i, n=len(row), expected=len(rows[0]))
    return np.array([[_number(name, i, cell) for cell in row] for i, row in enumerate(rows, 1)], np.float32)


def _number(name: str, row: int, cell: str) -> float:
    try:
        value = float(cell.replace("−", "-"))
    except ValueError:
        raise UserError("matrix_number", name=name, row=row, cell=cell[:20]) from None
    if not math.isfinite(value) or abs(value) > BIGGEST:
        raise UserError("matrix_number", name=name, row=row, cell=cell[:20])
    return value


def work(q: Floats, k: Floats, v: Floats, divide: bool = True) -> Work:
    """softmax(QK^T / sqrt(d_k)) V, each step. Raises `UserError` where the matrices do not fit."""
    if q.shape[1] != k.shape[1]:
        raise UserError("matrix_fit_columns", a="Q", b="K", n=q.shape[1], m=k.shape[1])
    if len(k) != len(v):
        raise UserError("matrix_fit_rows", a="K", b="V", n=len(k), m=len(v))
    products = q @ k.T
    scores = scaled(products, q.shape[1]) if divide else products
    weights = softmax(scores)
    return Work(q, k, v, products, scores, weights, weights @ v)
