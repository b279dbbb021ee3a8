"""Masks on scores: on paper, against PyTorch, and in the wrong order."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.lab.masks import (
    CROSS,
    SELF,
    ScoreMap,
    apply,
    build,
    causal,
    fitted,
    from_code,
    softmax,
    to_code,
    window,
    zeroed_after,
)
from core.trace import Axis


def some_axis(n: int) -> Axis:
    names = tuple("abcdefgh"[:n])
    return Axis(names, tuple(range(n)), names, (False,) * n)


def score_map(kind: str = "encoder_self", queries: int = 4, keys: int = 4, pads: int = 1) -> ScoreMap:
    scores = np.random.default_rng(0).normal(size=(2, 3, queries, keys)).astype(np.float32) * 3
    padding = tuple(i >= keys - pads for i in range(keys))
    own = causal(queries) if kind == "decoder_self" else np.ones((queries, keys), bool) & ~np.array(padding)
    return ScoreMap(kind, scores, own, padding, some_axis(queries), some_axis(keys))


def test_each_mask_on_paper():
    one = score_map(queries=4, keys=4, pads=1)
    drawn = {
        "causal": ["1000", "1100", "1110", "1111"],
        "padding": ["1110", "1110", "1110", "1110"],
        "both": ["1000", "1100", "1110", "1110"],
        "window": ["1100", "1110", "0111", "0011"],
        "strict": ["0000", "1000", "1100", "1110"],
        "none": ["1111", "1111", "1111", "1111"],
    }
    assert set(drawn) == set(SELF)
    for name, rows in drawn.items():
        assert ["".join(map(str, row)) for row in build(name, one, d=1).astype(int)] == rows, name


def test_both_is_causal_and_padding():
    one = score_map("decoder_self", 6, 6, pads=2)
    np.testing.assert_array_equal(build("both", one), build("causal", one) & build("padding", one))


def test_a_map_between_two_texts_has_no_future():
    one = score_map("cross", 3, 5)
    for name in CROSS:
        assert build(name, one, d=1).shape == (3, 5)
    for name in set(SELF) - set(CROSS):
        with pytest.raises(ValueError, match=name):
            build(name, one)


@pytest.mark.parametrize("d", [0, 1, 2, 5])
def test_a_window_holds_2d_plus_1_keys_fewer_at_the_ends(d):
    """n (2d+1) - d (d+1) cells in all, as long as the window fits."""
    n = 12
    counts = window(n, n, d).sum(-1)
    assert counts[d : n - d].tolist() == [2 * d + 1] * (n - 2 * d)
    assert counts.sum() == n * (2 * d + 1) - d * (d + 1)
    assert counts.min() == d + 1


def test_a_window_on_a_longer_text_leaves_late_queries_blind():
    assert apply(np.zeros((5, 2), np.float32), window(5, 2, 1)).blind == (3, 4)


@pytest.mark.parametrize("name", ["causal", "padding", "both", "window", "none"])
def test_weights_are_the_softmax_of_masked_scores_as_pytorch_has_it(name):
    one = score_map(queries=6, keys=6, pads=2)
    mask = build(name, one, d=3)
    found = apply(one.scores[1, 2], mask)
    expected = torch.tensor(one.scores[1, 2]).masked_fill(~torch.tensor(mask), -torch.inf).softmax(-1)
    np.testing.assert_allclose(found.weights, expected.numpy(), atol=1e-6)
    np.testing.assert_allclose(found.weights.sum(-1), 1, atol=1e-6)
    assert (found.weights[~mask] == 0).all()
    assert np.isneginf(found.masked[~mask]).all()
    assert found.blind == ()


def test_above_the_diagonal_a_causal_mask_leaves_exactly_nothing():
    weights = apply(score_map().scores[0, 0], causal(4)).weights
    assert (np.triu(weights, 1) == 0).all()
    assert (np.tril(weights) > 0).sum() == 10


def test_without_the_diagonal_the_first_token_has_nothing_to_look_at():
    """Claim 10 of the syllabus: its softmax is 0 / 0, which PyTorch calls NaN and we call by name."""
    found = apply(score_map().scores[0, 0], causal(4, strict=True))
    assert found.blind == (0,)
    assert torch.tensor(found.masked).softmax(-1)[0].isnan().all()
    assert np.isfinite(found.weights).all()
    assert (found.weights[0] == 0).all()
    np.testing.assert_allclose(found.weights[1:].sum(-1), 1, atol=1e-6)


def test_zeroing_after_the_softmax_does_not_sum_to_one():
    """Claim 6, on paper: equal scores give 1/4 to each key, so that row i keeps (i + 1) / 4."""
    flat = zeroed_after(np.zeros((4, 4), np.float32), causal(4))
    np.testing.assert_allclose(flat.sums, [0.25, 0.5, 0.75, 1.0])


def test_dividing_by_what_is_left_gives_the_masked_softmax_again():
    scores, mask = score_map(queries=8, keys=8).scores[0, 1], causal(8)
    wrong, right = zeroed_after(scores, mask), apply(scores, mask)
    assert (wrong.sums[:-1] < 0.999).all()
    np.testing.assert_allclose(wrong.again, right.weights, atol=1e-6)
    np.testing.assert_allclose(wrong.weights, right.weights * wrong.sums[:, None], atol=1e-6)


def test_a_hidden_giant_cannot_be_divided_away():
    """exp(-200) is 0 in single precision: after the softmax there is nothing left to divide."""
    scores, mask = np.array([[0.0, 1.0, 200.0]], np.float32), np.array([[True, True, False]])
    assert zeroed_after(scores, mask).again.tolist() == [[0, 0, 0]]
    np.testing.assert_allclose(apply(scores, mask).weights[0, :2], softmax(np.array([0.0, 1.0], np.float32)), atol=1e-7)


def test_what_was_drawn_stays_when_the_sentence_changes_its_length():
    drawn = np.array([[False, True], [True, False]])
    longer = fitted(drawn, causal(3))
    assert longer.astype(int).tolist() == [[0, 1, 0], [1, 0, 0], [1, 1, 1]]
    assert fitted(longer, np.ones((1, 1), bool)).tolist() == [[False]]


@pytest.mark.parametrize(
    "mask", [causal(5), ~causal(5), window(3, 7, 1), np.ones((2, 2), bool), np.zeros((2, 3), bool)]
)
def test_a_mask_travels_in_a_link(mask):
    np.testing.assert_array_equal(from_code(to_code(mask)), mask)


@pytest.mark.parametrize(
    "code", ["", "x", "3-3", "3-3-8", "3-3-x", "0-0-0", "-1-1-1", "9999999-9999999-1", "3-3-99999999", "2-2-²"]
)
def test_a_link_that_holds_no_mask_is_told(code):
    assert from_code(code) is None


def test_shapes_that_do_not_fit_raise_with_both():
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(3, 3\)"):
        apply(np.zeros((3, 3), np.float32), causal(2))
    with pytest.raises(ValueError, match="4 keys"):
        ScoreMap("cross", np.zeros((1, 1, 4, 4), np.float32), causal(4), (False,), some_axis(4), some_axis(4))
