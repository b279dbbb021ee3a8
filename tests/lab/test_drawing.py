"""A drawing becomes a picture as those of the data set: fitted, counted, and kept in a link."""

from __future__ import annotations

import numpy as np
import pytest

from core.lab.drawing import SIDE, counts, fitted, from_code, to_code


def square(top: int, left: int, height: int, width: int) -> np.ndarray:
    points = np.zeros((SIDE, SIDE), np.bool_)
    points[top : top + height, left : left + width] = True
    return points


def test_a_pixel_counts_the_dark_points_of_its_block():
    points = square(4, 8, 4, 4)  # a whole block
    points[0, :3] = True  # and three points of the first
    expected = np.zeros((8, 8))
    expected[1, 2], expected[0, 0] = 16, 3
    np.testing.assert_array_equal(counts(points), expected)


def test_a_small_digit_in_a_corner_fills_the_height_in_the_middle():
    found = fitted(square(1, 1, 8, 4))
    np.testing.assert_array_equal(found, square(0, 8, 32, 16))


def test_a_wide_stroke_keeps_its_shape():
    found = fitted(square(20, 0, 4, 32))
    np.testing.assert_array_equal(found, square(14, 4, 3, 24))


def test_fitting_twice_changes_nothing_more():
    once = fitted(square(3, 9, 20, 11))
    np.testing.assert_array_equal(fitted(once), once)


def test_nothing_stays_nothing():
    blank = np.zeros((SIDE, SIDE), np.bool_)
    np.testing.assert_array_equal(fitted(blank), blank)
    assert to_code(blank) == ""


def test_a_drawing_comes_back_from_a_link():
    noise = np.random.default_rng(0).random((SIDE, SIDE)) < 0.5  # nothing can make this shorter
    for points in (square(2, 3, 25, 6), noise):
        code = to_code(points)
        assert len(code) <= 180
        np.testing.assert_array_equal(from_code(code), points)


@pytest.mark.parametrize("code", ["", "x", "!!!", "한글", "<script>", "A" * 5000, to_code(square(2, 3, 25, 6))[:-9]])
def test_what_is_no_drawing_is_a_blank_square(code):
    assert not from_code(code).any()
