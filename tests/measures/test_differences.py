"""When two maps can be subtracted, and what is left where they cannot."""

import numpy as np
import pytest

from core.measures import Mismatch, aligned, difference, mismatches, shared
from tests.test_measures import axis, one_map, random_map


def even(queries, keys, kind="encoder_self"):
    return one_map(np.full((len(queries), len(keys)), 1 / len(keys)), queries, keys, kind)


def test_the_difference_is_b_minus_a_and_turns_its_sign_when_they_change_places():
    line = axis("a b")
    one, two = one_map([[1, 0], [0.5, 0.5]], line, line), one_map([[0.25, 0.75], [0.5, 0.5]], line, line)
    np.testing.assert_allclose(difference(one, two), [[-0.75, 0.75], [0, 0]])
    np.testing.assert_allclose(difference(two, one), -difference(one, two))
    np.testing.assert_array_equal(difference(one, one), 0)


def test_each_row_of_a_difference_sums_to_nothing():
    one, two = random_map(1, 1, 6, range(6), 1), random_map(1, 1, 6, range(6), 2)
    np.testing.assert_allclose(difference(one, two).sum(-1), 0, atol=1e-5)


def test_axes_that_differ_are_named_by_the_first_token_that_does():
    a, b = axis("the dog was tired ."), axis("the dog was full .")
    assert mismatches(even(a, a), even(b, b)) == (
        Mismatch("query", 3, ("tired", "full"), (5, 5)),
        Mismatch("key", 3, ("tired", "full"), (5, 5)),
    )
    short = axis("the dog")
    assert mismatches(even(a, a), even(a, short)) == (Mismatch("key", 2, ("was", None), (5, 2)),)
    assert mismatches(even(a, a), even(axis("the dog was tired ."), a)) == ()


def test_maps_whose_axes_differ_are_not_subtracted():
    a, b = axis("a b"), axis("a c")
    with pytest.raises(ValueError, match="query 1"):
        difference(even(a, a), even(b, b))
    with pytest.raises(ValueError, match="2 layers x 3 heads"):
        difference(random_map(2, 3, 4, range(4)), random_map(2, 3, 4, range(4)))


def test_the_same_token_is_found_in_another_sentence():
    assert aligned(axis("the dog was tired ."), axis("the dog was full .")) == (0, 1, 2, None, 4)
    assert aligned(axis("a b c"), axis("x a b c")) == (None, 0, 1, 2)
    assert aligned(axis("a dog ate . </s>"), axis("un chien a mange .")) == (None,) * 5
    line = axis("the cat and the dog")  # a word that is there twice keeps its place
    assert aligned(line, line) == (0, 1, 2, 3, 4)


def test_what_both_maps_have_can_be_subtracted_after_all():
    a, b = axis("x a b"), axis("a y b")
    one = one_map([[0.2, 0.3, 0.5], [0.1, 0.6, 0.3], [0, 0, 1]], a, a)
    two = one_map([[0.5, 0.25, 0.25], [0, 1, 0], [0.4, 0.2, 0.4]], b, b)
    both = shared(one, two)
    assert [part.queries.tokens for part in both] == [("a", "b")] * 2
    np.testing.assert_allclose(difference(*both), [[0.5 - 0.6, 0.25 - 0.3], [0.4 - 0, 0.4 - 1]], atol=1e-6)
    assert shared(one, even(axis("p q"), axis("p q"))) is None


def test_pieces_that_are_left_keep_their_words():
    a = axis("hung ry dog </s>", (0, 0, 1, 2))
    both = shared(even(a, a), even(axis("ry dog </s>"), axis("ry dog </s>")))
    assert both[0].queries.words == ("hungry", "dog", "</s>")
    assert both[0].queries.word_of == (0, 1, 2)
    assert both[0].keys.special == (False, False, True)
