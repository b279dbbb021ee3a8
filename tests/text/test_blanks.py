"""BERT's corruption: the shares over many draws, and what never happens."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from core.text.blanks import Rates, corrupt

MASK, SPARED, WORDS = 99, frozenset((1, 2)), range(10, 90)
IDS = (1, *range(10, 30), 2)


def draws(rates: Rates, n: int = 2000) -> Counter[str]:
    rng = random.Random(3)
    return Counter(
        fate
        for _ in range(n)
        for fate in corrupt(IDS, rng, mask=MASK, vocabulary=WORDS, spared=SPARED, rates=rates).fates[1:-1]
    )


def test_shares_over_many_draws_are_those_asked_for():
    found = draws(Rates())
    chosen = found.total() - found["kept"]
    assert chosen / found.total() == pytest.approx(0.15, abs=0.005)
    for fate, share in (("masked", 0.8), ("random", 0.1), ("unchanged", 0.1)):
        assert found[fate] / chosen == pytest.approx(share, abs=0.01), fate


def test_other_rates_are_kept_too():
    assert draws(Rates(0, 1, 0), 50).keys() == {"kept"}
    assert draws(Rates(1, 1, 0), 50).keys() == {"masked"}
    assert draws(Rates(1, 0, 0), 50).keys() == {"unchanged"}
    assert draws(Rates(1, 0, 1), 50).keys() == {"random"}


def test_each_fate_does_what_it_says():
    rng = random.Random(0)
    for _ in range(200):
        one = corrupt(IDS, rng, mask=MASK, vocabulary=WORDS, spared=SPARED, rates=Rates(0.5, 0.4, 0.3))
        assert one.fates[0] == one.fates[-1] == "kept"
        assert one.chosen == tuple(i for i, fate in enumerate(one.fates) if fate != "kept")
        for before, after, fate in zip(IDS, one.ids, one.fates, strict=True):
            assert after == MASK if fate == "masked" else after in WORDS if fate == "random" else after == before


def test_a_seed_draws_the_same_again():
    def draw(seed: int) -> object:
        return corrupt(IDS, random.Random(seed), mask=MASK, vocabulary=WORDS, spared=SPARED)

    assert draw(5) == draw(5) != draw(6)


@pytest.mark.parametrize("shares", [(1.1, 0.8, 0.1), (0.15, 0.8, 0.3), (-0.1, 0.8, 0.1)])
def test_shares_that_are_none_raise(shares: tuple[float, float, float]):
    with pytest.raises(ValueError, match="shares"):
        Rates(*shares)
