"""The decoder's step for one sentence, nearly right and in less than half the time of `Transformer.step`: for drafts.

A step reads every weight of the decoder for a single row of numbers, so the reading is what it waits for,
and next the ceremony round each operation. Hence four changes, none of them to a formula:

- Matrices are kept as [in, out]: a row times a matrix then reads it from front to back.
- The large ones of each layer are kept in 8 bits (`EightBit`), so there is a quarter to read.
- W_Q, W_K and W_V of self-attention are one matrix, and keys and values go to places that are kept for them.
- No masks (one sentence; one query, the last), no attention weights, no details: nobody looks at a draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from core.nn.layers import AddNorm, DecoderLayer
from core.nn.transformer import Transformer

Row = Float[Tensor, "1 d"]
KeysValues = tuple[Float[Tensor, "1 h n d_head"], Float[Tensor, "1 h n d_head"]]


class Cache(NamedTuple):
    """What one sentence's steps share. A step overwrites its place, so going back to an earlier one undoes the rest."""

    cross: Sequence[KeysValues]  # of the encoder's output, a pair a layer
    own: Float[Tensor, "layer 2 1 h place d_head"]  # keys and values of the decoder's inputs


class LeanDecoder:
    """A Transformer's decoder, its weights copied and laid out anew."""

    def __init__(self, net: Transformer) -> None:
        self.net = net
        self.layers = [LeanLayer(layer) for layer in net.decoder]
        self.output = Affine(net.output)

    def start(self, cross: Sequence[KeysValues], places: int) -> Cache:
        config = self.net.config
        return Cache(cross, torch.zeros(len(self.layers), 2, 1, config.n_heads, places, config.d_head))

    def step(self, cache: Cache, token: int, at: int) -> Float[Tensor, " vocab"]:
        """Logits of what follows `token`, the decoder's input number `at`; those before it have had their steps."""
        x = self.net.embed(self.net.tgt_embedding, torch.tensor([[token]]), at).total[0]
        for layer, cross, own in zip(self.layers, cache.cross, cache.own, strict=True):
            x = layer.step(x, cross, own, at)
        return self.output(self.net.decoder_norm(x))[0]


class LeanLayer:
    """`DecoderLayer` for one row."""

    def __init__(self, layer: DecoderLayer) -> None:
        self.heads = layer.attention.n_heads, 1, -1  # how a row is split: [h, 1, d_head]
        self.w_qkv = large(layer.attention.w_q, layer.attention.w_k, layer.attention.w_v)
        self.w_o = Affine(layer.attention.w_o)
        self.norm = LeanAddNorm(layer.attention_norm)
        self.cross_w_q, self.cross_w_o = Affine(layer.cross.w_q), Affine(layer.cross.w_o)
        self.cross_norm = LeanAddNorm(layer.cross_norm)
        self.w_1, self.w_2 = large(layer.feed_forward.w_1), large(layer.feed_forward.w_2)
        self.feed_forward_norm = LeanAddNorm(layer.feed_forward_norm)

    def step(self, x: Row, cross: KeysValues, own: Float[Tensor, "2 1 h place d_head"], at: int) -> Row:
        qkv = self.w_qkv(self.norm.read(x)).view(3, 1, *self.heads)
        own[:, :, :, at : at + 1] = qkv[1:]
        x = self.norm.add(x, self.w_o(attended(qkv[0], *own[:, :, :, : at + 1])))
        q = self.cross_w_q(self.cross_norm.read(x)).view(1, *self.heads)
        x = self.cross_norm.add(x, self.cross_w_o(attended(q, *cross)))
        hidden = self.w_1(self.feed_forward_norm.read(x)).relu_()
        return self.feed_forward_norm.add(x, self.w_2(hidden))


class LeanAddNorm:
    """`AddNorm` without its dropout and its record."""

    def __init__(self, add_norm: AddNorm) -> None:
        norm = add_norm.norm
        self.pre = add_norm.pre
        self.norm = partial(
            F.layer_norm, normalized_shape=norm.normalized_shape, weight=norm.weight, bias=norm.bias, eps=norm.eps
        )

    def read(self, x: Row) -> Row:
        return self.norm(x) if self.pre else x

    def add(self, x: Row, sublayer_out: Row) -> Row:
        return x + sublayer_out if self.pre else self.norm(x + sublayer_out)


class Affine:
    """x W + b, for one linear map or for several that read the same x, side by side."""

    def __init__(self, *maps: nn.Linear) -> None:
        self.weight = torch.cat([m.weight for m in maps]).detach().t().contiguous()  # PyTorch keeps [out, in]
        self.bias = torch.cat([torch.zeros(m.out_features) if m.bias is None else m.bias for m in maps]).detach()

    def __call__(self, x: Row) -> Row:
        return torch.addmm(self.bias, x, self.weight)


class EightBit(Affine):
    """The same, W in whole numbers from -127 to 127 and a scale for each output; x and x W in bfloat16.

    Not for the output projection: the best two logits would often be the same number.
    """

    def __init__(self, *maps: nn.Linear) -> None:
        super().__init__(*maps)
        weight = self.weight.t()
        self.scale = (weight.abs().amax(1).clamp(min=1e-30) / 127).bfloat16()
        whole = (weight / self.scale[:, None]).round().clamp(-127, 127)
        self.weight = whole.to(torch.int8).contiguous()  # [out, in]: as the kernel wants it

    def __call__(self, x: Row) -> Row:
        return torch._weight_int8pack_mm(x.bfloat16(), self.weight, self.scale).float().add_(self.bias)


def large(*maps: nn.Linear) -> Affine:
    """In 8 bits; but the kernel reads sixteen inputs at a time, also where fewer are left."""
    return Affine(*maps) if maps[0].in_features % 16 else EightBit(*maps)


def attended(q: Float[Tensor, "1 h 1 d_head"], k: Tensor, v: Tensor) -> Row:
    """softmax(qK^T / sqrt(d_head)) V of all heads, side by side as W_O reads them."""
    return F.scaled_dot_product_attention(q, k, v).view(1, -1)
