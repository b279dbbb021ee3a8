"""Our cross-entropy against PyTorch's."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - its usual name
from torch.testing import assert_close

from core.train.loss import cross_entropy

PAD = 3


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("n", [5, 256, 700])  # beyond 256 rows it works in pieces
@pytest.mark.parametrize("padded", [False, True])
def test_loss_and_gradients_are_pytorchs(n: int, smoothing: float, padded: bool):
    logits = (3 * torch.randn(n, 11)).requires_grad_()
    labels = torch.randint(4, 11, (n,))
    if padded:
        labels[torch.rand(n) < 0.4] = PAD
    before = logits.detach().clone()
    mine = cross_entropy(logits, labels, pad=PAD, smoothing=smoothing)
    theirs = F.cross_entropy(logits, labels, ignore_index=PAD, label_smoothing=smoothing)
    assert_close(mine, theirs)
    # An upstream gradient that is not 1: accelerate scales losses.
    (mine_grad,) = torch.autograd.grad(2.5 * mine, logits)
    (their_grad,) = torch.autograd.grad(2.5 * theirs, logits)
    assert_close(mine_grad, their_grad)
    assert mine_grad[labels == PAD].eq(0).all()
    assert torch.equal(logits, before)  # `.float()` of single precision is no copy: working in place would spoil it


def test_gradients_agree_with_finite_differences():
    logits = torch.randn(6, 5, dtype=torch.float64, requires_grad=True)
    labels = torch.tensor([0, 1, PAD, 2, 4, PAD])
    h = 1e-3  # the sums inside are in single precision
    (grad,) = torch.autograd.grad(cross_entropy(logits, labels, pad=PAD, smoothing=0.1), logits)
    for at in ((0, 0), (1, 3), (3, 2), (2, 2)):
        nudge = torch.zeros_like(logits)
        nudge[at] = h
        up, down = (cross_entropy(logits.detach() + s * nudge, labels, pad=PAD, smoothing=0.1) for s in (1, -1))
        assert (up - down).item() / (2 * h) == pytest.approx(grad[at].item(), abs=1e-3)


def test_on_paper():
    # Two classes, logits ln 3 and 0: probabilities 3/4 and 1/4.
    logits, labels = torch.tensor([[math.log(3), 0.0]]), torch.tensor([0])
    assert cross_entropy(logits, labels, pad=PAD).item() == pytest.approx(math.log(4 / 3))
    smooth = 0.9 * math.log(4 / 3) + 0.1 * (math.log(4 / 3) + math.log(4)) / 2
    assert cross_entropy(logits, labels, pad=PAD, smoothing=0.1).item() == pytest.approx(smooth)


def test_half_precision_logits_give_their_own_gradients():
    logits = torch.randn(300, 11).bfloat16().requires_grad_()
    labels = torch.randint(4, 11, (300,))
    mine = cross_entropy(logits, labels, pad=PAD, smoothing=0.1)
    theirs = F.cross_entropy(logits.float(), labels, ignore_index=PAD, label_smoothing=0.1)
    assert_close(mine, theirs, rtol=1e-5, atol=1e-5)
    mine.backward()
    assert logits.grad is not None
    assert logits.grad.dtype == torch.bfloat16
