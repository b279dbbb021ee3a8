"""Curves, matrices and arrows show the numbers that they were given, and name them."""

from __future__ import annotations

import numpy as np
import pytest

from core.figures.positions import Words, fall, likeness, matrix, ridges, some_pairs, wavelengths
from core.figures.rotation import circles
from core.lab.positions import Encoding, cosines

WORDS = Words("position", "dimension", "pair", "cosine", "turn")
ONE = Encoding(8, 100.0, 12)
DARK = pytest.mark.parametrize("dark", [False, True])


@DARK
def test_each_pair_has_its_curves_and_the_chosen_one_the_words(dark: bool):
    at = np.linspace(0, 11, 45)
    fig = ridges(at, ONE.at(at), ONE.wavelengths, 2, ["<s>", "a", "b"], WORDS, dark=dark)
    lines = [trace for trace in fig.data if trace.mode == "lines"]
    assert len(lines) == ONE.d
    for i, line in enumerate(lines):
        np.testing.assert_allclose(line.customdata, ONE.at(at)[:, i])
        assert f"dimension {i}" in line.hovertemplate
    assert [line.line.width for line in lines] == [1.5] * 4 + [3, 3] + [1.5] * 2
    sin, cos = (trace for trace in fig.data if trace.mode == "markers")
    np.testing.assert_allclose([*zip(sin.customdata, cos.customdata, strict=True)], ONE.table[:3, 4:6], atol=1e-12)
    assert sin.text == ("&lt;s&gt;", "a", "b")


def test_of_many_pairs_some_are_drawn_the_chosen_one_among_them():
    assert some_pairs(8, 3) == tuple(range(8))
    for chosen in (0, 1, 77, 254, 255):
        pairs = some_pairs(256, chosen)
        assert len(pairs) == len(set(pairs)) == 8
        assert chosen in pairs


@DARK
def test_the_matrix_is_the_table(dark: bool):
    fig = matrix(ONE.table, ["The", "<b>"], WORDS, chosen=1, dark=dark)
    (cells,) = fig.data
    np.testing.assert_allclose(cells.z, ONE.table, atol=1e-6)
    assert (cells.zmin, cells.zmax) == (-1, 1)
    assert fig.layout.yaxis.ticktext[:3] == ("The 0", "&lt;b&gt; 1", "2")
    assert (fig.layout.shapes[0].x0, fig.layout.shapes[0].x1) == (1.5, 3.5)


def test_likeness_is_symmetric_about_its_diagonal_and_its_curves_meet():
    square = cosines(ONE.table)
    (cells,) = likeness(square, (), WORDS, row=3).data
    np.testing.assert_allclose(cells.z, np.asarray(cells.z).T, atol=1e-6)
    curves = [dict(zip(line.x, line.y, strict=True)) for line in fall(square, (0, 5, 11), WORDS, "q - p").data]
    for k in (curves[0].keys() & curves[1].keys()) | (curves[1].keys() & curves[2].keys()):
        values = [curve[k] for curve in curves if k in curve]
        np.testing.assert_allclose(values, values[0], atol=1e-12)


@DARK
def test_arrows_end_where_the_pairs_are_and_turn_by_the_angle(dark: bool):
    before, after = ONE.at(np.array([2.0, 5.0]))
    angles = 3 * ONE.frequencies
    fig = circles(before, after, angles, (0, 1, 2, 3), ("PE(2)", "PE(5)"), WORDS, across=2, dark=dark)
    arrows = [trace for trace in fig.data if trace.mode == "lines+markers"]
    assert len(arrows) == 8
    for pair in range(4):
        a, b = (complex(one.x[1] - one.x[0], one.y[1] - one.y[0]) for one in arrows[2 * pair : 2 * pair + 2])
        assert abs(a) == pytest.approx(1)
        assert b == pytest.approx(a * np.exp(1j * angles[pair]))


def test_a_bar_is_as_long_as_its_wave():
    fig = wavelengths(ONE.wavelengths, 1, (12, "12 shown"), WORDS)
    np.testing.assert_allclose(fig.data[0].y, ONE.wavelengths)
    assert fig.layout.shapes[0].y0 == 12
