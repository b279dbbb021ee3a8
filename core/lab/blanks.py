"""What an encoder alone was trained for, asked of it: the words of blanks, and whether a sentence follows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from core.models import Model
from core.nn.bert import Bert
from core.text.blanks import blanked
from core.text.stories import stories


@dataclass(frozen=True, slots=True)
class Guessed:
    """How often it is right, and how often it was asked."""

    words: float  # of the chosen tokens
    n_words: int
    follows: float  # of pairs of templates that training never put together
    n_pairs: int


@torch.inference_mode()
def follows(model: Model[Bert], first: Sequence[int], second: Sequence[int]) -> float:
    """The probability that `second` follows `first` (NSP); ids without special tokens."""
    bos, eos = model.tokenizer.bos, model.tokenizer.eos
    tokens = torch.tensor([[bos, *first, eos, *second, eos]])
    segments = torch.tensor([[0] * (len(first) + 2) + [1] * (len(second) + 1)])
    return float(model.net(tokens, segments).follows.softmax(-1)[0, 0])


@torch.inference_mode()
def guesses(model: Model[Bert], sentences: Sequence[str], seed: int = 1, n_pairs: int = 2000) -> Guessed:
    """Blanks as in training, each filled in by the likeliest word; then stories."""
    tokenizer, rng, right, asked = model.tokenizer, random.Random(seed), 0, 0
    for ids in tokenizer.encode_ids(sentences):
        row = [tokenizer.bos, *ids[: model.info.config.max_len - 2], tokenizer.eos]
        seen = blanked(tokenizer, row, rng)
        best = model.net(torch.tensor([seen.ids])).logits[0].argmax(-1).tolist() if seen.chosen else []
        right += sum(best[i] == row[i] for i in seen.chosen)
        asked += len(seen.chosen)
    told = stories(seed, n_pairs, held_out=True)
    firsts, seconds = (tokenizer.encode_ids([getattr(one, side) for one in told]) for side in ("first", "second"))
    hits = sum((follows(model, a, b) > 0.5) == one.follows for a, b, one in zip(firsts, seconds, told, strict=True))
    return Guessed(right / max(asked, 1), asked, hits / n_pairs, n_pairs)
