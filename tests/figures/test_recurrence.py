"""Strips, unrolled networks and curves of gradients show the numbers that they were given, and name them."""

from __future__ import annotations

import numpy as np
import pytest

from core.figures.gradients import Line, curves
from core.figures.recurrence import Drawn, Strip, Words, moved, sizes, some_of, strips, unrolled
from core.trace import Axis

WORDS = Words("word", "unit", "units")
AXIS = Axis(("<s>", "a", "<b>"), (0, 1, 2), ("<s>", "a", "<b>"), (True, False, False))
DARK = pytest.mark.parametrize("dark", [False, True])


@DARK
def test_strips_stand_under_the_words_one_row_a_unit(dark: bool):
    h, f = (np.random.default_rng(seed).random((3, 4)).astype(np.float32) for seed in (0, 1))
    fig = strips(AXIS, [Strip("h", h, 1.0), Strip("f", f)], WORDS, notes=("x", "y", "<z>"), dark=dark)
    one, two = fig.data
    np.testing.assert_allclose(one.z, h.T)
    np.testing.assert_allclose(two.z, f.T)
    assert (one.zmin, one.zmax, two.zmin, two.zmax) == (-1, 1, 0, 1), "states are signed, gates are shares"
    assert one.text[0][2] == "&lt;z&gt;"
    assert fig.layout.xaxis.labelalias["2.0"] == "&lt;b&gt;"
    low, high = fig.layout.yaxis.domain
    assert fig.layout.yaxis2.domain[1] < low < high <= 1, "the second stands below the first"


@DARK
def test_an_unrolled_network_names_what_goes_in_and_out(dark: bool):
    state = np.linspace(-1, 1, 10, dtype=np.float32)
    columns = [Drawn("a", state, ""), Drawn("b", -state, "y", part="decoder"), Drawn("y", state, "", True, "decoder")]
    fig = unrolled(columns, WORDS, dark=dark)
    np.testing.assert_allclose(fig.data[0].z, np.stack([state, -state, state], 1)[:8])
    texts = [note.text for note in fig.layout.annotations if note.text]
    assert texts == ["a", "b", "y", "decoder", "y"]


def test_of_many_steps_the_middle_is_left_out():
    assert some_of(12) == (list(range(12)), None)
    kept, gap = some_of(30)
    assert len(kept) == 11
    assert (kept[:6], kept[-1], gap) == ([0, 1, 2, 3, 4, 5], 29, 6)
    fig = unrolled([Drawn(str(i), np.full(8, i / 30, np.float32), "") for i in range(30)], WORDS)
    assert np.isnan(np.array(fig.data[0].z, float)[:, 6]).all()


def test_bars_are_as_long_as_the_numbers():
    fig = sizes(("RNN", "LSTM"), [("W", (1, 4)), ("b", (2, 8))], "parameters")
    assert [list(bar.x) for bar in fig.data] == [[1, 4], [2, 8]]
    assert [note.text.strip() for note in fig.layout.annotations] == ["3", "12"]
    pair = np.array([0, 0.5, 1], np.float32), np.array([1, 0.5, 0], np.float32)
    np.testing.assert_allclose([bar.y for bar in moved(AXIS, pair, ("h→", "h←"), "share").data], pair)


@DARK
def test_what_is_exactly_0_is_a_cross_and_no_point_of_the_line(dark: bool):
    norms = np.array([0.0, 1e-3, 1.0])
    fig = curves([Line("rnn", "RNN", AXIS, norms)], ("t", "norm", "exactly 0"), power=(0.5, "0.5^k"),
                 block=(1, "block"), dark=dark)  # fmt: skip
    line, cross, power = fig.data
    assert np.isnan(line.y[0])
    assert list(line.y[1:]) == [1e-3, 1.0]
    assert list(cross.x) == [0]
    assert cross.y[0] < 1e-3
    assert "exactly 0" in cross.hovertemplate
    np.testing.assert_allclose(power.y, [0.25, 0.5, 1])
    assert fig.layout.yaxis.type == "log"
    assert fig.layout.shapes[0].x0 == 0.5


def test_a_single_step_or_nothing_but_zeros_still_is_a_picture():
    short = Axis(("a",), (0,), ("a",), (False,))
    for norms in ([1.0], [0.0]):
        assert curves([Line("gru", "GRU", short, np.array(norms))], ("t", "norm", "0")).data
