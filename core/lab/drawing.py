"""A digit drawn by hand, made a picture as those that the model learned from were made."""

from __future__ import annotations

import base64
import binascii
import zlib

import numpy as np
import numpy.typing as npt

from core.trace import Floats

SIDE, BLOCK = 32, 4  # points along a side of a drawing; along a side of a block
WIDEST = 24  # of a digit that fills the height: hardly one of theirs is wider
Points = npt.NDArray[np.bool_]


def counts(points: Points) -> Floats:
    """How many points of each block of 4 x 4 are dark, 0 to 16: 8 x 8 numbers, as the data set was made."""
    n = SIDE // BLOCK
    return points.reshape(n, BLOCK, n, BLOCK).sum((1, 3)).astype(np.float32)


def fitted(points: Points) -> Points:
    """The drawing as high as the square and in its middle, as all pictures of the data set are; nothing stays nothing.

    Its shape is kept; a digit too wide for that is made as wide as they are, and stands in the middle of the height.
    """
    rows, columns = np.flatnonzero(points.any(1)), np.flatnonzero(points.any(0))
    if not len(rows):
        return points
    part = points[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = min(SIDE / part.shape[0], WIDEST / part.shape[1])
    height, width = (max(1, min(SIDE, round(factor * n))) for n in part.shape)
    at = np.ix_(_nearest(height, part.shape[0]), _nearest(width, part.shape[1]))
    out = np.zeros((SIDE, SIDE), np.bool_)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    out[top : top + height, left : left + width] = part[at]
    return out


def _nearest(to: int, of: int) -> npt.NDArray[np.int64]:
    """Which of `of` points stands at each of `to`."""
    return ((np.arange(to) + 0.5) * of / to).astype(np.int64)


def to_code(points: Points) -> str:
    """Short enough for a link; "" for nothing."""
    if not points.any():
        return ""
    packed = zlib.compress(np.packbits(points).tobytes(), 9, -15)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def from_code(code: str) -> Points:
    """What `to_code` wrote; anything else is a blank square."""
    blank = np.zeros((SIDE, SIDE), np.bool_)
    try:
        packed = base64.urlsafe_b64decode(code[:400].encode("ascii") + b"==")
        data = zlib.decompressobj(-15).decompress(packed, SIDE * SIDE // 8)
    except (binascii.Error, zlib.error, UnicodeEncodeError, ValueError):
        return blank
    if len(data) != SIDE * SIDE // 8:
        return blank
    return np.unpackbits(np.frombuffer(data, np.uint8)).reshape(SIDE, SIDE).astype(np.bool_)
