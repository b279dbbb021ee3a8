"""What the measures say of heads built by hand: each is found by the measure that is made for it."""

import numpy as np
import pytest

from core.measures import MEASURES, distributions, measured, measures_of, pooled, visible
from core.trace import AttentionMap
from tests.test_measures import axis, one_map, random_map

N = 6
LINE = axis("a b c d e </s>")


def previous(n=N):
    head = np.eye(n, k=-1)
    head[0, 0] = 1
    return head


def following(n=N):
    head = np.eye(n, k=1)
    head[-1, -1] = 1
    return head


def column(at, n=N):
    head = np.zeros((n, n))
    head[:, at] = 1
    return head


BY_HAND = {
    "previous": previous(), "same": np.eye(N), "next": following(), "first": column(0), "special": column(N - 1),
    "evenness": np.full((N, N), 1 / N),
}  # fmt: skip


def all_heads():
    """Two layers of three: every head built by hand, in one map."""
    heads = np.array(list(BY_HAND.values()), np.float32).reshape(2, 3, N, N)
    return AttentionMap("encoder_self", heads, LINE, LINE)


@pytest.mark.parametrize("name", BY_HAND)
def test_each_measure_is_largest_for_the_head_that_was_built_for_it(name):
    found = measured(all_heads())[name].ravel()
    assert int(found.argmax()) == list(BY_HAND).index(name)
    assert found.max() == pytest.approx(1)
    assert np.sort(found)[-2] < 0.9


def test_a_uniform_head_has_the_largest_entropy_and_a_pointing_head_none():
    found = measured(all_heads())
    np.testing.assert_allclose(found["entropy"].ravel(), [0, 0, 0, 0, 0, np.log(N)], atol=1e-6)
    np.testing.assert_allclose(found["maximum"].ravel(), [1, 1, 1, 1, 1, 1 / N], atol=1e-6)
    np.testing.assert_allclose(found["peak"].ravel(), [1, 1, 1, 1, 1, 1 / N], atol=1e-6)


def test_distance_on_paper():
    found = measured(all_heads())["distance"].ravel()
    assert found[1] == 0
    assert found[0] == pytest.approx(4 / 5)  # five typed queries: the first looks at itself, four one back
    assert found[3] == pytest.approx((0 + 1 + 2 + 3 + 4) / 5)
    assert found[4] == 0  # all of it rests on </s>


def test_evenness_of_a_decoder_counts_only_the_keys_that_are_visible():
    line = axis("<s> a b c", writes=("a", "b", "c", "</s>"))
    rows = np.tril(np.ones((4, 4))) / np.arange(1, 5)[:, None]
    found = measured(one_map(rows, line, line, "decoder_self"))
    assert found["evenness"][0, 0] == pytest.approx(1)
    assert found["entropy"][0, 0] == pytest.approx(np.log([1, 2, 3, 4]).mean())
    assert found["next"][0, 0] == 0
    assert visible(one_map(rows, line, line, "decoder_self")).sum() == 10


def test_cross_attention_has_no_previous_same_or_next_and_its_distance_is_relative():
    cross = one_map(np.eye(4), axis("<s> a b c"), axis("w x y z"), "cross")
    found = measured(cross)
    assert tuple(found) == measures_of("cross")
    assert not {"previous", "same", "next"} & set(found)
    assert found["distance"][0, 0] == 0  # word by word, in order
    backwards = one_map(np.eye(4)[::-1].copy(), axis("<s> a b c"), axis("w x y z"), "cross")
    assert measured(backwards)["distance"][0, 0] == pytest.approx((1 + 1 / 3 + 1 / 3 + 1) / 4)
    wide = one_map(np.eye(2).repeat(2, 1) / 2, axis("<s> a"), axis("w x y z"), "cross")
    assert measured(wide)["distance"][0, 0] == pytest.approx((0 + 1 / 3 + 1 / 3 + 0) / 4)


def test_every_share_is_a_share_and_every_measure_is_there_for_every_head():
    found = measured(random_map(3, 4, 7, range(7)))
    assert tuple(found) == MEASURES == measures_of("encoder_self")
    for name, values in found.items():
        assert values.shape == (3, 4), name
        assert values.min() >= 0, name
        if name not in ("entropy", "distance"):
            assert values.max() <= 1 + 1e-6, name


def test_one_token_alone_breaks_nothing():
    for kind in ("encoder_self", "decoder_self", "cross"):
        found = measured(one_map([[1]], axis("a"), axis("a"), kind))
        assert all(np.isfinite(values).all() for values in found.values())
        assert found["evenness"][0, 0] == 0


def test_rows_that_do_not_sum_to_one_are_made_to_for_the_entropy():
    line = axis("a b")
    halved = one_map([[0.25, 0.25], [0, 0]], line, line, normalised=False)
    np.testing.assert_allclose(distributions(halved.weights)[0, 0], [[0.5, 0.5], [0, 0]])
    assert measured(halved)["entropy"][0, 0] == pytest.approx(np.log(2) / 2)


def test_pooled_heads_can_be_measured_too():
    assert measured(pooled(all_heads(), "mean", "mean"))["evenness"].shape == (1, 1)
