"""Every vector of one run, from the embeddings to the decoder's last output (Vaswani et al. 2017, figure 1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.models import Model
from core.nn.layers import DecoderLayerDetails, EncoderLayerDetails, FeedForwardDetails, Residual
from core.nn.transformer import Details, Embedded
from core.trace import Floats, Series
from core.tracing import read


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """The vectors in the order of the flow, `<block>/<part>` over ("src" or "tgt", "d_model").

    Blocks: src, e1.self, e1.ffn, e2.self ... memory (pre-norm alone), tgt, d1.self, d1.cross, d1.ffn ... last (pre-norm
    alone). Parts: token, position, sum of an embedding; k and v of the memory, which a cross-attention reads; out, what
    the sublayer answered; after, the residual stream once it was added (post-norm: and normalised).
    fired: how many of the d_ff hidden units of a feed-forward block are above 0, `<block>/fired` over the tokens.
    n_src, n_tgt: how many tokens each side had; the vectors may be of the first of them only.
    """

    vectors: tuple[Series, ...]
    fired: tuple[Series, ...]
    d_ff: int
    norm: str
    n_src: int
    n_tgt: int

    def __getitem__(self, name: str) -> Floats:
        for one in (*self.vectors, *self.fired):
            if one.name == name:
                return one.values
        raise KeyError(f"this run has no {name!r}")


@torch.inference_mode()
def whole(model: Model, text: str, tokens: Sequence[int], shown: int) -> Whole:
    """Read `text` as if the model had written `tokens` (teacher forcing), and keep the first `shown` of each side.

    The pass sees all tokens; only what is kept is cut. Raises `TextError`.
    """
    if not tokens:
        raise ValueError("an output of 0 tokens has no vectors")
    source = (*read(model, text).ids, model.tokenizer.eos)
    inputs = (model.tokenizer.bos, *tokens[:-1])
    details = model.net.details(torch.tensor([source]), torch.tensor([inputs]))

    def kept(name: str, side: str, values: Tensor) -> Series:
        first = (values[0] if values.ndim == 3 else values)[:shown]  # positions and counts have no batch
        return Series(name, (side, "d_model")[: first.ndim], np.array(first.numpy(), np.float32))

    config = model.info.config
    return Whole(
        tuple(kept(*one) for one in (*_source(details, config.norm), *_target(model, details, config.norm))),
        tuple(kept(*one) for one in _fired(details)),
        config.d_ff,
        config.norm,
        len(source),
        len(inputs),
    )


Named = tuple[str, str, Tensor]


def _source(details: Details, norm: str) -> Iterator[Named]:
    yield from _embedded("src", details.src_embedded)
    for n, layer in enumerate(details.encoder, 1):
        yield from _sublayer(f"e{n}.self", "src", layer.attention.out, layer.attention_residual, norm)
        yield from _feed_forward(f"e{n}.ffn", "src", layer, norm)
    if norm == "pre":
        yield "memory/after", "src", details.memory


def _target(model: Model, details: Details, norm: str) -> Iterator[Named]:
    yield from _embedded("tgt", details.tgt_embedded)
    for n, layer in enumerate(details.decoder, 1):
        yield from _sublayer(f"d{n}.self", "tgt", layer.attention.out, layer.attention_residual, norm)
        yield f"d{n}.cross/k", "src", _joined(layer.cross.k)
        yield f"d{n}.cross/v", "src", _joined(layer.cross.v)
        yield from _sublayer(f"d{n}.cross", "tgt", layer.cross.out, layer.cross_residual, norm)
        yield from _feed_forward(f"d{n}.ffn", "tgt", layer, norm)
    if norm == "pre":
        yield "last/after", "tgt", model.net.decoder_norm(details.decoder[-1].out)


def _embedded(side: str, one: Embedded) -> Iterator[Named]:
    yield f"{side}/token", side, one.token
    yield f"{side}/position", side, one.position
    yield f"{side}/sum", side, one.total


def _sublayer(block: str, side: str, out: Tensor, residual: Residual, norm: str) -> Iterator[Named]:
    yield f"{block}/out", side, out
    yield f"{block}/after", side, residual.added if norm == "pre" else residual.normed


def _feed_forward(
    block: str, side: str, layer: EncoderLayerDetails | DecoderLayerDetails, norm: str
) -> Iterator[Named]:
    return _sublayer(block, side, layer.feed_forward.out, layer.feed_forward_residual, norm)


def _fired(details: Details) -> Iterator[Named]:
    def units(one: FeedForwardDetails) -> Tensor:
        return (one.hidden[0] > 0).sum(-1)

    for n, encoder in enumerate(details.encoder, 1):
        yield f"e{n}.ffn/fired", "src", units(encoder.feed_forward)
    for n, decoder in enumerate(details.decoder, 1):
        yield f"d{n}.ffn/fired", "tgt", units(decoder.feed_forward)


def _joined(heads: Tensor) -> Tensor:
    """[b, h, n, d_head] -> [b, n, h * d_head], head after head."""
    return heads.transpose(1, 2).flatten(2)
