"""The experiments of core/lab/decoding.py on a named model, and under the same names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from core.decode import Watch, cut
from core.hub import labels, reading, tracing
from core.hub.loading import HubModel
from core.hub.nets import EncoderDecoder, log_probs
from core.hub.tracing import GREEDY
from core.lab import decoding as lab
from core.lab.decoding import Forcing, Timing
from core.search import Sampling, Search, Tree
from core.trace import Floats, Trace

OnStep = Callable[[int, int], None]


def outcome(model: HubModel, text: str, tokens: tuple[int, ...]) -> Trace:
    """The text read as if the model had written `tokens`. Raises `TextError`, `ModelError`."""
    return tracing.trace_output(model, text, tokens)


def given(model: HubModel, text: str) -> int:
    """How many of a trace's steps wrote what stands in the text itself: a decoder-only model goes on with it."""
    if model.family != "decoder":
        return 0
    return len(reading.read(model, text, new_tokens=reading.NEW_TOKENS).ids) - 1


def considered(model: HubModel, text: str, search: Search, on_step: OnStep) -> Tree:
    """The tree of a beam of 2 or more."""

    def look(watch: Watch) -> list[tuple[int, ...]]:
        return [one.tokens for one in tracing.find(model, text, search, on_step, watch)]

    return lab.grown(look, search, lambda token: labels.names(model.tokenizer, [token])[0])


def drawn_from(model: HubModel, text: str, tokens: tuple[int, ...], sampling: Sampling, ids: list[list[int]]) -> Floats:
    """What sampling gives to each of `ids` at each step, after temperature and cuts: [step, id]."""
    found = log_probs(_logits(model, text, tokens), reading.banned(model))
    probs = cut(found, sampling.temperature, sampling.top_k, sampling.top_p)
    return np.asarray(probs.gather(1, torch.tensor(ids)).numpy(), np.float32)


def teacher_forcing(model: HubModel, text: str, reference: str, on_step: OnStep) -> Forcing:
    """Read `text` with `reference` as the output, and once more free."""
    wanted = reading.reference_ids(model, text, reference)
    (free, *_) = tracing.find(model, text, GREEDY, on_step)
    logits = _logits(model, text, wanted)[-len(wanted) :]
    log_p = logits.log_softmax(-1)  # of all tokens, as in training
    both = zip(wanted, free.tokens, strict=False)
    apart = next((i for i, (a, b) in enumerate(both) if a != b), min(len(wanted), len(free.tokens)))

    def named(ids: Sequence[int]) -> tuple[str, ...]:
        return tuple(labels.names(model.tokenizer, ids))

    return Forcing(
        named(wanted),
        np.asarray(-log_p.gather(1, torch.tensor(wanted)[:, None])[:, 0].numpy(), np.float32),
        named(log_probs(logits, reading.banned(model)).argmax(-1).tolist()),
        named(free.tokens),
        None if tuple(wanted) == free.tokens else apart,
        tracing.written_axis(model, wanted),
        tracing.written_axis(model, free.tokens),
    )


def timing(model: HubModel, text: str, runs: int, on_step: OnStep) -> Timing:
    """Greedy decoding with the cache and without; for an encoder-decoder."""
    src = torch.tensor([reading.read(model, text).ids])

    def whole(src: Tensor, written: Tensor) -> object:
        return model.net(input_ids=src, decoder_input_ids=written, use_cache=False)

    return lab.timed(
        EncoderDecoder(model.net, reading.banned(model)), whole, src, reading.start(model), reading.end(model),
        reading.output_limit(model, src.size(1)), runs, on_step,
    )  # fmt: skip


def text_of(model: HubModel, tokens: tuple[int, ...]) -> str:
    """An output as people read it."""
    return str(model.tokenizer.decode(list(tokens), skip_special_tokens=True))


@torch.inference_mode()
def _logits(model: HubModel, text: str, tokens: Sequence[int]) -> Tensor:
    """[step, vocab], a step for each that a trace of this output has."""
    return tracing.forced(model, text, tokens).logits[0].float()
