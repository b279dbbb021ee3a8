"""Which heads do the same: distances between heads, and a plane that keeps them as well as a plane can."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.measures.heads import distributions, entropy
from core.trace import AttentionMap, Floats

BUDGET = 60_000_000  # weights that are compared at most: about half a second


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Heads as points whose distances are as true as two dimensions allow; axes and signs mean nothing.

    points: [head, 2]. explained: the share of the spread that two dimensions hold (Mardia et al. 1979, sec. 14.4).
    stress: how wrong the drawn distances are, 0: not at all (Kruskal 1964, stress-1).
    """

    points: Floats
    explained: float
    stress: float


def head_distances(attn: AttentionMap) -> tuple[Floats, int]:
    """How differently two heads look, [head, head], heads counted through all layers; and how many queries were used.

    For each query the Jensen-Shannon distance (Lin 1991; its root is a metric) of the two rows, averaged over queries:
    0 where both heads do the same, 1 where no query of one ever looks where the other's does. Of a long text only some
    queries are used, evenly spread.
    """
    rows = distributions(attn.weights).reshape(-1, *attn.weights.shape[2:])  # [head, query, key]
    used = _queries(len(rows), *rows.shape[1:])
    rows = rows[:, used]
    alone = entropy(rows)  # [head, query]
    found = np.zeros((len(rows), len(rows)), np.float32)
    for i in range(len(rows) - 1):
        apart = entropy((rows[i] + rows[i + 1 :]) / 2) - (alone[i] + alone[i + 1 :]) / 2
        found[i, i + 1 :] = found[i + 1 :, i] = np.sqrt(apart.clip(0, 1)).mean(-1)
    return found, len(used)


def _queries(heads: int, queries: int, keys: int) -> np.ndarray:
    most = max(1, BUDGET // max(1, heads * heads // 2 * keys))
    return np.unique(np.linspace(0, queries - 1, min(queries, most)).round().astype(int))


def plane(distances: Floats) -> Plane:
    """Classical multidimensional scaling (Torgerson 1952) of a symmetric [n, n]."""
    n = len(distances)
    if distances.shape != (n, n) or not np.allclose(distances, distances.T, atol=1e-6):
        raise ValueError(f"distances {distances.shape} are not symmetric")
    squares = distances.astype(np.float64) ** 2
    centred = -0.5 * (squares - squares.mean(0) - squares.mean(1)[:, None] + squares.mean())
    values, vectors = np.linalg.eigh(centred)  # ascending
    size = max(2, n)
    best = np.zeros(size)
    best[:n] = values[::-1].clip(0)
    axes = np.zeros((n, size))
    axes[:, :n] = vectors[:, ::-1]
    points = axes[:, :2] * np.sqrt(best[:2])
    # The eigenvectors' signs are the library's whim: the farthest point is right and up.
    signs = [np.sign(column[np.abs(column).argmax()]) or 1 for column in points.T]
    return Plane((points * signs).astype(np.float32), _share(best), _stress(distances, points))


def _share(values: np.ndarray) -> float:
    return float(values[:2].sum() / values.sum()) if values.sum() > 0 else 1.0


def _stress(distances: Floats, points: np.ndarray) -> float:
    drawn = np.linalg.norm(points[:, None] - points, axis=-1)
    total = float((distances.astype(np.float64) ** 2).sum())
    return float(np.sqrt(((drawn - distances) ** 2).sum() / total)) if total > 0 else 0.0
