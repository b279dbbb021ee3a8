"""Who may look at whom. True = may look; layout [batch, query, key] (batch 1 spreads)."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Int
from torch import Tensor


def padding_mask(tokens: Int[Tensor, "b key"], pad: int) -> Bool[Tensor, "b 1 key"]:
    """Every query may look at every real token: padding is nobody's key."""
    return (tokens != pad)[:, None, :]


def causal_mask(n: int) -> Bool[Tensor, "1 n n"]:
    """Query i may look at keys 0..i, itself included: without the diagonal `<s>` could look at nothing."""
    return torch.ones(1, n, n, dtype=torch.bool).tril()
