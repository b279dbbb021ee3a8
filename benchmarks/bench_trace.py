"""The whole trace of a sentence against Hugging Face MarianMT of the same shape and weights, greedy, 32 tokens.

Ours is `core.tracing.trace` as the app calls it: tokenize, search, one teacher-forced pass, every map as a numpy
array with its labels, the ten likeliest tokens of each step. Theirs is `generate` with attentions alone, on token
ids; stitching its 32 steps of weights into maps is not counted.
"""

from __future__ import annotations

import functools
from types import MethodType
from typing import Any

import torch
from timing import head, options, row, side_by_side
from torch import Tensor

from core import decode, tracing
from core.models import Model, load_model
from core.shelf import installed
from tests.nn.test_marian import as_marian

SENTENCE = "A dog ate the food because it was hungry."


def never_end(model: Model, tokens: int) -> None:
    """Let search write exactly so many tokens: `</s>` is impossible, as `min_new_tokens` makes it for Marian."""
    net: Any = model.net
    plain, eos = net.step, model.tokenizer.eos

    def step(self: object, state: Any, tokens: Tensor) -> tuple[Tensor, Any]:
        log_probs, state = plain(state, tokens)
        log_probs[:, eos] = -torch.inf
        return log_probs, state

    net.step = MethodType(step, net)
    tracing.output_limit = lambda n_src, max_len: tokens


def main() -> None:
    from transformers.utils import logging

    o = options(__doc__, tokens=32, repeats=15)
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    torch.set_num_threads(1)
    model = load_model(installed()[0])
    theirs = as_marian(model.net).eval()
    theirs.generation_config.forced_eos_token_id = None  # Marian's own default ends the 32nd token by force
    never_end(model, o.tokens)
    src = torch.tensor([[*model.tokenizer.encode(SENTENCE).ids, model.tokenizer.eos]])
    generate = torch.inference_mode()(
        functools.partial(
            theirs.generate, src, attention_mask=torch.ones_like(src), do_sample=False, num_beams=1,
            min_new_tokens=o.tokens, max_new_tokens=o.tokens, output_attentions=True, return_dict_in_generate=True,
        )
    )  # fmt: skip
    check(model, src, generate(), o.tokens)
    pairs = side_by_side(lambda: tracing.trace(model, SENTENCE), generate, o.repeats)
    head("trace of one sentence, 1 thread", "ours", "MarianMT.generate", "theirs / ours", "pairs")
    row(f"{src.size(1)} tokens in, {o.tokens} out", *pairs.cells(), o.repeats)


def check(model: Model, src: Tensor, theirs: Any, tokens: int) -> None:
    """Both wrote the same: else the weights differ, and so would the work."""
    found = decode.greedy(model.net, src, bos=model.tokenizer.bos, eos=model.tokenizer.eos, limits=[tokens])
    wrote = tuple(theirs.sequences[0, 1:].tolist())
    if found[0].tokens != wrote or len(wrote) != tokens:
        raise ValueError(f"ours wrote {found[0].tokens}, theirs {wrote}")


if __name__ == "__main__":
    main()
