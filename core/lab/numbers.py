"""Of vectors, what several experiments ask."""

from __future__ import annotations

import numpy as np

from core.trace import Floats


def cosine(a: Floats, b: Floats) -> float:
    """1 where two vectors point the same way, -1 where against each other; 0 where one has no length."""
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))
