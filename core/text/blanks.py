"""The corruption that BERT learns from: some tokens are chosen, and most of them hidden (Devlin et al. 2019, 3.1)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.text.tokenizer import BYTES, SPECIALS, Tokenizer

Fate = Literal["kept", "masked", "random", "unchanged"]  # kept: not chosen


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares: of the tokens that are chosen; of the chosen ones that are hidden, or swapped for a random token."""

    chosen: float = 0.15
    masked: float = 0.80
    random: float = 0.10

    def __post_init__(self) -> None:
        shares = (self.chosen, self.masked, self.random, self.masked + self.random)
        if not all(0 <= share <= 1 + 1e-9 for share in shares):
            raise ValueError(f"{self} has shares that are not between 0 and 1")


@dataclass(frozen=True, slots=True)
class Corrupted:
    """A sequence as BERT gets to see it.

    ids: one for each token. fates: what happened to each. The loss asks for the original of each chosen token alone.
    """

    ids: tuple[int, ...]
    fates: tuple[Fate, ...]

    @property
    def chosen(self) -> tuple[int, ...]:
        """The places whose original token has to be found."""
        return tuple(i for i, fate in enumerate(self.fates) if fate != "kept")


def corrupt(
    ids: Sequence[int],
    rng: random.Random,
    *,
    mask: int,
    vocabulary: Sequence[int],
    spared: frozenset[int],
    rates: Rates = Rates(),
) -> Corrupted:
    """Choose tokens at random and hide them; tokens in `spared` (`<s>`, `</s>`, padding) are never chosen.

    vocabulary: what a random token is drawn from.
    """
    out, fates = list(ids), ["kept"] * len(ids)
    for i, token in enumerate(ids):
        if token in spared or rng.random() >= rates.chosen:
            continue
        fate = rng.random()
        if fate < rates.masked:
            out[i], fates[i] = mask, "masked"
        elif fate < rates.masked + rates.random:
            out[i], fates[i] = vocabulary[rng.randrange(len(vocabulary))], "random"
        else:
            fates[i] = "unchanged"
    return Corrupted(tuple(out), tuple(fates))  # type: ignore[arg-type]


def blanked(tokenizer: Tokenizer, ids: Sequence[int], rng: random.Random, rates: Rates = Rates()) -> Corrupted:
    """A sequence corrupted as in training; `<s>`, `</s>` and padding are spared, a random token is no byte."""
    return corrupt(
        ids, rng, mask=tokenizer.mask, vocabulary=range(len(SPECIALS) + len(BYTES), tokenizer.mask),
        spared=frozenset((tokenizer.pad, tokenizer.bos, tokenizer.eos)), rates=rates,
    )  # fmt: skip
