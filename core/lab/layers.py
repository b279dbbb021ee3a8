"""A text read with a given output, and what every sublayer did: the records of core/lab/layersteps.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.lab.layersteps import Kind, Layers, Norm, Side, Sublayer, batch_standard
from core.models import Model
from core.nn.layers import (
    AddNorm,
    DecoderLayer,
    DecoderLayerDetails,
    EncoderLayer,
    EncoderLayerDetails,
    FeedForwardDetails,
    Residual,
)
from core.nn.transformer import Details, Embedded
from core.trace import Axis, Floats
from core.tracing import axis, read

Output = tuple[int, ...]


@torch.inference_mode()
def layers(model: Model, text: str, tokens: Output) -> Layers:
    """Read `text` as if the model had written `tokens` (teacher forcing). Raises `TextError`."""
    if not tokens:
        raise ValueError("an output of 0 tokens went through no layer")
    tokenizer, net = model.tokenizer, model.net
    source, inputs = (*read(model, text).ids, tokenizer.eos), (tokenizer.bos, *tokens[:-1])
    found = net.details(torch.tensor([source]), torch.tensor([inputs]))
    encoder = tuple(_encoder_layer(a, b) for a, b in zip(net.encoder, found.encoder, strict=True))
    decoder = tuple(_decoder_layer(a, b) for a, b in zip(net.decoder, found.decoder, strict=True))
    return Layers(
        text,
        tokenizer.decode(tokens),
        model.info.config.norm == "pre",
        _side(axis(tokenizer, source), found.src_embedded, encoder, net.encoder_norm),
        _side(axis(tokenizer, inputs, writes=tokens), found.tgt_embedded, decoder, net.decoder_norm),
    )


def _side(tokens: Axis, embedded: Embedded, layers: tuple[tuple[Sublayer, ...], ...], final: nn.Module) -> Side:
    position = np.array(embedded.position.numpy(), np.float32)
    norm = _norm(final) if isinstance(final, nn.LayerNorm) else None
    return Side(tokens, _array(embedded.token), position, _array(embedded.total), layers, norm)


def _encoder_layer(layer: EncoderLayer, found: EncoderLayerDetails) -> tuple[Sublayer, ...]:
    return (
        _sublayer("self", layer.attention_norm, found.attention.out, found.attention_residual),
        _feed_forward(layer.feed_forward_norm, found.feed_forward, found.feed_forward_residual),
    )


def _decoder_layer(layer: DecoderLayer, found: DecoderLayerDetails) -> tuple[Sublayer, ...]:
    return (
        _sublayer("self", layer.attention_norm, found.attention.out, found.attention_residual),
        _sublayer("cross", layer.cross_norm, found.cross.out, found.cross_residual),
        _feed_forward(layer.feed_forward_norm, found.feed_forward, found.feed_forward_residual),
    )


def _feed_forward(norm: AddNorm, found: FeedForwardDetails, residual: Residual) -> Sublayer:
    return _sublayer("ffn", norm, found.out, residual, _array(found.hidden))


def _sublayer(kind: Kind, norm: AddNorm, out: Tensor, residual: Residual, hidden: Floats | None = None) -> Sublayer:
    before, added, normed = (_array(one) for one in residual)
    return Sublayer(kind, before, _array(out), added, normed, _norm(norm.norm), norm.pre, hidden)


def _norm(norm: nn.LayerNorm) -> Norm:
    return Norm(norm.weight.detach().numpy().copy(), norm.bias.detach().numpy().copy(), norm.eps)


def _array(values: Tensor) -> Floats:
    """[1, n, d] -> [n, d], a copy: what is kept holds no batch alive."""
    return np.array(values[0].numpy(), np.float32)


# LayerNorm is not batch norm


@dataclass(frozen=True, slots=True, eq=False)
class InBatch:
    """What a Norm did with a sentence read alone and read in a batch with others; [n, d_model], without padding.

    layer_*: the model's own LayerNorm. batch_*: batch norm in its place, on the same vectors, with the same gain and
    bias, over all real tokens of the batch as in training. others: real tokens of the other sentences.
    """

    layer_alone: Floats
    layer_batch: Floats
    batch_alone: Floats
    batch_batch: Floats
    others: int

    @property
    def layer_moved(self) -> Floats:
        """The largest change of any number, for each token."""
        return np.asarray(np.abs(self.layer_batch - self.layer_alone).max(-1), np.float32)

    @property
    def batch_moved(self) -> Floats:
        return np.asarray(np.abs(self.batch_batch - self.batch_alone).max(-1), np.float32)


@torch.inference_mode()
def in_batch(
    model: Model, texts: Sequence[str], outputs: Sequence[Output], side: str, layer: int, sublayer: int
) -> InBatch:
    """Read texts[0] alone, then all `texts` as one padded batch, and look at one Norm. Raises `TextError`."""
    alone = _into_norms(model, texts[:1], outputs[:1], side, layer, sublayer)[0]
    together = _into_norms(model, texts, outputs, side, layer, sublayer)
    one = (model.net.encoder if side == "encoder" else model.net.decoder)[layer]
    places = [one.attention_norm, *([one.cross_norm] if isinstance(one, DecoderLayer) else []), one.feed_forward_norm]
    norm, n = _norm(places[sublayer].norm), len(alone)
    every = np.concatenate(together)
    return InBatch(
        norm(alone),
        norm(together[0]),
        norm.affine(batch_standard(alone, norm.eps)),
        norm.affine(batch_standard(every, norm.eps))[:n],
        len(every) - n,
    )


def _into_norms(
    model: Model, texts: Sequence[str], outputs: Sequence[Output], side: str, layer: int, sublayer: int
) -> list[Floats]:
    """What went into that Norm, [n, d_model] a sentence, padding left out."""
    tokenizer = model.tokenizer
    sources = [(*read(model, text).ids, tokenizer.eos) for text in texts]
    inputs = [(tokenizer.bos, *tokens[:-1]) for tokens in outputs]
    found = model.net.details(_padded(sources, tokenizer.pad), _padded(inputs, tokenizer.pad))
    residual = _residuals(found, side, layer)[sublayer]
    into = residual.before if model.info.config.norm == "pre" else residual.added
    rows = sources if side == "encoder" else inputs
    return [np.array(into[i, : len(row)].numpy(), np.float32) for i, row in enumerate(rows)]


def _residuals(found: Details, side: str, layer: int) -> tuple[Residual, ...]:
    if side == "encoder":
        return found.encoder[layer].attention_residual, found.encoder[layer].feed_forward_residual
    one = found.decoder[layer]
    return one.attention_residual, one.cross_residual, one.feed_forward_residual


def _padded(rows: Sequence[Output], pad: int) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([(*row, *[pad] * (longest - len(row))) for row in rows])
