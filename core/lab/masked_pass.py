"""One pass of a translator, or of a decoder alone, under masks other than its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from core import decode
from core.config import TRANSLATORS
from core.errors import TextError
from core.models import Model
from core.nn.build import Output
from core.trace import Kind
from core.tracing import output_limit, read

Ids = tuple[int, ...]


class Reading(NamedTuple):
    """What a network reads, and what its decoder is asked to write; both end with `</s>`, unless its own
    translation was cut off at the limit."""

    source: Ids  # empty for a decoder alone: its text is what it is asked for, word by word
    written: Ids


class Pass(NamedTuple):
    output: Output
    scores: dict[Kind, list[Tensor]]  # before any mask, [b, head, query, key] a layer


def reading(model: Model[Any], text: str, reference: str = "") -> Reading:
    """A translator writes `reference`, or its own greedy translation. Raises `TextError`."""
    tokenizer, room = model.tokenizer, model.info.config.max_len
    ids = (*read(model, text).ids, tokenizer.eos)
    if not translates(model):
        return Reading((), ids)
    if not reference.strip():
        return Reading(ids, greedy(model, ids))
    written = (*tokenizer.encode(reference[: 32 * room]).ids, tokenizer.eos)
    if len(written) > room:
        raise TextError("too_long", n=len(written) - 1, limit=room - 1)
    return Reading(ids, written)


def translates(model: Model[Any]) -> bool:
    return model.info.architecture in TRANSLATORS


def greedy(model: Model[Any], source: Ids) -> Ids:
    """A translation; `</s>` at its end, unless the limit came first."""
    limits = [output_limit(len(source), model.info.config.max_len)]
    bos, eos = model.tokenizer.bos, model.tokenizer.eos
    return tuple(decode.greedy(model.net, torch.tensor([source]), bos=bos, eos=eos, limits=limits)[0].tokens)


def run(
    model: Model[Any],
    src: Sequence[Ids],
    tgt: Sequence[Ids],
    tgt_mask: Tensor | None = None,
    src_mask: Tensor | None = None,
) -> Pass:
    """Rows of equal lengths, `tgt` the decoder's inputs; `src` and its mask are a translator's alone."""
    if not translates(model):
        details = model.net.details(torch.tensor(tgt), tgt_mask)
        return Pass(details.output, {"decoder_self": [x.attention.scores for x in details.layers]})
    details = model.net.details(torch.tensor(src), torch.tensor(tgt), tgt_mask, src_mask)
    return Pass(
        details.output,
        {
            "encoder_self": [x.attention.scores for x in details.encoder],
            "decoder_self": [x.attention.scores for x in details.decoder],
            "cross": [x.cross.scores for x in details.decoder],
        },
    )
