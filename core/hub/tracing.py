"""A foreign model + a text -> Trace: the same record as for our own models, so that every view works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import decode
from core.errors import ModelError
from core.hub import labels
from core.hub.calling import called
from core.hub.loading import HubModel
from core.hub.nets import Causal, EncoderDecoder, log_probs, weights
from core.hub.reading import NEW_TOKENS, Read, banned, end, output_limit, read, start
from core.search import Search
from core.trace import AttentionMap, Axis, Candidate, Floats, Hypothesis, Kind, Step, Trace

TOP_K = 10
GREEDY = Search()


@torch.inference_mode()
def trace(
    model: HubModel,
    text: str,
    pair: str = "",
    search: Search = GREEDY,
    chosen: int = 0,
    on_step: decode.OnStep = decode.unheard,
    new_tokens: int = NEW_TOKENS,
) -> Trace:
    """Read `text` (and `pair`, where the tokenizer takes two), let it write what it can, and keep every weight.

    An encoder only reads; a decoder goes on with the text; an encoder-decoder answers it.
    Raises `TextError` for an empty or too long text, `ModelError` where the model gives no weights.
    """
    if model.family == "vision":
        raise ModelError("hub_picture", name=model.name)
    encoded = read(model, text, pair, new_tokens)
    if model.family == "encoder":
        return _encoder(model, text, pair, encoded)
    found = _found(model, encoded, search, new_tokens, on_step)
    read_all = _decoder if model.family == "decoder" else _encoder_decoder
    return read_all(model, text, encoded, found, min(chosen, len(found) - 1))


@torch.inference_mode()
def trace_output(model: HubModel, text: str, tokens: Sequence[int]) -> Trace:
    """Read `text` as if the model had written `tokens` (teacher forcing); it need not have ended."""
    encoded, ended = _writes(model, text), bool(tokens) and tokens[-1] == end(model)
    found = [decode.Found(tuple(tokens), 0.0, 0.0, ended)]
    read_all = _decoder if model.family == "decoder" else _encoder_decoder
    return replace(read_all(model, text, encoded, found, 0), hypotheses=())


@torch.inference_mode()
def forced(model: HubModel, text: str, tokens: Sequence[int]) -> Any:
    """transformers' own output for a text with `tokens` as what was written; a step for each that a trace has."""
    encoded = _writes(model, text)
    if model.family == "decoder":
        return model.net(input_ids=torch.tensor([[*encoded.ids, *tokens][:-1]]), use_cache=False)
    inputs = torch.tensor([[start(model), *tokens[:-1]]])
    return model.net(input_ids=torch.tensor([encoded.ids]), decoder_input_ids=inputs, use_cache=False)


@torch.inference_mode()
def find(
    model: HubModel, text: str, search: Search, on_step: decode.OnStep, watch: decode.Watch = decode.unheard
) -> list[decode.Found]:
    """The outputs that a search finds, best first."""
    return _found(model, _writes(model, text), search, NEW_TOKENS, on_step, watch)


def _writes(model: HubModel, text: str) -> Read:
    if model.family not in ("decoder", "encoder_decoder"):
        raise ModelError("hub_writes_nothing", name=model.name)
    return read(model, text, new_tokens=NEW_TOKENS)


def _encoder(model: HubModel, text: str, pair: str, encoded: Read) -> Trace:
    output = called(model, **encoded.inputs)
    axis = labels.axis(model.tokenizer, encoded.ids, encoded.text, encoded.spans)
    maps = (attention_map(model, "encoder_self", output.attentions, axis, axis),)
    return Trace(model.name, encoded.text if pair else text, "", maps)


def _decoder(model: HubModel, text: str, encoded: Read, found: Sequence[decode.Found], chosen: int) -> Trace:
    prompt, tokens = encoded.ids, found[chosen].tokens
    ids = [*prompt, *tokens]
    output = called(model, input_ids=torch.tensor([ids[:-1]]), use_cache=False)
    written = model.tokenizer.decode(ids, skip_special_tokens=True)
    axis = _written_axis(model, ids[:-1], ids[1:])
    return Trace(
        model=model.name,
        src_text=text,
        tgt_text=written,
        maps=(attention_map(model, "decoder_self", output.attentions, axis, axis),),
        steps=_steps(model, output.logits[0], ids[1:]),
        hypotheses=_hypotheses(model, found, prompt),
        chosen=chosen,
        finished=found[chosen].finished,
    )


def _encoder_decoder(model: HubModel, text: str, encoded: Read, found: Sequence[decode.Found], chosen: int) -> Trace:
    src, tokens = torch.tensor([encoded.ids]), list(found[chosen].tokens)
    inputs = [start(model), *tokens[:-1]]
    output = called(model, input_ids=src, decoder_input_ids=torch.tensor([inputs]), use_cache=False)
    keys = labels.axis(model.tokenizer, encoded.ids, encoded.text, encoded.spans)
    queries = _written_axis(model, inputs, tokens)
    return Trace(
        model=model.name,
        src_text=text,
        tgt_text=model.tokenizer.decode(tokens, skip_special_tokens=True),
        maps=(
            attention_map(model, "encoder_self", output.encoder_attentions, keys, keys),
            attention_map(model, "decoder_self", output.decoder_attentions, queries, queries),
            attention_map(model, "cross", output.cross_attentions, queries, keys),
        ),
        steps=_steps(model, output.logits[0], tokens),
        hypotheses=_hypotheses(model, found, []),
        chosen=chosen,
        finished=found[chosen].finished,
    )


def _found(
    model: HubModel,
    encoded: Read,
    search: Search,
    new_tokens: int,
    on_step: decode.OnStep,
    watch: decode.Watch = decode.unheard,
) -> list[decode.Found]:
    """What the search finds, best first."""
    ids = encoded.ids
    if model.family == "encoder_decoder":
        net: decode.Stepper[Any] = EncoderDecoder(model.net, banned(model))
        src, first, limit = ids, start(model), output_limit(model, len(ids))
    else:
        net, src, first, limit = Causal(model.net), ids[:-1], ids[-1], new_tokens
    tensor = torch.tensor([src], dtype=torch.long)
    eos, prefix = end(model), search.prefix
    limits = [max(limit, len(prefix))]
    if search.sampling:
        s = search.sampling
        return decode.sample(
            net, tensor, bos=first, eos=eos, limits=limits, prefix=prefix, on_step=on_step, seed=s.seed,
            temperature=s.temperature, top_k=s.top_k, top_p=s.top_p,
        )  # fmt: skip
    if search.beam == 1:
        return decode.greedy(net, tensor, bos=first, eos=eos, limits=limits, prefix=prefix, on_step=on_step)
    return decode.beam(
        net, tensor, bos=first, eos=eos, limits=limits, prefix=prefix, on_step=on_step, watch=watch,
        width=search.beam, alpha=search.alpha,
    )[0]  # fmt: skip


def attention_map(model: HubModel, kind: Kind, attentions: Any, queries: Axis, keys: Axis) -> AttentionMap:
    """transformers' weights with their labels; `ModelError` if there are none, or if they are not of these tokens."""
    found = weights(attentions)
    if found is None or found.shape[2:] != (len(queries), len(keys)):
        raise ModelError("hub_attentions", name=model.name)
    values: Floats = np.asarray(found.numpy())
    sums = values.sum(-1)  # some models let a query look at a sink outside the text
    return AttentionMap(kind, values, queries, keys, normalised=bool(np.allclose(sums, 1, atol=1e-3)))


def written_axis(model: HubModel, tokens: Sequence[int]) -> Axis:
    """What was written, by word where its tokens read back as the same."""
    return _written_axis(model, tokens, ())


def _written_axis(model: HubModel, inputs: Sequence[int], writes: Sequence[int]) -> Axis:
    """The decoder's inputs. Words are found where the output, read back, gives the same tokens."""
    tokenizer = model.tokenizer
    spans: list[tuple[int, int]] = []
    text = tokenizer.decode(inputs, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    if getattr(tokenizer, "is_fast", False):
        back = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        spans = list(back["offset_mapping"]) if list(back["input_ids"]) == list(inputs) else []
    return labels.axis(tokenizer, inputs, text, spans, writes)


def _steps(model: HubModel, logits: Tensor, tokens: Sequence[int]) -> tuple[Step, ...]:
    found = log_probs(logits.float(), banned(model))
    top = found.topk(min(TOP_K, found.size(-1) - len(banned(model))))
    steps = []
    for i, token in enumerate(tokens):
        ids, values = top.indices[i].tolist(), top.values[i].tolist()
        named = labels.names(model.tokenizer, [token, *ids])
        steps.append(
            Step(
                Candidate(named[0], float(found[i, token]), token),
                tuple(Candidate(name, value, one) for name, value, one in zip(named[1:], values, ids, strict=True)),
            )
        )
    return tuple(steps)


def _hypotheses(model: HubModel, found: Sequence[decode.Found], prompt: Sequence[int]) -> tuple[Hypothesis, ...]:
    return tuple(
        Hypothesis(model.tokenizer.decode([*prompt, *f.tokens], skip_special_tokens=True), f.log_prob, f.score)
        for f in found
    )
