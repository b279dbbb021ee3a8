"""What comes next? A text read by a language model: how likely each piece was, and what it expects now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.config import MarkovConfig, WindowConfig
from core.models import Model
from core.nn.build import NextWord
from core.trace import Axis, Candidate, Floats
from core.tracing import axis, encoded, label

TOP_K = 8
LOG_2 = float(np.log(2))


@dataclass(frozen=True, slots=True, eq=False)
class NextWords:
    """One model and one text.

    read: the text's pieces. bits: [piece], -log2 p(piece given those before it). top: what it expects next, the
    likeliest first. horizon: how many of the last pieces it sees; None: all of them.
    """

    read: Axis
    bits: Floats
    top: tuple[Candidate, ...]
    horizon: int | None

    @property
    def perplexity(self) -> float:
        """2 to the mean bits of a piece; 1 for a text without any."""
        return float(2 ** self.bits.mean()) if len(self.bits) else 1.0

    @property
    def word_bits(self) -> Floats:
        """[word]: the sum over its pieces, so that models' words can be compared however they were cut."""
        sums = np.zeros(len(self.read.words), np.float32)
        np.add.at(sums, list(self.read.word_of), self.bits)
        return sums

    @property
    def seen(self) -> tuple[bool, ...]:
        """[piece]: may it matter for what comes next?"""
        n = len(self.read)
        return tuple(self.horizon is None or n - i <= self.horizon for i in range(n))


@torch.inference_mode()
def next_words(model: Model[NextWord], text: str, order: int | None = None) -> NextWords:
    """Raises `TextError`; an empty text is the beginning of a sentence. order: of a Markov model, as one of this."""
    tokenizer, config = model.tokenizer, model.info.config
    ids = encoded(tokenizer, text, model.info.src, config.max_len - 1).ids if text.strip() else ()
    inputs = torch.tensor([[tokenizer.bos, *ids]])
    net: Any = model.net
    logits = (net(inputs) if order is None else net(inputs, order)).logits[0]
    log_probs = model.checked(logits).float().log_softmax(-1)
    best = log_probs[-1].topk(TOP_K)
    found = best.indices.tolist()
    return NextWords(
        axis(tokenizer, ids),
        (-log_probs[range(len(ids)), list(ids)] / LOG_2).numpy(),
        tuple(
            Candidate(label(piece), value, i)
            for piece, value, i in zip(tokenizer.pieces(found), best.values.tolist(), found, strict=True)
        ),
        horizon(config, order),
    )


def horizon(config: Any, order: int | None = None) -> int | None:
    """How many of the last pieces a model sees; None: all."""
    if isinstance(config, MarkovConfig):
        return config.order if order is None else order
    return config.window if isinstance(config, WindowConfig) else None


def added(model: Model[NextWord], text: str, token: int) -> str:
    """The text with one more piece; an end leaves it as it is."""
    tokenizer = model.tokenizer
    ids = encoded(tokenizer, text, model.info.src, model.info.config.max_len).ids if text.strip() else ()
    return tokenizer.decode((*ids, token))
