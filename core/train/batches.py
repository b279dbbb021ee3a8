"""Sentences of like length into batches of about as many padded tokens each."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from core.text.tokenizer import Tokenizer

Ids = list[int]
Example = tuple[Any, ...]  # its first two are the ids of either side


class Batch(NamedTuple):
    src: Tensor  # [b, src]: x1 .. xn </s>
    tgt: Tensor  # [b, tgt]: <s> y1 .. ym, the decoder's inputs
    labels: Tensor  # [b, tgt]: y1 .. ym </s>


def encode_pairs(pairs: Sequence[tuple[str, str]], tokenizer: Tokenizer, max_tokens: int) -> list[tuple[Ids, Ids]]:
    """Both sides as ids, `</s>` at the end; pairs longer than `max_tokens` on either side are left out."""
    src = tokenizer.encode_ids([s for s, _ in pairs])
    tgt = tokenizer.encode_ids([t for _, t in pairs])
    end = [tokenizer.eos]
    short = [(s + end, t + end) for s, t in zip(src, tgt, strict=True) if max(len(s), len(t)) < max_tokens]
    if not short:
        raise ValueError(f"none of {len(pairs)} pairs has at most {max_tokens} tokens a side")
    return short


def typical_tokens(examples: Sequence[Example]) -> int:
    """The pieces that 99 of 100 sources have at most, `</s>` not counted: beyond it, little has been learned."""
    lengths = sorted(len(one[0]) - 1 for one in examples)
    return lengths[math.ceil(0.99 * len(lengths)) - 1]


def bucket(examples: Sequence[Example], batch_tokens: int, seed: int) -> list[list[int]]:
    """Indices of each batch: sorted by length (ties at random), cut by padded size, batches shuffled."""
    rng = random.Random(seed)
    order = sorted(range(len(examples)), key=lambda i: (len(examples[i][1]), len(examples[i][0]), rng.random()))
    batches: list[list[int]] = []
    src = tgt = 0
    for i in order:
        s, t = len(examples[i][0]), len(examples[i][1])
        size = len(batches[-1]) + 1 if batches else 0
        if not batches or (max(src, s) + max(tgt, t)) * size > batch_tokens:
            batches.append([])
            src = tgt = 0
        batches[-1].append(i)
        src, tgt = max(src, s), max(tgt, t)
    rng.shuffle(batches)
    return batches


def collate(examples: Sequence[Example], tokenizer: Tokenizer) -> Batch:
    src = pad([one[0] for one in examples], tokenizer.pad)
    tgt = pad([[tokenizer.bos, *one[1][:-1]] for one in examples], tokenizer.pad)
    labels = pad([one[1] for one in examples], tokenizer.pad)
    return Batch(src, tgt, labels)


def pad(rows: Sequence[Sequence[int]], pad: int) -> Tensor:
    """[b, longest], short rows filled up on the right."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])
