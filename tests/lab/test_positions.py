"""The formula as the engine has it, the two things that follow from it, and orders of words."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import TextError
from core.lab.positions import Encoding, backwards, by_distance, by_hand, content, cosines, products, shuffled
from core.nn.positional import sinusoidal
from core.trace import Axis


def sentence(*words: str) -> Axis:
    """One piece a word, and `</s>`."""
    tokens = (*words, "</s>")
    n = len(tokens)
    return Axis(tokens, tuple(range(n)), tokens, (False,) * (n - 1) + (True,))


@pytest.mark.parametrize(("d", "base", "length"), [(4, 10000.0, 4), (16, 100.0, 50), (256, 10000.0, 512)])
def test_the_table_is_the_engines(d: int, base: float, length: int):
    np.testing.assert_allclose(Encoding(d, base, length).table, sinusoidal(length, d, base).numpy(), atol=1e-6)


def test_four_dimensions_on_paper_have_two_periods():
    one = Encoding(4, 10000.0, 3)
    assert one.table[0].tolist() == [0, 1, 0, 1]
    assert one.table[1].round(2).tolist() == [0.84, 0.54, 0.01, 1.00]
    np.testing.assert_allclose(one.wavelengths, [2 * np.pi, 200 * np.pi])
    for pair, wave in enumerate(one.wavelengths):  # sine and cosine are both back after it, and not before
        columns = slice(2 * pair, 2 * pair + 2)
        there, half = one.at(np.array([3.0, 3.0 + wave])), one.at(np.array([3.0, 3.0 + wave / 2]))
        np.testing.assert_allclose(there[0, columns], there[1, columns], atol=1e-9)
        np.testing.assert_allclose(half[0, columns], -half[1, columns], atol=1e-9)


def test_the_dot_product_depends_on_the_distance_alone():
    one = Encoding(32, 10000.0, 80)
    mean, spread = by_distance(products(one.table))
    assert spread.max() < 1e-12
    np.testing.assert_allclose(mean, [np.cos(k * one.frequencies).sum() for k in range(80)], atol=1e-12)
    np.testing.assert_allclose(cosines(one.table) * 16, products(one.table), atol=1e-12)  # all as long: sqrt(d / 2)
    # Any other table: moving one row breaks it.
    table = one.table.copy()
    table[5] += 0.1
    assert by_distance(products(table))[1].max() > 0.1


def test_k_places_on_is_one_rotation_for_every_position():
    one = Encoding(16, 10000.0, 60)
    for k in (0, 1, 7, 50):
        turn = one.rotation(k)
        np.testing.assert_allclose(turn @ turn.transpose(0, 2, 1), np.broadcast_to(np.eye(2), turn.shape), atol=1e-12)
        np.testing.assert_allclose(np.linalg.det(turn), 1)
        np.testing.assert_allclose(one.turned(k), one.at(np.arange(60.0) + k), atol=1e-12)
        assert one.rotation_error(k) < 1e-12
    assert np.abs(one.turned(3) - one.at(np.arange(60.0) + 4)).max() > 0.5


def test_rows_of_zeros_are_like_nothing():
    table = np.array([[3.0, 4.0], [0.0, 0.0], [-3.0, -4.0]])
    np.testing.assert_allclose(cosines(table), [[1, 0, -1], [0, 0, 0], [-1, 0, 1]])


@pytest.mark.parametrize("bad", [{"d": 5}, {"d": 0}, {"base": 0.0}, {"length": 0}])
def test_what_is_no_encoding_raises(bad: dict[str, float]):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Encoding(**bad)


def test_a_shuffle_keeps_every_word_and_the_full_stop():
    axis = sentence("the", "dog", "saw", "the", "cat", ".")
    orders = {shuffled(axis, seed) for seed in range(20)}
    assert len(orders) > 10
    for order in orders:
        assert sorted(order) == [0, 1, 2, 3, 4, 5]
        assert order[-1] == 5
        assert [axis.words[i] for i in order] != list(axis.words[:-1])
    assert shuffled(axis, 3) == shuffled(axis, 3)
    assert backwards(axis) == (4, 3, 2, 1, 0, 5)
    assert content(axis) == (0, 1, 2, 3, 4, 5)


def test_short_sentences_have_the_orders_that_there_are():
    assert shuffled(sentence("yes", "sir"), 1) == (1, 0)
    assert shuffled(sentence("hello"), 1) == (0,)
    assert sorted(shuffled(sentence("no", "no", "no"), 1)) == [0, 1, 2]
    assert backwards(sentence("hello", "!")) == (1, 0)


def test_an_order_by_hand():
    axis = sentence("a", "b", "c", "d")
    assert by_hand(axis, "3 1") == (2, 0, 1, 3)
    assert by_hand(axis, "4,3, 2 1") == (3, 2, 1, 0)
    assert by_hand(axis, "  ") == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("typed", "code"),
    [*((typed, "order_number") for typed in ("0", "5", "x", "<b>", "²", "-1", "9" * 399)), ("2 2", "order_twice")],
)
def test_an_order_that_makes_no_sense_is_told(typed: str, code: str):
    with pytest.raises(TextError) as caught:
        by_hand(sentence("a", "b", "c", "d"), typed)
    assert caught.value.code == code
