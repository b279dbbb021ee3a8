"""A Markov model of order n: what came after the last n tokens, counted; smoothed by what came after fewer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.config import MarkovConfig
from core.nn.windowed import Output


class Table(NamedTuple):
    """What was counted after histories of one length, sorted by history."""

    histories: Tensor  # [entries]: a history as one number
    words: Tensor  # [entries]
    counts: Tensor  # [entries]


class Markov(nn.Module):
    """p_n(w | h) = (c(h, w) + T(h) p_(n-1)(w | h')) / (c(h) + T(h)): Witten and Bell 1991, interpolated.

    c counts; T(h) is how many different words came after h; h' is h without its first token. p_(-1) is the same for
    every word. A history that never came leaves all to the shorter one.
    """

    def __init__(self, config: MarkovConfig) -> None:
        super().__init__()
        self.config = config
        shape = config.entries, config.order + 1
        # Parameters, so that they are saved and loaded as every model's are; nothing trains them.
        self.grams = nn.Parameter(torch.zeros(shape, dtype=torch.int16), requires_grad=False)
        self.counts = nn.Parameter(torch.ones(config.entries, dtype=torch.int32), requires_grad=False)

    def forward(self, tokens: Int[Tensor, "b n"], order: int | None = None) -> Output:
        """Log-probabilities, the logits of a softmax that changes nothing; `tokens` begin with `<s>`.

        order: as a model of a lower order, 0 (how often each word comes) or more.
        """
        rows = [[self.probabilities(row[: i + 1], order).log() for i in range(len(row))] for row in tokens.tolist()]
        return Output(torch.stack([torch.stack(row) for row in rows]))

    def probabilities(self, history: Sequence[int], order: int | None = None) -> Float[Tensor, " vocab"]:
        """Of each next token; before the history there is nothing but `<s>`."""
        order = self.config.order if order is None else order
        if not 0 <= order <= self.config.order:
            raise ValueError(f"order {order} is not between 0 and {self.config.order}")
        last = [*[self.config.bos] * order, *history][-order:] if order else []
        p = torch.full((self.config.vocab_size,), 1 / self.config.vocab_size, dtype=torch.float64)
        for n in range(order + 1):
            counted, kinds = self.counted(last[order - n :])
            if kinds:
                p = (counted + kinds * p) / (counted.sum() + kinds)
        return p.float()

    def counted(self, history: Sequence[int]) -> tuple[Float[Tensor, " vocab"], int]:
        """How often each word came after a history of at most `order` tokens, and how many words did."""
        table = self.tables[len(history)]
        key = torch.tensor(_number(history, self.config.vocab_size))
        low, high = (int(torch.searchsorted(table.histories, key, right=right)) for right in (False, True))
        out = torch.zeros(self.config.vocab_size, dtype=torch.float64)
        out[table.words[low:high]] = table.counts[low:high].double()
        return out, high - low

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """For histories of 0 .. order tokens; the shorter are sums over the longest."""
        vocab, order = self.config.vocab_size, self.config.order
        grams = self.grams.long()
        out = []
        for n in range(order + 1):
            keys = torch.zeros(len(grams), dtype=torch.long)
            for column in range(order - n, order + 1):
                keys = keys * vocab + grams[:, column]
            unique, where = keys.unique(return_inverse=True)
            counts = torch.zeros(len(unique), dtype=torch.long).scatter_add_(0, where, self.counts.long())
            out.append(Table(unique // vocab, unique % vocab, counts))
        return tuple(out)


def _number(history: Sequence[int], vocab: int) -> int:
    key = 0
    for token in history:
        key = key * vocab + token
    return key


def count(sentences: Sequence[Sequence[int]], order: int, bos: int) -> tuple[Int[Tensor, "e n"], Int[Tensor, " e"]]:
    """Every sequence of order + 1 tokens in the sentences, `</s>` at their ends, and how often it came."""
    grams = [
        padded[i : i + order + 1] for ids in sentences for padded in ([*[bos] * order, *ids],) for i in range(len(ids))
    ]
    found, counts = torch.tensor(grams, dtype=torch.int16).unique(dim=0, return_counts=True)
    return found, counts.int()
