"""Greedy decoding, exact and faster: a lean decoder drafts the output, one full pass checks all of it at once.

The idea of speculative decoding (Leviathan et al. 2023, section 2) with the greedy choice. The checking pass
is the one that reads the maps anyway, so a draft that holds costs nothing more.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core import decode
from core.models import Model
from core.nn.lean import Cache
from core.nn.transformer import Output


def greedy(
    model: Model, src: Tensor, limit: int, prefix: tuple[int, ...] = (), on_step: decode.OnStep = decode.unheard
) -> tuple[decode.Found, Output]:
    """What `decode.greedy(model.net, ...)` finds for one sentence, [1, src], and the full pass over it.

    Where the pass would have chosen another token than the draft, that token is right, and drafting goes on
    behind it: each pass settles one token at least, and nearly always all of them.
    """
    net, bos, eos = model.net, model.tokenizer.bos, model.tokenizer.eos
    decode.check_prefix(prefix, eos, [limit])
    source = net.encode(src)
    cache, tokens, done = model.drafter.start(source.cross, limit), prefix, 0
    while True:
        tokens = _draft(model, cache, tokens, done, limit, on_step)
        output = net.decode(source, torch.tensor([[bos, *tokens[:-1]]])).output
        best = model.checked(output.logits)[0].argmax(-1).tolist()
        wrong = next((i for i in range(max(done, len(prefix)), len(best)) if best[i] != tokens[i]), None)
        if wrong is None:
            return _found(output, tokens, eos), output
        tokens, done = (*tokens[:wrong], best[wrong]), wrong + 1


def _draft(
    model: Model, cache: Cache, tokens: tuple[int, ...], done: int, limit: int, on_step: decode.OnStep
) -> tuple[int, ...]:
    """`tokens`, gone on with to `</s>` or the limit; the cache knows the first `done` steps."""
    inputs = [model.tokenizer.bos, *tokens]
    while done < limit and inputs[done] != model.tokenizer.eos:
        logits = model.drafter.step(cache, inputs[done], done)
        done += 1
        if done == len(inputs):
            inputs.append(int(logits.argmax()))
        on_step(done, limit)
    return tuple(inputs[1:])


def _found(output: Output, tokens: tuple[int, ...], eos: int) -> decode.Found:
    log_probs = output.logits[0].log_softmax(-1)
    log_prob = float(log_probs[range(len(tokens)), tokens].sum())
    return decode.Found(tokens, log_prob, log_prob, finished=tokens[-1] == eos)
