"""Runs of a recurrent translator that leave the records of core/lab/alignment.py."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor

from core.lab.alignment import Bottleneck, Looks
from core.models import Model
from core.nn.alignment import Aligned
from core.nn.build import Net
from core.nn.recurrent import state_of
from core.nn.seq2seq import Seq2Seq
from core.trace import Floats
from core.tracing import axis, label, read


def pieces_of(model: Model[Net], target: str) -> tuple[int, ...]:
    """A text in the language that the model writes, as its pieces, `</s>` last. Raises `TextError`."""
    return (*read(model, target, model.info.tgt).ids, model.tokenizer.eos)


@torch.inference_mode()
def looks(model: Model[Seq2Seq], text: str, tokens: tuple[int, ...]) -> Looks:
    """Every look while the model writes `tokens` (teacher forcing). Raises `TextError`."""
    net, tokenizer = model.net, model.tokenizer
    if net.alignment is None:
        raise ValueError(f"{model.info.name} has no attention")
    source, inputs = (*read(model, text).ids, tokenizer.eos), (tokenizer.bos, *tokens[:-1])
    details = net.details(torch.tensor([source]), torch.tensor([inputs]))
    model.checked(details.output.logits)
    aligned = cast(Aligned, details.aligned)
    memory = net.alignment.memory(details.encoder.out, torch.ones(1, len(source), dtype=torch.bool))
    return Looks(
        net.config.attention, _array(aligned.query), _array(memory.keys), _array(memory.values),
        _array(aligned.scores), aligned.visible[0].numpy(), _array(aligned.weights), _array(aligned.context),
        _array(aligned.position), _array(details.readout), net.config.window,
        axis(tokenizer, inputs, writes=tokens), axis(tokenizer, source),
    )  # fmt: skip


@torch.inference_mode()
def bottleneck(model: Model[Seq2Seq], text: str) -> Bottleneck:
    """The sentence's vector, and what of it is gone with each of its tokens. Raises `TextError`."""
    net, tokenizer = model.net, model.tokenizer
    ids = read(model, text).ids
    whole = (*ids, tokenizer.eos)
    state = net.start(torch.tensor([whole])).state
    vector = torch.cat(state, -1)[0]
    without = np.full(len(whole), np.nan, np.float32)
    if len(ids) > 1:
        shorter = torch.tensor([[token for j, token in enumerate(whole) if j != i] for i in range(len(ids))])
        moved = torch.cat(net.start(shorter).state, -1) - vector
        without[:-1] = (moved.norm(dim=-1) / vector.norm()).numpy()
    return Bottleneck({name: _array(part) for name, part in zip("hc", state, strict=False)}, without,
                      axis(tokenizer, whole))  # fmt: skip


@torch.inference_mode()
def answers(
    model: Model[Seq2Seq], text: str, tokens: tuple[int, ...], at: int, context: Floats, count: int = 5
) -> tuple[tuple[str, float], ...]:
    """The fourth step: the likeliest tokens of step `at`, likeliest first, with their probabilities, had its look
    given `context`, [memory]."""
    net = model.net
    source, inputs = (*read(model, text).ids, model.tokenizer.eos), (model.tokenizer.bos, *tokens[:-1])
    details = net.details(torch.tensor([source]), torch.tensor([inputs[: at + 1]]))
    embedded, given = details.tgt_embedded[:, at], torch.tensor(context)[None]
    h = details.decoder.h[:, at]
    if net.additive:  # the context enters the recurrence: the step is taken again
        w = net.decoder.weights()
        past = type(details.decoder)(*(part[:, at - 1] for part in details.decoder)) if at else None
        x = torch.cat([embedded, given], -1) @ w.w_ih.T + w.b_ih
        h = net.decoder.step(x, state_of(past) if past else details.start, w).h
    parts = [given, h, embedded] if net.additive else [given, h]
    log_probs = net.output(net.readout(torch.cat(parts, -1)).tanh())[0].log_softmax(-1)
    top = log_probs.exp().topk(count)
    names = model.tokenizer.pieces(top.indices.tolist())
    return tuple((label(name), float(value)) for name, value in zip(names, top.values, strict=True))


def _array(values: Tensor) -> Floats:
    """[1, ...] -> [...]."""
    return np.asarray(values[0].numpy(), np.float32)
