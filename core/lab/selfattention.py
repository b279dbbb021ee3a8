"""A sentence read by the model, with what every attention sublayer was given: the numbers of core/lab/headsteps.py."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core import decode
from core.lab.headsteps import Projections, Reading
from core.models import Model
from core.nn.attention import AttentionDetails, MultiHeadAttention
from core.nn.layers import Residual
from core.nn.masks import causal_mask, padding_mask
from core.trace import Axis, Floats, Kind
from core.tracing import axis, output_limit, read


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """One text and its greedy translation. sublayers: kind -> one reading a layer.

    states: [level, src, d_model], each source token on its way up: its embedding alone, with its position, after
    each encoder layer.
    """

    src_text: str
    tgt_text: str
    sublayers: dict[Kind, tuple[Reading, ...]]
    states: Floats
    src: Axis


@torch.inference_mode()
def readings(model: Model, text: str) -> Readings:
    """Read `text`, translate it greedily, keep what went into each sublayer. Raises `TextError`."""
    tokenizer, net = model.tokenizer, model.net
    source = (*read(model, text).ids, tokenizer.eos)
    src = torch.tensor([source])
    limits = [output_limit(len(source), model.info.config.max_len)]
    written = tuple(decode.greedy(net, src, bos=tokenizer.bos, eos=tokenizer.eos, limits=limits)[0].tokens)
    inputs = (tokenizer.bos, *written[:-1])
    details = net.details(src, torch.tensor([inputs]))
    src_axis, tgt_axis = axis(tokenizer, source), axis(tokenizer, inputs, writes=written)
    visible, causal = padding_mask(src, tokenizer.pad), causal_mask(len(inputs))
    encoder, decoder, memory = details.encoder, details.decoder, details.memory

    def reading(kind: Kind, residual: Residual, told: Tensor | None, mask: Tensor, one: AttentionDetails) -> Reading:
        x = _read(model, residual)
        queries, keys = (src_axis if kind == "encoder_self" else tgt_axis), (tgt_axis if told is None else src_axis)
        keys = src_axis if kind == "encoder_self" else keys
        asked = x if told is None else told
        shape = len(queries), len(keys)
        return Reading(
            kind, _array(x), _array(asked), np.broadcast_to(mask[0].numpy(), shape).copy(), _array(one.out),
            queries, keys,
        )  # fmt: skip

    return Readings(
        text,
        tokenizer.decode(written),
        {
            "encoder_self": tuple(
                reading("encoder_self", e.attention_residual, None, visible, e.attention) for e in encoder
            ),
            "decoder_self": tuple(
                reading("decoder_self", d.attention_residual, None, causal, d.attention) for d in decoder
            ),
            "cross": tuple(reading("cross", d.cross_residual, memory, visible, d.cross) for d in decoder),
        },
        np.stack(
            [_array(details.src_embedded.token), _array(details.src_embedded.total), *(_array(e.out) for e in encoder)]
        ),
        src_axis,
    )


def projections(model: Model, kind: Kind, layer: int) -> Projections:
    """The learned matrices of one sublayer as x W + b, head by head (a Linear keeps W transposed)."""
    net = model.net
    if kind == "encoder_self":
        attention: MultiHeadAttention = net.encoder[layer].attention
    else:
        attention = net.decoder[layer].cross if kind == "cross" else net.decoder[layer].attention
    h = attention.n_heads

    def into(linear: torch.nn.Linear) -> tuple[Floats, Floats]:
        w = linear.weight.detach().T.numpy()  # [d_model, h * d_head]
        columns = w.reshape(len(w), h, -1).transpose(1, 0, 2)
        return np.ascontiguousarray(columns), linear.bias.detach().numpy().reshape(h, -1)

    (w_q, b_q), (w_k, b_k), (w_v, b_v) = into(attention.w_q), into(attention.w_k), into(attention.w_v)
    w_o = attention.w_o.weight.detach().T.numpy()
    rows = np.ascontiguousarray(w_o.reshape(h, -1, w_o.shape[1]))
    return Projections(w_q, w_k, w_v, b_q, b_k, b_v, rows, attention.w_o.bias.detach().numpy())


def _read(model: Model, residual: Residual) -> Tensor:
    """What the sublayer saw: the residual stream, normalised before it in a pre-norm model."""
    return residual.normed if model.info.config.norm == "pre" else residual.before


def _array(values: Tensor) -> Floats:
    """[1, n, d] -> [n, d]."""
    return np.asarray(values[0].numpy(), np.float32)
