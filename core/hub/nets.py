"""transformers' models as `Stepper`s (core/decode.py): our searches run on them, one token at a time, cached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor


class CausalState(NamedTuple):
    cache: Any  # transformers' cache; it grows in place


class Causal:
    """A decoder-only model: `src` is the text so far but for its last token, which `step` is given first."""

    def __init__(self, net: Any) -> None:
        self.net = net

    def start(self, src: Tensor) -> CausalState:
        from transformers import DynamicCache

        cache = DynamicCache(config=self.net.config)
        if src.size(1):
            self.net(input_ids=src, past_key_values=cache, use_cache=True)
        return CausalState(cache)

    def step(self, state: CausalState, tokens: Tensor) -> tuple[Tensor, CausalState]:
        output = self.net(input_ids=tokens[:, None], past_key_values=state.cache, use_cache=True)
        return output.logits[:, -1].log_softmax(-1), CausalState(output.past_key_values)

    def reorder(self, state: CausalState, rows: Tensor) -> CausalState:
        state.cache.reorder_cache(rows)
        return state


class Seq2SeqState(NamedTuple):
    memory: Tensor  # [b, src, d_model]: the encoder's output
    cache: Any


class EncoderDecoder:
    """An encoder-decoder: `src` are the encoder's tokens, unpadded; it writes none of `banned`."""

    def __init__(self, net: Any, banned: Sequence[int] = ()) -> None:
        self.net, self.banned = net, banned

    def start(self, src: Tensor) -> Seq2SeqState:
        from transformers import DynamicCache, EncoderDecoderCache

        memory = self.net.get_encoder()(input_ids=src).last_hidden_state
        return Seq2SeqState(memory, EncoderDecoderCache(DynamicCache(), DynamicCache()))

    def step(self, state: Seq2SeqState, tokens: Tensor) -> tuple[Tensor, Seq2SeqState]:
        output = self.net(
            encoder_outputs=(state.memory,),
            decoder_input_ids=tokens[:, None],
            past_key_values=state.cache,
            use_cache=True,
        )
        return log_probs(output.logits[:, -1], self.banned), Seq2SeqState(state.memory, output.past_key_values)

    def reorder(self, state: Seq2SeqState, rows: Tensor) -> Seq2SeqState:
        state.cache.reorder_cache(rows)
        return state._replace(memory=state.memory[rows])


def log_probs(logits: Tensor, banned: Sequence[int]) -> Tensor:
    """Of the tokens that may be written: [..., vocab]."""
    if banned:
        logits = logits.index_fill(-1, torch.tensor(banned), -torch.inf)
    return logits.log_softmax(-1)


def weights(attentions: Any) -> Tensor | None:
    """transformers' tuple of [1, head, query, key] a layer -> [layer, head, query, key]; None if there are none."""
    if not attentions or any(not isinstance(one, Tensor) or one.dim() != 4 for one in attentions):
        return None
    if len({one.shape for one in attentions}) != 1:
        return None
    return torch.cat(tuple(attentions)).float()
