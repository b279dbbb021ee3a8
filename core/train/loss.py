"""Label-smoothed cross-entropy (Szegedy et al. 2016; Vaswani et al. 2017, section 5.4), with its gradient by hand."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor


def cross_entropy(
    logits: Float[Tensor, "n vocab"], labels: Int[Tensor, " n"], *, pad: int, smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """Mean over the labels that are not `pad`, in nats; equal to `F.cross_entropy(label_smoothing=...)`.

    The vocabulary's matrix is by far the largest of a step: PyTorch walks over
    it six times, this once forward and once backward, in pieces that fit a cache.
    """
    loss: Tensor = _CrossEntropy.apply(logits, labels, pad, smoothing)
    return loss


class _CrossEntropy(torch.autograd.Function):
    ROWS = 256

    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor, pad: int, smoothing: float) -> Tensor:
        lse, mean = [], []
        for rows in logits.split(_CrossEntropy.ROWS):
            rows = rows.float()
            lse.append(rows.logsumexp(-1))
            mean.append(rows.mean(-1))
        log_z = torch.cat(lse)
        at_label = logits.gather(1, labels[:, None])[:, 0].float()
        losses = log_z - (1 - smoothing) * at_label - smoothing * torch.cat(mean)
        real = labels != pad
        ctx.save_for_backward(logits, labels, log_z, real / real.sum())
        ctx.smoothing = smoothing
        return losses[real].sum() / real.sum()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        """dLoss/dlogits = softmax - ((1 - smoothing) onehot(label) + smoothing / vocab), weighed by 1/n."""
        logits, labels, log_z, weight = ctx.saved_tensors
        weight = weight * grads[0]
        out = torch.empty_like(logits)
        for start in range(0, len(logits), _CrossEntropy.ROWS):
            rows = slice(start, start + _CrossEntropy.ROWS)
            grad = logits[rows].to(torch.float32, copy=True).sub_(log_z[rows, None]).exp_()  # a copy, always
            grad -= ctx.smoothing / logits.size(1)
            grad.scatter_add_(1, labels[rows, None], torch.full_like(grad[:, :1], ctx.smoothing - 1))
            out[rows] = grad.mul_(weight[rows, None])
        return out, None, None, None
