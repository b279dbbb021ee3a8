"""Language models with a horizon: the Markov model's numbers on paper, and what a window never hears of."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from torch.testing import assert_close

from core.config import MarkovConfig, WindowConfig
from core.nn.markov import Markov, count
from core.nn.windowed import WindowModel

A, B, C, EOS, BOS, VOCAB = 3, 4, 5, 2, 1, 6
SENTENCES = [[A, B, A, C, EOS], [A, B, EOS]]


def markov(order: int, sentences: list[list[int]] = SENTENCES) -> Markov:
    grams, counts = count(sentences, order, BOS)
    net = Markov(MarkovConfig(VOCAB, order, len(grams)))
    net.grams.data, net.counts.data = grams, counts
    return net.eval()


def test_counts_are_those_of_the_corpus():
    counted, kinds = markov(1).counted([A])
    assert kinds == 2
    assert counted.tolist() == [0, 0, 0, 0, 2, 1]  # a b, a b, a c
    unigrams, kinds = markov(1).counted([])
    assert unigrams.tolist() == [0, 0, 2, 3, 2, 1]
    assert kinds == 4


def test_smoothing_on_paper():
    """p_0(b) = (2 + 4/6) / (8 + 4), p_1(b | a) = (2 + 2 p_0(b)) / (3 + 2)."""
    p_0 = (2 + Fraction(4, 6)) / 12
    p_1 = (2 + 2 * p_0) / 5
    net = markov(1)
    assert float(net.probabilities([BOS, A], 0)[B]) == pytest.approx(float(p_0))
    assert float(net.probabilities([BOS, A])[B]) == pytest.approx(float(p_1))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_probabilities_sum_to_one_and_none_is_zero(order: int):
    net = markov(order)
    for history in ([BOS], [BOS, A], [BOS, A, B, A], [BOS, C, C, C]):
        p = net.probabilities(history)
        assert float(p.sum()) == pytest.approx(1, abs=1e-6)
        assert (p > 0).all()


def test_a_history_that_never_came_leaves_all_to_the_shorter_one():
    net = markov(2)
    assert_close(net.probabilities([BOS, C, A]), net.probabilities([BOS, C, A], 1))


def test_only_the_last_tokens_count():
    net = markov(2)
    assert torch.equal(net.probabilities([BOS, C, C, A, B]), net.probabilities([BOS, B, B, A, B]))
    assert not torch.equal(net.probabilities([BOS, A, B]), net.probabilities([BOS, B, B]))


def test_a_lower_order_of_the_same_counts_is_the_model_of_that_order():
    three = markov(3)
    for order in (1, 2):
        assert_close(three.probabilities([BOS, A, B], order), markov(order).probabilities([BOS, A, B]))
    with pytest.raises(ValueError, match="order 4"):
        three.probabilities([BOS], 4)


def test_logits_are_log_probabilities_place_by_place():
    net = markov(2)
    logits = net(torch.tensor([[BOS, A, B]])).logits
    assert_close(logits[0, 2], net.probabilities([BOS, A, B]).log())
    assert_close(logits.log_softmax(-1), logits, atol=1e-5, rtol=1e-5)


CONFIG = WindowConfig(vocab_size=20, window=3, d_model=8, hidden=8, dropout=0.0)
TOKENS = torch.tensor([[1, 4, 5, 6, 7, 8], [1, 9, 8, 7, 6, 5]])


def test_words_outside_the_window_change_nothing():
    net, changed = WindowModel(CONFIG).eval(), TOKENS.clone()
    changed[:, 1] = 17
    before, after = net(TOKENS).logits, net(changed).logits
    assert torch.equal(before[:, 0], after[:, 0])  # a later word
    assert not torch.isclose(before[:, 1:4], after[:, 1:4]).all(-1).any()  # itself and the two that still see it
    assert torch.equal(before[:, 4:], after[:, 4:])  # out of the window


def test_the_formula():
    net = WindowModel(CONFIG).eval()
    x = torch.cat([net.embedding.weight[i] for i in (4, 5, 6)])
    y = net.output.weight @ torch.tanh(net.hidden.weight @ x + net.hidden.bias) + net.output.bias
    assert_close(net(TOKENS).logits[0, 3], y)


def test_before_the_sentence_there_is_nothing_but_its_start():
    net = WindowModel(CONFIG).eval()
    assert net.windows(TOKENS)[0, :3].tolist() == [[1, 1, 1], [1, 1, 4], [1, 4, 5]]
