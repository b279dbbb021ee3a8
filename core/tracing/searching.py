"""The tokens that a search finds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import torch
from torch import Tensor

from core import decode, drafting
from core.errors import TextError
from core.models import Model
from core.nn.build import Output, Traced
from core.nn.transformer import Transformer
from core.search import Search
from core.text.tokenizer import Encoding
from core.tracing.reading import NEW_TOKENS

GREEDY = Search()


def output_limit(n_src: int, max_len: int) -> int:
    """How many tokens an output may have, `</s>` included: a model that repeats itself is cut off."""
    return min(2 * n_src + 10, max_len)


def find(
    model: Model[Traced],
    encoding: Encoding,
    search: Search,
    on_step: decode.OnStep = decode.unheard,
    watch: decode.Watch = decode.unheard,
) -> list[decode.Found]:
    """The outputs that a search finds, best first; `watch` hears what a beam of 2 or more considers."""
    return found_and_pass(model, encoding, search, on_step, watch)[0]


@torch.inference_mode()
def found_and_pass(
    model: Model[Traced],
    encoding: Encoding,
    search: Search,
    on_step: decode.OnStep,
    watch: decode.Watch = decode.unheard,
) -> tuple[list[decode.Found], Output | None]:
    """What was found, and the full pass over it where the search made one."""
    net = _Checked(model)
    eos, prefix = model.tokenizer.eos, search.prefix
    source, bos, most = _beginning(model, encoding)
    if model.info.architecture == "gpt" and (n := len(source) + len(prefix)) > model.info.config.max_len:
        raise TextError("too_long", n=n, limit=model.info.config.max_len)
    src, limits = torch.tensor([source]), [max(len(prefix), most)]
    if search.sampling:
        found = decode.sample(
            net, src, bos=bos, eos=eos, limits=limits, prefix=prefix, on_step=on_step, **asdict(search.sampling)
        )
        return found, None
    if search.beam > 1:
        found = decode.beam(
            net, src, bos=bos, eos=eos, limits=limits, prefix=prefix, on_step=on_step, watch=watch,
            width=search.beam, alpha=search.alpha,
        )[0]  # fmt: skip
        return found, None
    if not isinstance(model.net, Transformer):  # drafts are for the translator; a recurrent step is small
        return decode.greedy(net, src, bos=bos, eos=eos, limits=limits, prefix=prefix, on_step=on_step), None
    best, output = drafting.greedy(cast(Model, model), src, limits[0], prefix, on_step)
    return [best], output


def _beginning(model: Model[Any], encoding: Encoding) -> tuple[list[int], int, int]:
    """What a search reads, the token it is given before its own, and how many of these it may write."""
    tokenizer, ids = model.tokenizer, list(encoding.ids)
    if model.info.architecture == "gpt":  # its source is what it goes on with
        return [tokenizer.bos, *ids[:-1]], ids[-1], NEW_TOKENS
    return [*ids, tokenizer.eos], tokenizer.bos, output_limit(len(ids) + 1, model.info.config.max_len)


class _Checked:
    """The model as a `Stepper` that raises `ModelError` where a step's numbers overflow."""

    def __init__(self, model: Model[Traced]) -> None:
        self.model, net = model, cast(decode.Stepper[Any], model.net)
        self.start, self.reorder, self._step = net.start, net.reorder, net.step

    def step(self, state: Any, tokens: Tensor) -> tuple[Tensor, Any]:
        log_probs, state = self._step(state, tokens)
        return self.model.checked(log_probs), state
