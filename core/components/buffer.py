"""What goes to the browser: one buffer, a header in JSON and then the weights. No streamlit here.

bytes 0..3        length of the header, unsigned, little-endian
then              the header: JSON in UTF-8, filled with spaces to a multiple of four bytes,
                  so that float32 weights behind it are aligned
then              the weights in C order, as `shape` and `dtype` of the header say
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.trace import Axis

Weights = npt.NDArray[np.uint8] | npt.NDArray[np.float32]


def one_byte(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """round(255 * w) of weights between 0 and 1; what is above 1 counts as 1. Same shape."""
    return np.rint(np.clip(weights, 0, 1) * 255).astype(np.uint8)


def stretched(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.uint8], list[float]]:
    """Each head against its own largest weight, [layer, head, query, key], and those largest weights, layer by layer.

    A weight is byte / 255 * peak. A head of zeros has the peak 0.
    """
    peaks = weights.max(axis=(2, 3), initial=0)
    safe = np.where(peaks > 0, peaks, 1)[:, :, None, None]
    return one_byte((weights / safe).astype(np.float32)), [float(peak) for peak in peaks.ravel()]


def axis_header(axis: Axis) -> dict[str, Any]:
    """The tokens of one side as the browser needs them: lists over tokens, `writes` empty or as long."""
    return {
        "tokens": list(axis.tokens),
        "special": [bool(s) for s in axis.special],
        "continues": [axis.continues(i) for i in range(len(axis))],
        "writes": list(axis.writes),
    }


def on_dark(scale: Sequence[tuple[float, str]]) -> bool:
    """Is the ground dark that a scale of weights, (position, colour), begins at?"""
    return sum(int(scale[0][1][i : i + 2], 16) for i in (1, 3, 5)) < 3 * 128


def chosen_words(words: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """The texts a component shows, and no others. Raises `ValueError` when one is missing."""
    missing = [name for name in names if name not in words]
    if missing:
        raise ValueError(f"{len(missing)} of {len(names)} texts are missing: {', '.join(missing)}")
    return {name: words[name] for name in names}


def pack(header: Mapping[str, Any], weights: Weights) -> bytes:
    """Header and weights in one buffer, laid out as the module says. `shape` and `dtype` are added to the header."""
    if weights.dtype not in (np.uint8, np.float32):
        raise ValueError(f"weights are {weights.dtype}, neither uint8 nor float32")
    full = {**header, "shape": list(weights.shape), "dtype": str(weights.dtype)}
    text = json.dumps(full, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    text += b" " * (-len(text) % 4)
    little = weights.astype(weights.dtype.newbyteorder("<"), copy=False)
    return struct.pack("<I", len(text)) + text + np.ascontiguousarray(little).tobytes()
