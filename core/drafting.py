"""Greedy decoding, exact and faster: a half-precision copy drafts the output, one full pass checks all of it at once.

The idea of speculative decoding (Leviathan et al. 2023, section 2) with the greedy choice. The checking pass
is the one that reads the maps anyway, so a draft that holds costs nothing more.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core import decode
from core.models import Model
from core.nn.transformer import Output

DRAFTS = 4


def greedy(
    model: Model, src: Tensor, limit: int, prefix: tuple[int, ...] = (), on_step: decode.OnStep = decode.unheard
) -> tuple[decode.Found, Output]:
    """What `decode.greedy(model.net, ...)` finds for one sentence, [1, src], and the full pass over it.

    Where the pass would have chosen another token than the draft, that token is
    right, and drafting goes on behind it. A drafter that is wrong again and again
    is not worth its time: then the model writes the rest itself.
    """
    bos, eos = model.tokenizer.bos, model.tokenizer.eos
    tokens = prefix
    for drafter in (*[model.drafter] * DRAFTS, model.net):
        (draft,) = decode.greedy(drafter, src, bos=bos, eos=eos, limits=[limit], prefix=tokens, on_step=on_step)
        output = model.net(src, torch.tensor([[bos, *draft.tokens[:-1]]]))
        best = output.logits[0].argmax(-1).tolist()
        wrong = next((i for i in range(len(tokens), len(best)) if best[i] != draft.tokens[i]), None)
        if wrong is None or drafter is model.net:
            return _found(output, draft.tokens, eos), output
        tokens = (*draft.tokens[:wrong], best[wrong])
        if tokens[-1] == eos or len(tokens) == limit:
            break
    output = model.net(src, torch.tensor([[bos, *tokens[:-1]]]))
    return _found(output, tokens, eos), output


def _found(output: Output, tokens: tuple[int, ...], eos: int) -> decode.Found:
    log_probs = output.logits[0].log_softmax(-1)
    log_prob = float(log_probs[range(len(tokens)), tokens].sum())
    return decode.Found(tokens, log_prob, log_prob, finished=tokens[-1] == eos)
