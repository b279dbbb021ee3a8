"""The whole trace of a sentence against Hugging Face MarianMT of the same shape and weights, greedy, 32 tokens.

Ours is `core.tracing.trace` as the app calls it: tokenize, search, read every map as a numpy array with its labels and
the ten likeliest tokens of each step. Theirs is `generate` with attentions alone, on token ids; stitching its 32 steps
of weights into maps is not counted. The sentences are the first of a list whose translations have 32 tokens, `</s>`
included: both stop by themselves. CPU is the processor's time of the same calls: what is left of the wall's where
others wait for the machine, too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

import torch
from sentences import long_sentences
from timing import head, joined, on_two_clocks, options, row
from torch import Tensor

from core.models import Model, load_model
from core.tracing import trace
from tests.nn.test_marian import as_marian


def long_enough(model: Model, tokens: int, count: int) -> list[str]:
    traces = (trace(model, text) for text in long_sentences())
    found = [t.src_text for t in islice((t for t in traces if len(t.steps) == tokens and t.finished), count)]
    if not found:
        raise SystemExit(f"no sentence of the list has a translation of {tokens} tokens")
    return found


def generating(model: Model, tokens: int) -> Callable[[str], Tensor]:
    """Marian with the model's weights: a sentence -> the ids that it wrote."""
    theirs: Any = as_marian(model.net).eval()
    theirs.generation_config.forced_eos_token_id = None  # Marian's own default ends the last token by force

    @torch.inference_mode()
    def generate(src: Tensor) -> Any:
        return theirs.generate(
            src, attention_mask=torch.ones_like(src), do_sample=False, num_beams=1, max_new_tokens=2 * tokens,
            output_attentions=True, return_dict_in_generate=True,
        )  # fmt: skip

    return lambda text: generate(torch.tensor([[*model.tokenizer.encode(text).ids, model.tokenizer.eos]])).sequences[0]


def check(model: Model, text: str, wrote: list[int]) -> None:
    """Both wrote the same: else the weights differ, and so would the work."""
    ours = trace(model, text)
    if len(ours.steps) != len(wrote) or ours.tgt_text != model.tokenizer.decode(wrote):
        raise ValueError(f"ours wrote {len(ours.steps)} tokens, {ours.tgt_text!r}; theirs {wrote}")


def main() -> None:
    from transformers.utils import logging

    o = options(__doc__, tokens=32, sentences=8, repeats=5)
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    torch.set_num_threads(1)
    model = load_model("transformer-en-fr")
    generate, each = generating(model, o.tokens), []
    for text in long_enough(model, o.tokens, o.sentences):
        check(model, text, generate(text)[1:].tolist())
        each.append(on_two_clocks(partial(trace, model, text), partial(generate, text), o.repeats))
    head(f"trace of a sentence, {o.tokens} tokens out, 1 thread", "clock", "ours", "MarianMT", "theirs / ours", "pairs")
    walls, cpus = zip(*each, strict=True)
    row(f"{len(each)} sentences", "wall", *joined(walls).cells(), len(each) * o.repeats)
    row("", "CPU", *joined(cpus).cells(), len(each) * o.repeats)
    row("the worst of them", "CPU", *min(cpus, key=lambda p: p.ratio).cells(), o.repeats)
    row("the best of them", "CPU", *max(cpus, key=lambda p: p.ratio).cells(), o.repeats)


if __name__ == "__main__":
    main()
