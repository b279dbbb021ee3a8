"""A bidirectional layer, and an encoder-decoder: trained translators' own, or random ones."""

from __future__ import annotations

import torch

from core.lab.recurrence import BothWays, Column, Use, array, both_ways, ids_of
from core.lab.recurrence_nets import random_both
from core.models import Model
from core.nn.language_model import LanguageModel
from core.nn.seq2seq import Seq2Seq
from core.text.tokenizer import Tokenizer
from core.tracing import axis, read, trace


def of_random(net: LanguageModel, tokenizer: Tokenizer, gain: float, seed: int, text: str, struck: int) -> BothWays:
    """Over the embeddings of `net`, its cell both ways with random weights. Raises `TextError`."""
    ids = ids_of(tokenizer, text)[1:]
    layer = random_both(net.config.d_model, net.config.hidden, net.recurrent.cell, gain, seed)
    return both_ways(layer, net.embed(torch.tensor([ids])).detach(), axis(tokenizer, ids), struck)


def of_translator(model: Model[Seq2Seq], text: str, struck: int) -> BothWays:
    """The encoder of a trained translator. Raises `TextError`."""
    ids, net = (*read(model, text).ids, model.tokenizer.eos), model.net
    embedded = net.embed(net.src_embedding, torch.tensor([ids])).detach()
    return both_ways(net.encoder, embedded, axis(model.tokenizer, ids), struck)


@torch.inference_mode()
def translated(model: Model[Seq2Seq], text: str) -> Use:
    """A translator without attention: its decoder begins with the encoder's last state. Raises `TextError`."""
    tokenizer, net = model.tokenizer, model.net
    src = (*read(model, text).ids, tokenizer.eos)
    wrote = [step.written for step in trace(model, text).steps]
    ids = [step.id for step in wrote if step.id is not None]
    inputs = (tokenizer.bos, *ids[:-1])
    details = net.details(torch.tensor([src]), torch.tensor([inputs]))
    before = axis(tokenizer, src).tokens
    after = axis(tokenizer, inputs).tokens
    h, s = array(details.encoder.out[0]), array(details.decoder.h[0])
    columns = [Column(x, state, "", part="encoder") for x, state in zip(before, h, strict=True)]
    columns += [
        Column(x, state, y.token, i > 0, "decoder") for i, (x, state, y) in enumerate(zip(after, s, wrote, strict=True))
    ]
    n, m, hidden = len(before), len(after), net.config.hidden
    return Use("encoder_decoder", tuple(columns), (n, net.config.d_model), (n + m, hidden), (m, net.config.vocab_size))
