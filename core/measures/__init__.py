"""What one can say of attention maps in numbers. Pure functions of plain data."""

from core.measures.differences import Mismatch, aligned, difference, mismatches, shared
from core.measures.heads import (
    MEASURES,
    PATTERNS,
    distance,
    distributions,
    entropy,
    measured,
    measures_of,
    patterns,
    visible,
)
from core.measures.maps import Look, Pick, Pool, by_word, clearest, pooled, strongest, words_axis
from core.measures.similarity import Plane, head_distances, plane

__all__ = [
    "MEASURES",
    "PATTERNS",
    "Look",
    "Mismatch",
    "Pick",
    "Plane",
    "Pool",
    "aligned",
    "by_word",
    "clearest",
    "difference",
    "distance",
    "distributions",
    "entropy",
    "head_distances",
    "measured",
    "measures_of",
    "mismatches",
    "patterns",
    "plane",
    "pooled",
    "shared",
    "strongest",
    "visible",
    "words_axis",
]
