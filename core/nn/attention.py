"""Scaled dot-product and multi-head attention (Vaswani et al. 2017, section 3.2)."""

from __future__ import annotations

import math
from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor, nn


class Scores(NamedTuple):
    """From scores to weights, each step as a matrix [*batch, query, key]."""

    scores: Tensor  # QK^T / sqrt(d_head)
    masked: Tensor  # the same, -inf where a query may not look
    weights: Tensor  # softmax over keys; each row sums to 1


def score(
    q: Float[Tensor, "*b query d"], k: Float[Tensor, "*b key d"], mask: Bool[Tensor, "*#b #query #key"] | None
) -> Scores:
    """softmax(mask(QK^T / sqrt(d_k))), with the two steps before it (eq. 1).

    `mask` is True where a query may look at a key; None hides nothing. A query that may look at
    nothing raises: softmax would answer NaN, and a heat map would hide it.
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if mask is None:
        return Scores(scores, scores, scores.softmax(-1))
    if not mask.any(-1).all():
        raise ValueError("a query has no visible key")
    masked = scores.masked_fill(~mask, -math.inf)
    return Scores(scores, masked, masked.softmax(-1))


def attend(
    q: Float[Tensor, "*b query d"],
    k: Float[Tensor, "*b key d"],
    v: Float[Tensor, "*b key d"],
    mask: Bool[Tensor, "*#b #query #key"],
) -> tuple[Float[Tensor, "*b query d"], Float[Tensor, "*b query key"]]:
    """softmax(QK^T / sqrt(d_k)) V and the softmax itself (eq. 1)."""
    weights = score(q, k, mask).weights
    return weights @ v, weights


class AttentionDetails(NamedTuple):
    """All that one multi-head attention computed; `h` is the head axis."""

    out: Tensor  # [b, query, d_model]: concat(Z_1 .. Z_h) W_O
    q: Tensor  # [b, h, query, d_head]
    k: Tensor  # [b, h, key, d_head]
    v: Tensor  # [b, h, key, d_head]
    scores: Tensor  # [b, h, query, key], before the mask
    masked: Tensor  # [b, h, query, key], after it
    weights: Tensor  # [b, h, query, key]
    z: Tensor  # [b, h, query, d_head]: weights V


class MultiHeadAttention(nn.Module):
    """concat(head_1 .. head_h) W_O, head_i = attend(x W_Qi, y W_Ki, y W_Vi) (section 3.2.2)."""

    def __init__(self, d_model: int, n_heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"d_model {d_model} is not divisible by n_heads {n_heads}")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, query: Float[Tensor, "b query d"], memory: Float[Tensor, "b key d"], mask: Bool[Tensor, "#b #query key"]
    ) -> tuple[Float[Tensor, "b query d"], Float[Tensor, "b h query key"]]:
        details = self.details(query, memory, mask)
        return details.out, details.weights

    def details(
        self, query: Float[Tensor, "b query d"], memory: Float[Tensor, "b key d"], mask: Bool[Tensor, "#b #query key"]
    ) -> AttentionDetails:
        """The one computation; `forward` returns two fields of it."""
        k, v = self.keys_values(memory)
        return self.attend_to(query, k, v, mask)

    def keys_values(
        self, memory: Float[Tensor, "b key d"]
    ) -> tuple[Float[Tensor, "b h key d_head"], Float[Tensor, "b h key d_head"]]:
        """W_K and W_V of `memory`, split into heads: what a decoding cache keeps."""
        return self.split(self.w_k(memory)), self.split(self.w_v(memory))

    def attend_to(
        self,
        query: Float[Tensor, "b query d"],
        k: Float[Tensor, "b h key d_head"],
        v: Float[Tensor, "b h key d_head"],
        mask: Bool[Tensor, "#b #query key"] | None,
    ) -> AttentionDetails:
        q = self.split(self.w_q(query))
        scores, masked, weights = score(q, k, None if mask is None else mask[:, None])  # the head axis is ours alone
        z = self.dropout(weights) @ v  # dropout makes a copy: `weights` stay what the softmax gave
        out = self.w_o(z.transpose(1, 2).flatten(2))
        return AttentionDetails(out, q, k, v, scores, masked, weights, z)

    def split(self, x: Float[Tensor, "b n d"]) -> Float[Tensor, "b h n d_head"]:
        return x.view(*x.shape[:-1], self.n_heads, -1).transpose(1, 2)
