"""Model + text -> Trace. The only room that names axes; torch ends here.

Search finds the tokens, cached and without keeping weights; then one
teacher-forced pass reads every map and every step's probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import decode
from core.models import Model
from core.nn.build import Output, Traced
from core.search import Sampling, Search
from core.text.tokenizer import Encoding
from core.trace import AttentionMap, Axis, Floats, Hypothesis, Kind, Trace
from core.tracing.labels import TOP_K, axis, label, steps
from core.tracing.reading import NEW_TOKENS, encoded, read
from core.tracing.searching import GREEDY, find, found_and_pass, output_limit

__all__ = [
    "GREEDY",
    "NEW_TOKENS",
    "TOP_K",
    "Sampling",
    "Search",
    "axis",
    "encoded",
    "find",
    "label",
    "output_limit",
    "read",
    "trace",
    "trace_output",
]


def trace(
    model: Model[Traced], text: str, search: Search = GREEDY, chosen: int = 0, on_step: decode.OnStep = decode.unheard
) -> Trace:
    """Read `text`, write what the model writes, and keep what every head looked at.

    A translator writes a translation, a decoder alone goes on with the text; its steps then begin with the text's own
    tokens. An encoder alone writes nothing. `chosen` picks one of the beam's hypotheses; `on_step` hears how far the
    search is. Raises `TextError` for a text that is empty, too long, or in a script the model never saw, and
    `ModelError` where the model's numbers overflow.
    """
    encoding = read(model, text)
    if model.info.architecture == "bert":
        return _trace(model, text, encoding, ())
    found, output = found_and_pass(model, encoding, search, on_step)
    chosen = min(chosen, len(found) - 1)
    prompt = encoding.ids if model.info.architecture == "gpt" else ()
    hypotheses = tuple(Hypothesis(model.tokenizer.decode((*prompt, *f.tokens)), f.log_prob, f.score) for f in found)
    return _trace(model, text, encoding, found[chosen].tokens, hypotheses, chosen, output)


def trace_output(model: Model[Traced], text: str, tokens: Sequence[int]) -> Trace:
    """Read `text` as if the model had written `tokens`, one id at least (teacher forcing); it need not have ended."""
    if not tokens:
        raise ValueError("an output of 0 tokens has no steps")
    return _trace(model, text, read(model, text), tuple(tokens))


@torch.inference_mode()
def _trace(
    model: Model[Traced],
    text: str,
    encoding: Encoding,
    tokens: tuple[int, ...],
    hypotheses: tuple[Hypothesis, ...] = (),
    chosen: int = 0,
    output: Output | None = None,
) -> Trace:
    """Name all that the one teacher-forced pass computed; `output` is that pass, if the search made it already."""
    tokenizer = model.tokenizer
    inputs = _inputs(model, encoding, tokens)
    output = output or model.net(*(torch.tensor([ids]) for ids in inputs))
    model.checked(output.logits)  # a weight that is no number leaves none behind it
    written = (*inputs[-1][1:], tokens[-1]) if tokens else ()
    keys, queries = axis(tokenizer, inputs[0]), axis(tokenizer, inputs[-1], writes=written)
    sides: dict[Kind, tuple[Axis, Axis]] = {
        "encoder_self": (keys, keys), "decoder_self": (queries, queries), "cross": (queries, keys)
    }  # fmt: skip
    return Trace(
        model=model.info.name,
        src_text=text,
        tgt_text=tokenizer.decode(written),
        maps=tuple(
            AttentionMap(kind, _array(output.maps[kind]), *axes, normalised=output.normalised)
            for kind, axes in sides.items()
            if kind in output.maps
        ),
        steps=steps(tokenizer, output.logits[0], written) if written else (),
        hypotheses=hypotheses,
        chosen=chosen,
        finished=not written or written[-1] == tokenizer.eos,
    )


def _inputs(model: Model[Any], encoding: Encoding, tokens: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """What the network reads: source and output of a translator, else the one sequence there is."""
    tokenizer = model.tokenizer
    if model.info.architecture == "bert":
        return ((tokenizer.bos, *encoding.ids, tokenizer.eos),)
    if model.info.architecture == "gpt":
        return ((tokenizer.bos, *encoding.ids, *tokens[:-1]),)
    return (*encoding.ids, tokenizer.eos), (tokenizer.bos, *tokens[:-1])


def _array(weights: Tensor) -> Floats:
    """[1, layer, head, query, key] -> numpy [layer, head, query, key]."""
    return np.asarray(weights[0].numpy())
