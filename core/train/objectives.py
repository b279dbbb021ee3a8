"""What a model is trained to do: write the next token, or fill blanks and tell what follows."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from core.config import TRANSLATORS
from core.text.blanks import Rates, blanked
from core.text.corpus import Pair
from core.text.stories import stories
from core.text.tokenizer import Tokenizer
from core.train.batches import Batch, Example, collate, encode_pairs, pad
from core.train.loss import cross_entropy

NO_PAIR = -100  # a label that torch's cross-entropy passes over
STORIES, ALONE = 0.25, 0.5  # pairs of sentences, as a share of the single ones; and where there are pairs alone


class Objective(Protocol):
    """From pairs to examples, from examples to a batch, from a batch to its loss."""

    def examples(
        self, pairs: Sequence[Pair], tokenizer: Tokenizer, max_tokens: int, seed: int
    ) -> Sequence[Example]: ...

    def batch(self, examples: Sequence[Any], tokenizer: Tokenizer, seed: int) -> Any:
        """Tensors by name, the `labels` among them; `seed` decides what is left to chance."""

    def loss(self, model: Any, batch: Any, pad: int, smoothing: float) -> Tensor: ...


def objective(architecture: str, alone: bool = False) -> Objective:
    """alone: `Blanks.alone`."""
    return Blanks(alone) if architecture == "bert" else NextToken(architecture in TRANSLATORS)


@dataclass(frozen=True)
class NextToken:
    """Each token from those before it, and from a source if there is one."""

    translates: bool

    def examples(self, pairs: Sequence[Pair], tokenizer: Tokenizer, max_tokens: int, seed: int) -> Sequence[Example]:
        """A language model has the source on both sides."""
        return encode_pairs(pairs if self.translates else [(src, src) for src, _ in pairs], tokenizer, max_tokens)

    def batch(self, examples: Sequence[Example], tokenizer: Tokenizer, seed: int) -> Batch:
        return collate(examples, tokenizer)

    def loss(self, model: Any, batch: Batch, pad: int, smoothing: float) -> Tensor:
        logits = model(*((batch.src, batch.tgt) if self.translates else (batch.tgt,))).logits
        return cross_entropy(logits.flatten(0, 1), batch.labels.flatten(), pad=pad, smoothing=smoothing)


class Marked(NamedTuple):
    """One sentence, or two and whether the second follows; ids, `</s>` at the end of each."""

    first: list[int]
    second: list[int]  # empty: there is one sentence alone
    follows: bool


class MarkedBatch(NamedTuple):
    tokens: Tensor  # [b, n]: <s> a </s>, or <s> a </s> b </s>, corrupted
    segments: Tensor  # [b, n]: 1 for the second sentence
    labels: Tensor  # [b, n]: the original of each chosen token, else `pad`
    follows: Tensor  # [b]: 0 follows, 1 does not, NO_PAIR


@dataclass(frozen=True)
class Blanks:
    """BERT's two (Devlin et al. 2019, section 3.1): the chosen tokens (MLM), and whether b follows a (NSP).

    alone: the second task only, nothing corrupted. Beside the first it would need far more text than there is here.
    """

    alone: bool = False

    def examples(self, pairs: Sequence[Pair], tokenizer: Tokenizer, max_tokens: int, seed: int) -> Sequence[Marked]:
        """The sources, one by one, and pairs of sentences from stories of a seed of their own."""
        sources = encode_pairs([(src, "") for src, _ in pairs], tokenizer, max_tokens)
        single = [] if self.alone else [Marked(src, [], False) for src, _ in sources]
        told = stories(seed, int((ALONE if self.alone else STORIES) * len(sources)), ladder=self.alone)
        ids = encode_pairs([(story.first, story.second) for story in told], tokenizer, sys.maxsize) if told else []
        double = [Marked(a, b, story.follows) for (a, b), story in zip(ids, told, strict=True)]
        return single + [one for one in double if 1 + len(one.first) + len(one.second) <= max_tokens]

    def batch(self, examples: Sequence[Marked], tokenizer: Tokenizer, seed: int) -> MarkedBatch:
        rng, rates = random.Random(seed), Rates(chosen=0.0) if self.alone else Rates()
        rows = [[tokenizer.bos, *one.first, *one.second] for one in examples]
        seen = [blanked(tokenizer, row, rng, rates) for row in rows]
        labels = [
            [token if fate != "kept" else tokenizer.pad for token, fate in zip(row, one.fates, strict=True)]
            for row, one in zip(rows, seen, strict=True)
        ]
        return MarkedBatch(
            pad([one.ids for one in seen], tokenizer.pad),
            pad([[0] * (1 + len(one.first)) + [1] * len(one.second) for one in examples], 0),
            pad(labels, tokenizer.pad),
            torch.tensor([(not one.follows) if one.second else NO_PAIR for one in examples], dtype=torch.long),
        )

    def loss(self, model: Any, batch: MarkedBatch, pad: int, smoothing: float) -> Tensor:
        """The sum of both means; a batch may have no pair, or nothing chosen."""
        chosen = batch.labels != pad
        output = model(batch.tokens, batch.segments, chosen)
        loss = output.follows.sum() * 0
        if chosen.any():
            loss = loss + cross_entropy(output.logits, batch.labels[chosen], pad=pad, smoothing=smoothing)
        if (batch.follows != NO_PAIR).any():
            loss = loss + functional.cross_entropy(output.follows.float(), batch.follows, ignore_index=NO_PAIR)
        return loss
