"""Bahdanau's and Luong's attention: the papers' formulas, a case on paper each, and what must always hold."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from core.config import ATTENTIONS, Seq2SeqConfig
from core.nn.alignment import Additive, Aligned, Alignment, Window

WITH = [name for name in ATTENTIONS if name != "none"]
EVERY_ATTENTION = pytest.mark.parametrize("name", WITH)
LENGTHS = (9, 4, 1)


def alignment(name: str, hidden: int = 6, window: int = 2) -> Alignment:
    return Alignment(Seq2SeqConfig(10, hidden, hidden, bidirectional=name != "dot", attention=name, window=window))


def look(one: Alignment, name: str, tgt: int = 5, at: int = 0, hidden: int = 6) -> tuple[Aligned, Tensor, Tensor]:
    """A padded batch of sentences of several lengths; what was seen, the values, where no padding is."""
    real = torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None]
    values = torch.randn(len(LENGTHS), max(LENGTHS), hidden * (1 if name == "dot" else 2)) * real[..., None]
    return one(torch.randn(len(LENGTHS), tgt, hidden), one.memory(values, real), at), values, real


@EVERY_ATTENTION
def test_scores_are_the_papers_formula(name: str):
    one = alignment(name)
    seen, values, _ = look(one, name)
    for b in range(3):
        for i, s in enumerate(seen.query[b]):
            for j, h in enumerate(values[b]):
                if isinstance(one.score, Additive):
                    w_a = torch.cat([one.score.w.weight, one.score.u.weight], 1)  # Luong's W_a [s; h]
                    wanted = one.score.v.weight[0] @ torch.tanh(w_a @ torch.cat([s, h]))
                else:
                    wanted = s @ h if name == "dot" else s @ one.score.w_a.weight @ h
                assert_close(seen.scores[b, i, j], wanted)


@EVERY_ATTENTION
def test_a_context_is_the_weighted_sum_of_the_states(name: str):
    seen, values, real = look(alignment(name), name)
    assert_close(seen.context, torch.einsum("bts,bsm->btm", seen.weights, values))
    assert seen.weights[~seen.visible].eq(0).all()
    assert not (seen.visible & ~real[:, None]).any()
    if name != "local-p":
        assert_close(seen.weights.sum(-1), torch.ones(3, 5))
    if not name.startswith("local"):
        assert torch.equal(seen.visible, real[:, None].expand(3, 5, 9))
        assert_close(seen.weights[real[:, None].expand(3, 5, 9)], seen.scores.masked_fill(
            ~real[:, None], -math.inf).softmax(-1)[real[:, None].expand(3, 5, 9)])  # fmt: skip


@pytest.mark.parametrize("name", ["local-m", "local-p"])
@pytest.mark.parametrize("at", [0, 3, 20])
def test_weights_outside_the_window_are_exactly_0(name: str, at: int):
    one = alignment(name, window=2)
    seen, *_ = look(one, name, at=at)
    assert seen.position.min() >= 0
    assert (seen.position <= torch.tensor(LENGTHS)[:, None] - 1).all()
    for b, i in torch.cartesian_prod(torch.arange(3), torch.arange(5)).tolist():
        p = seen.position[b, i].item()
        inside = [j for j in range(LENGTHS[b]) if abs(j - p) <= 2]
        assert 1 <= len(inside) <= 5
        assert seen.weights[b, i].nonzero()[:, 0].tolist() == inside
        softmax = seen.scores[b, i, inside].softmax(0)  # over the window alone
        if name == "local-p":
            softmax = softmax * torch.tensor([math.exp(-((j - p) ** 2) / (2 * 1.0**2)) for j in inside])  # sigma = D/2
        assert_close(seen.weights[b, i, inside], softmax)


def test_the_gaussian_takes_part_of_each_row_away():
    """It comes after the softmax, and is 1 at the middle alone."""
    seen, *_ = look(alignment("local-p"), "local-p")
    sums = seen.weights.sum(-1)
    assert (sums < 1).any()
    assert (sums <= 1 + 1e-6).all()


def test_a_monotonic_window_walks_and_stays_at_the_sentences_end():
    window = Window(4, 2, predicted=False)
    real = torch.tensor([[True, True, True, False], [True, True, True, True]])
    p = window.middle(torch.randn(2, 6, 4), real)
    assert p.tolist() == [[0, 1, 2, 2, 2, 2], [0, 1, 2, 3, 3, 3]]
    assert window.middle(torch.randn(2, 1, 4), real, at=2).tolist() == [[2], [2]]
    # D = 2 round place 3 of a sentence of 8: 1, 2, 3, 4, 5.
    assert window.visible(torch.tensor([[3.0]]), 8)[0, 0].nonzero()[:, 0].tolist() == [1, 2, 3, 4, 5]


def test_a_predicted_window_on_paper():
    """v = ln 3, W_p s = large: p = 8 sigmoid(ln 3) = 6; with -v: 8 / 4 = 2; saturated it stays on the last place, 7."""
    window = Window(1, 2, predicted=True)
    real = torch.ones(1, 8, dtype=torch.bool)
    with torch.no_grad():
        window.w_p.weight.fill_(100)
        window.v_p.weight.fill_(math.log(3))
        query = torch.tensor([[[1.0], [-1.0], [0.0]]])
        assert_close(window.middle(query, real), torch.tensor([[6.0, 2.0, 4.0]]))
        window.v_p.weight.fill_(100)
        assert_close(window.middle(query, real), torch.tensor([[7.0, 0.0, 4.0]]))
    # sigma = D / 2 = 1: one place from the middle e^(-1/2), two places e^(-2).
    gaussian = window.gaussian(torch.tensor([[4.0]]), 8)[0, 0]
    assert_close(gaussian[2:7], torch.tensor([-2, -0.5, 0, -0.5, -2]).exp())


def test_an_attention_on_paper():
    """Dot: scores ln 3 and 0 -> weights 3/4 and 1/4 -> context 3/4 (1, 0) + 1/4 (0, 1)."""
    one = alignment("dot", hidden=2)
    memory = one.memory(torch.eye(2)[None], torch.ones(1, 2, dtype=torch.bool))
    seen = one(torch.tensor([[[math.log(3), 0.0]]]), memory)
    assert_close(seen.weights, torch.tensor([[[0.75, 0.25]]]))
    assert_close(seen.context, torch.tensor([[[0.75, 0.25]]]))


def test_an_additive_score_on_paper():
    """v^T tanh(W s + U h) with every matrix the identity: tanh(1 + 0) - tanh(0 - 1) for v = (1, -1) = 2 tanh(1)."""
    score = Additive(2, 2)
    with torch.no_grad():
        for linear in (score.w, score.u):
            linear.weight.copy_(torch.eye(2))
        score.v.weight.copy_(torch.tensor([[1.0, -1.0]]))
        keys = score.keys(torch.tensor([[[0.0, -1.0]]]))
        assert score(torch.tensor([[[1.0, 0.0]]]), keys).item() == pytest.approx(2 * math.tanh(1))


def test_a_predicted_window_learns_where_to_look():
    """The gradient reaches W_p and v_p through the Gaussian."""
    one = alignment("local-p")
    seen, *_ = look(one, "local-p")
    seen.weights.square().sum().backward()
    assert one.window is not None
    for parameter in one.window.parameters():
        assert parameter.grad is not None
        assert parameter.grad.abs().sum() > 0
