"""What the picture of the whole model sends, before any browser."""

from __future__ import annotations

import numpy as np

from core.components.whole import SHOWN, _first, colour_limit, quantised
from core.trace import Axis, Series


def test_a_byte_is_wrong_by_half_a_step_at_most_and_zero_stays_zero():
    values = np.random.default_rng(0).normal(0, [[0.01], [1], [40]], (3, 500)).astype(np.float32)
    values[:, 7] = 0
    bytes_, peaks = quantised(values)
    back = (bytes_.astype(np.float32) - 128) / 127 * peaks[:, None]
    assert (np.abs(back - values) <= peaks[:, None] / 254 * 1.001).all()
    assert (bytes_[:, 7] == 128).all()
    np.testing.assert_allclose(np.abs(back).max(-1), peaks, rtol=1e-6)


def test_a_strip_of_zeros_divides_by_nothing():
    bytes_, peaks = quantised(np.zeros((2, 4), np.float32))
    assert (bytes_ == 128).all()
    assert (peaks == 0).all()


def test_full_colour_is_taken_from_the_residual_stream_alone():
    stream = np.linspace(-2, 2, 401, dtype=np.float32)[None]
    wild = np.full((1, 401), 1000, np.float32)
    vectors = [Series("src/sum", ("src", "d_model"), stream), Series("e1.ffn/out", ("src", "d_model"), wild)]
    assert colour_limit(vectors) == 2.0
    assert colour_limit([Series("src/sum", ("src", "d_model"), np.zeros((1, 4), np.float32))]) == 1.0


def test_a_long_side_keeps_its_first_tokens_and_their_words():
    n = SHOWN + 10
    axis = Axis(tuple(f"t{i}" for i in range(n)), tuple(i // 2 for i in range(n)),
                tuple(f"w{i}" for i in range(n // 2)), (False,) * n)  # fmt: skip
    cut = _first(axis)
    assert len(cut) == SHOWN
    assert cut.words[-1] == f"w{(SHOWN - 1) // 2}"
    assert _first(cut) is cut
