"""Attention and feed-forward with their Add and Norm, and the layers made of them (Vaswani et al. 2017, 3.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from core.config import LayerShape
from core.nn.attention import AttentionDetails, MultiHeadAttention

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": functional.relu, "gelu": functional.gelu}


class Residual(NamedTuple):
    """One sublayer's way through Add and Norm, each [b, n, d_model]."""

    before: Tensor  # the residual stream as it came
    added: Tensor  # x + Sublayer(x); in pre-norm this is what leaves
    normed: Tensor  # post-norm: LayerNorm(added), which leaves; pre-norm: LayerNorm(before), which the sublayer read


class FeedForwardDetails(NamedTuple):
    out: Tensor  # [b, n, d_model]
    hidden: Tensor  # [b, n, d_ff]: relu(W_1 x + b_1); 0 is a unit that does not fire (gelu: nearly 0)


class EncoderLayerDetails(NamedTuple):
    out: Tensor  # [b, src, d_model]
    attention: AttentionDetails
    attention_residual: Residual
    feed_forward: FeedForwardDetails
    feed_forward_residual: Residual


class DecoderLayerDetails(NamedTuple):
    out: Tensor  # [b, tgt, d_model]
    attention: AttentionDetails  # masked self-attention
    attention_residual: Residual
    cross: AttentionDetails
    cross_residual: Residual
    feed_forward: FeedForwardDetails
    feed_forward_residual: Residual


class FeedForward(nn.Module):
    """W_2 relu(W_1 x + b_1) + b_2, each position alone (section 3.3); GPT and BERT have gelu for relu."""

    def __init__(self, d_model: int, d_ff: int, activation: str = "relu") -> None:
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)
        self.activation = ACTIVATIONS[activation]

    def forward(self, x: Float[Tensor, "b n d"]) -> FeedForwardDetails:
        hidden = self.activation(self.w_1(x))
        return FeedForwardDetails(self.w_2(hidden), hidden)


class AddNorm(nn.Module):
    """The residual connection round a sublayer and its LayerNorm, after it (post) or before it (pre)."""

    def __init__(self, config: LayerShape) -> None:
        super().__init__()
        self.pre = config.norm == "pre"
        self.norm = nn.LayerNorm(config.d_model)
        self.dropout = nn.Dropout(config.dropout)

    def read(self, x: Float[Tensor, "b n d"]) -> Float[Tensor, "b n d"]:
        """What the sublayer gets to see."""
        return self.norm(x) if self.pre else x

    def forward(
        self, x: Float[Tensor, "b n d"], read: Float[Tensor, "b n d"], sublayer_out: Float[Tensor, "b n d"]
    ) -> tuple[Float[Tensor, "b n d"], Residual]:
        """What leaves, and each step; `read` is what `self.read(x)` gave."""
        added = x + self.dropout(sublayer_out)
        if self.pre:
            return added, Residual(x, added, read)
        normed = self.norm(added)
        return normed, Residual(x, added, normed)


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward; with a causal mask, a layer of GPT."""

    def __init__(self, config: LayerShape) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(config.d_model, config.n_heads, config.dropout)
        self.attention_norm = AddNorm(config)
        self.feed_forward = FeedForward(config.d_model, config.d_ff, config.activation)
        self.feed_forward_norm = AddNorm(config)

    def forward(
        self,
        x: Float[Tensor, "b n d"],
        mask: Bool[Tensor, "#b #n past_and_n"] | None,
        past: tuple[Tensor, Tensor] | None = None,
    ) -> EncoderLayerDetails:
        """`past`: keys and values of earlier positions, put before those of `x`."""
        read = self.attention_norm.read(x)
        attention = self.attention.attend_to(read, *_after(past, self.attention.keys_values(read)), mask)
        x, attention_residual = self.attention_norm(x, read, attention.out)
        read = self.feed_forward_norm.read(x)
        feed_forward = self.feed_forward(read)
        x, feed_forward_residual = self.feed_forward_norm(x, read, feed_forward.out)
        return EncoderLayerDetails(x, attention, attention_residual, feed_forward, feed_forward_residual)


class DecoderLayer(nn.Module):
    def __init__(self, config: LayerShape) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(config.d_model, config.n_heads, config.dropout)
        self.attention_norm = AddNorm(config)
        self.cross = MultiHeadAttention(config.d_model, config.n_heads, config.dropout)
        self.cross_norm = AddNorm(config)
        self.feed_forward = FeedForward(config.d_model, config.d_ff, config.activation)
        self.feed_forward_norm = AddNorm(config)

    def forward(
        self,
        x: Float[Tensor, "b tgt d"],
        mask: Bool[Tensor, "#b tgt past_and_tgt"] | None,
        past: tuple[Tensor, Tensor] | None,
        cross: tuple[Tensor, Tensor],
        src_mask: Bool[Tensor, "b 1 src"] | None,
    ) -> DecoderLayerDetails:
        """`past`: keys and values of earlier positions, put before those of `x`; `cross`: of the encoder's output."""
        read = self.attention_norm.read(x)
        attention = self.attention.attend_to(read, *_after(past, self.attention.keys_values(read)), mask)
        x, attention_residual = self.attention_norm(x, read, attention.out)
        read = self.cross_norm.read(x)
        cross_attention = self.cross.attend_to(read, *cross, src_mask)
        x, cross_residual = self.cross_norm(x, read, cross_attention.out)
        read = self.feed_forward_norm.read(x)
        feed_forward = self.feed_forward(read)
        x, feed_forward_residual = self.feed_forward_norm(x, read, feed_forward.out)
        return DecoderLayerDetails(
            x, attention, attention_residual, cross_attention, cross_residual, feed_forward, feed_forward_residual
        )


def _after(past: tuple[Tensor, Tensor] | None, own: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Keys and values of all positions so far, [b, head, n, d_head] each."""
    if past is None:
        return own
    return torch.cat([past[0], own[0]], dim=2), torch.cat([past[1], own[1]], dim=2)
