"""Matrices typed by hand: the lecture deck's example on paper, and what is not a matrix."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import UserError
from core.lab.workbench import EXAMPLE_K, EXAMPLE_Q, EXAMPLE_V, matrix, work


def example():
    return work(matrix("Q", EXAMPLE_Q), matrix("K", EXAMPLE_K), matrix("V", EXAMPLE_V))


def test_i_am_good_has_the_decks_scores_and_the_true_softmax():
    found = example()
    np.testing.assert_allclose(found.scores, [[4.5, 11.3, 5.4], [10.2, 7.4, 3.5]], atol=1e-6)
    np.testing.assert_array_equal(
        np.round(found.weights, 3), np.float32([[0.001, 0.996, 0.003], [0.942, 0.057, 0.001]])
    )


def test_z_is_the_weighted_sum_of_the_values():
    found = example()
    np.testing.assert_allclose(found.z[0], [0.001 + 0.003, 0.996 + 0.003], atol=2e-3)


def test_without_the_division_the_products_are_the_scores():
    q, k, v = (np.array(x, np.float32) for x in ([[1, 2]], [[3, 4], [0, 1]], [[1], [0]]))
    assert work(q, k, v, divide=False).scores.tolist() == [[11, 2]]


@pytest.mark.parametrize("text", ["1 2\n3 4", "1,2;\n\n 3, 4 \n", "[1\t2]\n[3  4]", "1 2\n3 4e0", "1 2\n3 +4"])
def test_numbers_may_be_apart_in_several_ways(text):
    assert matrix("Q", text).tolist() == [[1, 2], [3, 4]]


def test_a_true_minus_is_a_minus():
    assert matrix("Q", "−1.5").tolist() == [[-1.5]]


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        ("", "matrix_empty", {}),
        (" \n;\n", "matrix_empty", {}),
        ("1 2\n3", "matrix_ragged", {"row": 2, "n": 1, "expected": 2}),
        ("1 x", "matrix_number", {"row": 1, "cell": "x"}),
        ("1 nan", "matrix_number", {"row": 1, "cell": "nan"}),
        ("1\n1e9", "matrix_number", {"row": 2, "cell": "1e9"}),
        ("1 " * 13, "matrix_large", {"rows": 1, "columns": 13, "limit": 12}),
    ],
)
def test_what_is_no_matrix_is_named(text, code, values):
    with pytest.raises(UserError) as caught:
        matrix("Q", text)
    assert caught.value.code == code
    assert caught.value.values == {"name": "Q", **values}


def test_matrices_that_do_not_fit_are_named():
    one, two = np.ones((2, 3), np.float32), np.ones((2, 4), np.float32)
    with pytest.raises(UserError) as caught:
        work(one, two, one)
    assert (caught.value.code, caught.value.values) == ("matrix_fit_columns", {"a": "Q", "b": "K", "n": 3, "m": 4})
    with pytest.raises(UserError) as caught:
        work(one, one, np.ones((5, 1), np.float32))
    assert (caught.value.code, caught.value.values) == ("matrix_fit_rows", {"a": "K", "b": "V", "n": 2, "m": 5})
