"""Measures on maps small enough to reckon on paper."""

import numpy as np
import pytest

from core.measures import by_word, clearest, distance, entropy, patterns, pooled, strongest
from core.trace import AttentionMap, Axis


def axis(tokens, word_of=None, writes=(), special=("<s>", "</s>")):
    tokens = tuple(tokens.split()) if isinstance(tokens, str) else tokens
    word_of = tuple(word_of or range(len(tokens)))
    words = tuple("".join(t for t, w in zip(tokens, word_of, strict=True) if w == i) for i in range(word_of[-1] + 1))
    return Axis(tokens, word_of, words, tuple(t in special for t in tokens), tuple(writes))


def one_map(rows, queries, keys, kind="encoder_self", normalised=True):
    """[layer, head, query, key] or one head's [query, key]."""
    weights = np.array(rows, np.float32)
    return AttentionMap(kind, weights if weights.ndim == 4 else weights[None, None], queries, keys, normalised)


def random_map(layers, heads, n, word_of, seed=0):
    weights = np.random.default_rng(seed).dirichlet(np.ones(n), (layers, heads, n)).astype(np.float32)
    line = axis(tuple(f"t{i}" for i in range(n)), word_of)
    return AttentionMap("encoder_self", weights, line, line)


def test_by_word_averages_the_queries_and_sums_the_keys_of_a_word():
    line = axis("hung ry .", (0, 0, 1))
    words = by_word(one_map([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6], [0.25, 0.25, 0.5]], line, line))
    np.testing.assert_allclose(words.head(0, 0), [[0.6, 0.4], [0.5, 0.5]], atol=1e-6)
    assert words.queries.tokens == words.keys.tokens == ("hungry", ".")


def test_rows_between_words_still_sum_to_one_and_each_head_keeps_its_own():
    attn = random_map(2, 3, 7, (0, 1, 1, 1, 2, 3, 3))
    words = by_word(attn)
    assert words.weights.shape == (2, 3, 4, 4)
    np.testing.assert_allclose(words.weights.sum(-1), 1, atol=1e-5)
    member = np.equal.outer(range(4), attn.queries.word_of).astype(float)  # [word, token]
    expected = (member / member.sum(1, keepdims=True)) @ attn.weights @ member.T
    np.testing.assert_allclose(words.weights, expected, atol=1e-6)


def test_words_of_one_piece_change_nothing():
    attn = random_map(1, 2, 5, (0, 1, 2, 3, 4))
    np.testing.assert_allclose(by_word(attn).weights, attn.weights, atol=1e-7)


def test_the_last_piece_of_a_word_is_about_to_write_the_next_word():
    inputs = axis("<s> Un chi en", (0, 1, 2, 2), writes=("Un", "chi", "·en", "</s>"))
    words = by_word(one_map(np.full((4, 2), 0.5), inputs, axis("dog </s>"), "cross"))
    assert words.queries.writes == ("Un", "chien", "</s>")
    assert words.queries.special == (True, False, False)


def test_means_and_maxima_over_heads_and_layers():
    line = axis("a b")
    heads = [[[1, 0], [0.5, 0.5]], [[0, 1], [0.5, 0.5]]]
    attn = one_map([heads, [heads[0], heads[0]]], line, line)
    np.testing.assert_allclose(pooled(attn, 0, "mean").head(0, 0), [[0.5, 0.5], [0.5, 0.5]])
    np.testing.assert_allclose(pooled(attn, 0, "max").head(0, 0), [[1, 1], [0.5, 0.5]])
    np.testing.assert_allclose(pooled(attn, "mean", 1).head(0, 0), [[0.5, 0.5], [0.5, 0.5]])
    np.testing.assert_allclose(pooled(attn, "mean", "mean").head(0, 0), [[0.75, 0.25], [0.5, 0.5]])
    np.testing.assert_allclose(pooled(attn, 1, 1).head(0, 0), heads[0])


def test_a_mean_is_still_a_distribution_and_a_maximum_is_not():
    attn = random_map(2, 3, 4, (0, 1, 2, 3))
    assert pooled(attn, "mean", "mean").normalised
    assert not pooled(attn, 0, "max").normalised
    assert pooled(attn, "max", "max").head(0, 0).sum(-1).min() > 1


def test_patterns_of_a_head_that_looks_at_the_token_before():
    previous = np.eye(4, k=-1)
    previous[0, 0] = 1
    shares = patterns(previous.astype(np.float32), (False, False, False, True))
    assert {name: float(share) for name, share in shares.items()} == {
        "previous": 1.0, "same": 0.25, "next": 0.0, "first": 0.5, "special": 0.0,
    }  # fmt: skip


def test_patterns_of_a_head_that_looks_evenly():
    shares = patterns(np.full((2, 3, 4, 4), 0.25, np.float32), (False, False, True, True))
    assert all(share.shape == (2, 3) for share in shares.values())
    assert {name: float(share[1, 2]) for name, share in shares.items()} == {
        "previous": 0.25, "same": 0.25, "next": 0.25, "first": 0.25, "special": 0.5,
    }  # fmt: skip


def test_one_token_has_no_neighbours():
    shares = patterns(np.ones((1, 1), np.float32), (False,))
    assert (float(shares["previous"]), float(shares["same"]), float(shares["next"])) == (0, 1, 0)


def test_only_a_square_map_has_a_diagonal():
    with pytest.raises(ValueError, match="2 queries x 3 keys"):
        patterns(np.full((2, 3), 1 / 3, np.float32), (False,) * 3)
    with pytest.raises(ValueError, match="2 queries x 3 keys"):
        distance(np.full((2, 3), 1 / 3, np.float32), (False,) * 3)


def test_the_strongest_keys_of_a_query_come_heaviest_first_without_special_tokens():
    attn = one_map([[0.2, 0.1, 0.3, 0.4]] * 4, axis("a b c d"), axis("a b c </s>"), "cross")
    assert [(look.key, look.weight) for look in strongest(attn, 1, 2)] == [
        (2, pytest.approx(0.3)),
        (0, pytest.approx(0.2)),
    ]
    assert len(strongest(attn, 1, 9)) == 3


def test_the_clearest_look_is_between_two_different_typed_tokens():
    line = axis("a b </s>")
    attn = one_map([[0.9, 0.1, 0], [0.3, 0.2, 0.5], [0.95, 0.05, 0]], line, line)
    look = clearest(attn)
    assert (look.query, look.key, look.weight) == (1, 0, pytest.approx(0.3))


def test_in_cross_attention_the_diagonal_counts():
    look = clearest(one_map([[0.9, 0.1], [0.2, 0.8]], axis("Un chien"), axis("A dog"), "cross"))
    assert (look.query, look.key) == (0, 0)


def test_one_word_alone_has_no_clearest_look():
    line = axis("Hello </s>")
    assert clearest(one_map(np.full((2, 2), 0.5), line, line)) is None


def test_entropy_in_bits():
    rows = np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4, [0.5, 0.25, 0.25, 0]], np.float32)
    np.testing.assert_allclose(entropy(rows), [0, 1, 2, 1.5], atol=1e-6)


def test_distance_in_tokens_without_special_ones():
    # 0 -> 2: 2 apart, 1 -> 1: 0 apart; what goes to </s>, and what </s> looks at, does not count
    rows = np.array([[0, 0, 0.5, 0.5], [0, 0.5, 0, 0.5], [0, 0, 0, 1], [1, 0, 0, 0]], np.float32)
    assert float(distance(rows, (False, False, False, True))) == pytest.approx(1.0)
    assert float(distance(rows, (True,) * 4)) == 0
