"""A foreign model + a text -> Trace: the same record as for our own models, so that every view works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import decode
from core.errors import ModelError, TextError
from core.hub import labels
from core.hub.loading import HubModel
from core.hub.nets import Causal, EncoderDecoder, weights
from core.search import Search
from core.trace import AttentionMap, Axis, Candidate, Floats, Hypothesis, Kind, Step, Trace

TOP_K = 10
NEW_TOKENS = 20  # how far a decoder goes on with a text
MAX_TOKENS = 512
MAX_BYTES = 1 << 28  # of weights kept, all layers and heads together
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


def reference_ids(model: HubModel, reference: str) -> list[int]:
    """A text as an output of the model, with the token that ends it. Raises `TextError`."""
    read(model, reference, new_tokens=NEW_TOKENS)  # its cap and its errors
    if model.family == "decoder":
        return [int(i) for i in model.tokenizer(reference, add_special_tokens=False).input_ids]
    ids = [int(i) for i in model.tokenizer(text_target=reference).input_ids]
    if ids and ids[0] == start(model):
        ids = ids[1:]
    return ids


def _writes(model: HubModel, text: str) -> Read:
    if model.family not in ("decoder", "encoder_decoder"):
        raise ModelError("hub_writes_nothing", name=model.name)
    return read(model, text, new_tokens=NEW_TOKENS)


class Read:
    """A text as the model's tokens: ids, where each stands, and whatever else the model takes (segments)."""

    def __init__(self, tokenizer: Any, text: str, pair: str) -> None:
        fast = bool(getattr(tokenizer, "is_fast", False))
        self.inputs = tokenizer(text, pair or None, return_tensors="pt", return_offsets_mapping=fast)
        offsets = self.inputs.pop("offset_mapping")[0].tolist() if fast else []
        self.ids: list[int] = self.inputs["input_ids"][0].tolist()
        self.text, self.spans = text, [(a, b) for a, b in offsets]
        if fast and pair:  # one string with both texts, so that a word's letters are found by its span
            second = self.inputs.sequence_ids(0) if hasattr(self.inputs, "sequence_ids") else []
            shift = len(text) + 1
            self.text = f"{text} {pair}"
            self.spans = [
                (a + shift, b + shift) if one == 1 else (a, b)
                for (a, b), one in zip(self.spans, second or [0] * len(self.ids), strict=True)
            ]


def read(model: HubModel, text: str, pair: str = "", new_tokens: int = 0) -> Read:
    """The text's tokens; a cap on length comes before any memory is spent."""
    limit = token_limit(model, new_tokens)
    characters = len(text) + len(pair)
    if characters > 32 * limit:
        raise TextError("too_long_characters", n=characters, limit=32 * limit)
    if not text.strip():
        raise TextError("empty")
    found = Read(model.tokenizer, text, pair)
    if not found.ids:
        raise TextError("empty")
    if len(found.ids) > limit:
        raise TextError("too_long", n=len(found.ids), limit=limit)
    return found


def token_limit(model: HubModel, new_tokens: int = 0) -> int:
    """How many tokens a text may have: the model's positions, and what the weights of all heads would weigh."""
    config = model.config
    known = [MAX_TOKENS, model.tokenizer.model_max_length] + [
        value
        for key in ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len")
        if isinstance(value := getattr(config, key, None), int) and value > 0
    ]
    heads = _number(config, "num_attention_heads", "n_head", "num_heads", "encoder_attention_heads") * _number(
        config, "num_hidden_layers", "n_layer", "num_layers", "encoder_layers"
    )
    room = int((MAX_BYTES / (4 * max(heads, 1))) ** 0.5)
    # RoBERTa's kind counts positions from pad + 1: two of them hold no token.
    reserved = 2 if hasattr(config, "position_embedding_type") or model.family == "encoder" else 0
    return max(min(*known, room) - reserved - (new_tokens if model.family == "decoder" else 0), 1)


def _encoder(model: HubModel, text: str, pair: str, encoded: Read) -> Trace:
    output = model.net(**encoded.inputs, output_attentions=True)
    axis = labels.axis(model.tokenizer, encoded.ids, encoded.text, encoded.spans)
    maps = (attention_map(model, "encoder_self", output.attentions, axis, axis),)
    return Trace(model.name, encoded.text if pair else text, "", maps)


def _decoder(model: HubModel, text: str, encoded: Read, found: Sequence[decode.Found], chosen: int) -> Trace:
    prompt, tokens = encoded.ids, found[chosen].tokens
    ids = [*prompt, *tokens]
    output = model.net(input_ids=torch.tensor([ids[:-1]]), output_attentions=True, use_cache=False)
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
    output = model.net(input_ids=src, decoder_input_ids=torch.tensor([inputs]), output_attentions=True, use_cache=False)
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


def output_limit(model: HubModel, n_src: int) -> int:
    """How many tokens an encoder-decoder may write."""
    return min(2 * n_src + 10, token_limit(model))


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
        net: decode.Stepper[Any] = EncoderDecoder(model.net)
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
    log_probs = logits.float().log_softmax(-1)
    top = log_probs.topk(min(TOP_K, log_probs.size(-1)))
    steps = []
    for i, token in enumerate(tokens):
        ids, values = top.indices[i].tolist(), top.values[i].tolist()
        named = labels.names(model.tokenizer, [token, *ids])
        steps.append(
            Step(
                Candidate(named[0], float(log_probs[i, token]), token),
                tuple(Candidate(name, value, one) for name, value, one in zip(named[1:], values, ids, strict=True)),
            )
        )
    return tuple(steps)


def _hypotheses(model: HubModel, found: Sequence[decode.Found], prompt: Sequence[int]) -> tuple[Hypothesis, ...]:
    return tuple(
        Hypothesis(model.tokenizer.decode([*prompt, *f.tokens], skip_special_tokens=True), f.log_prob, f.score)
        for f in found
    )


def start(model: HubModel) -> int:
    """The token that an encoder-decoder's decoder begins with."""
    for source in (model.net.generation_config, model.config):
        for key in ("decoder_start_token_id", "bos_token_id", "pad_token_id"):
            if isinstance(value := getattr(source, key, None), int):
                return value
    raise ModelError("hub_config", name=model.name)


def end(model: HubModel) -> int:
    """The token that ends an output, or -1: none does."""
    for source in (model.net.generation_config, model.config, model.tokenizer):
        value = getattr(source, "eos_token_id", None)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, int):
            return value
    return -1


def _number(config: Any, *names: str) -> int:
    return next((value for name in names if isinstance(value := getattr(config, name, None), int)), 1)
