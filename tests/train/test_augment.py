"""Training pairs as people type them: what changes, on which side, and how often."""

from __future__ import annotations

import random
import re

import pytest

from core.config import Augmentation
from core.text.corpus import Pair
from core.train.augment import FEMALE, MALE, MONTHS, augment, elide, join, plain, swap_months, swap_names

NOTHING = Augmentation(plain=0, joined=0, names=0)
MANY = [(f"This is number {i}.", f"C'est le numéro {i}.") for i in range(2000)]


def test_the_same_seed_writes_the_same_pairs(pairs: list[Pair]):
    flags = Augmentation(0.5, 0.5, 0.5)
    assert augment(pairs, flags, 1) == augment(pairs, flags, 1)
    assert augment(pairs, flags, 1) != augment(pairs, flags, 2)


def test_without_shares_nothing_changes(pairs: list[Pair]):
    assert augment(pairs, NOTHING, 1) == pairs


def test_there_are_as_many_pairs_as_before(pairs: list[Pair]):
    assert len(augment(pairs, Augmentation(1, 1, 1), 1)) == len(pairs)
    one = [("I know Tom.", "Je connais Tom.")]
    assert len(augment(one, Augmentation(1, 1, 1), 1)) == 1


def test_names_change_alike_on_both_sides(pairs: list[Pair]):
    seen = set()
    for seed in range(20):
        for (src, tgt), (old, _) in zip(augment(pairs, Augmentation(0, 0, 1), seed), pairs, strict=True):
            for name, others in (("Tom", MALE), ("Mary", FEMALE)):
                if name not in old:
                    continue
                (new,) = set(others) & set(re.findall(r"\w+", src))
                assert re.search(rf"\b{new}\b", tgt)
                assert name not in src + tgt
                seen.add(new)
    assert len(seen) > 20


def test_names_that_one_side_leaves_out_stay():
    rng = random.Random(0)
    for pair in (("Tom is ill.", "Il est malade."), ("He is ill.", "Tom est malade."), ("Tomorrow.", "Demain.")):
        assert swap_names(pair, rng) == pair


def test_names_keep_the_gender_french_agrees_with():
    assert not set(MALE) & set(FEMALE)
    assert "Tom" not in MALE
    assert "Mary" not in FEMALE


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("le chat de Anna", "Anna", "le chat d'Anna"),
        ("Je pense que Emil est là.", "Emil", "Je pense qu'Emil est là."),
        ("Que Oscar vienne !", "Oscar", "Qu'Oscar vienne !"),
        ("De Ines à Paul", "Ines", "D'Ines à Paul"),
        ("lorsque Adam dort", "Adam", "lorsqu'Adam dort"),
        ("le chat de Paul", "Paul", "le chat de Paul"),
        ("le chat de Hana", "Hana", "le chat de Hana"),
        ("une Anna", "Anna", "une Anna"),
        ("de Annabelle", "Anna", "de Annabelle"),
    ],
)
def test_french_elides_before_a_vowel(text: str, name: str, wanted: str):
    assert elide(text, name) == wanted


def test_a_swapped_name_is_elided():
    written = {swap_names(("Tom's cat", "le chat de Tom"), random.Random(seed)) for seed in range(300)}
    assert ("Oscar's cat", "le chat d'Oscar") in written
    assert ("Paul's cat", "le chat de Paul") in written


@pytest.mark.parametrize("english_first", [True, False])
def test_months_change_alike_on_both_sides(english_first: bool):
    pair = ("I swim in September, not in July.", "Je nage en septembre, pas en juillet.")
    seen = set()
    for seed in range(300):
        written = swap_months(pair if english_first else pair[::-1], random.Random(seed))
        english, french = written if english_first else written[::-1]
        first, second = re.fullmatch(r"I swim in (\w+), not in (\w+)\.", english).groups()
        assert french == f"Je nage en {MONTHS[first]}, pas en {MONTHS[second]}."
        assert first != second
        seen.add(first)
    assert seen == set(MONTHS)


def test_a_swapped_month_is_elided_and_keeps_its_capital():
    old = ("In October. The end of October.", "Octobre. La fin d'octobre.")
    written = {swap_months(old, random.Random(seed)) for seed in range(300)}
    assert ("In May. The end of May.", "Mai. La fin de mai.") in written
    assert ("In August. The end of August.", "Août. La fin d'août.") in written
    back = {swap_months(("The end of May.", "La fin de mai."), random.Random(seed)) for seed in range(300)}
    assert ("The end of April.", "La fin d'avril.") in back


@pytest.mark.parametrize(
    "pair",
    [
        ("Mars is a planet.", "Mars est une planète."),
        ("May I go in April?", "Puis-je partir ?"),
        ("We march.", "Nous partons en mars."),
        ("He came in June.", "Il est venu en juillet."),
    ],
)
def test_months_that_one_side_leaves_out_stay(pair: Pair):
    assert {swap_months(pair, random.Random(seed)) for seed in range(30)} == {pair}
    assert {swap_months(pair[::-1], random.Random(seed)) for seed in range(30)} == {pair[::-1]}


def test_joined_pairs_are_concatenations(pairs: list[Pair]):
    for (src, tgt), first in zip(augment(pairs, Augmentation(0, 1, 0), 1), pairs, strict=True):
        assert any(
            (src, tgt) == join([first, *rest])
            for rest in ([[p] for p in pairs] + [[p, q] for p in pairs for q in pairs])
        )


def test_joining_on_paper():
    assert join([("A.", "a."), ("B?", "b ?"), ("C", "c")]) == ("A. B? C", "a. b ? c")


def test_plain_rewrites_the_source_alone(pairs: list[Pair]):
    for (src, tgt), (old_src, old_tgt) in zip(augment(pairs, Augmentation(1, 0, 0), 1), pairs, strict=True):
        assert tgt == old_tgt
        bare = old_src.rstrip(".!? ")
        assert src in {old_src.lower(), bare, bare.lower()}


def test_plain_on_paper():
    written = {plain("Is Tom here ?!", random.Random(seed)) for seed in range(30)}
    assert written == {"is tom here", "is tom here ?!", "Is Tom here"}
    assert {plain("...", random.Random(seed)) for seed in range(30)} == {"..."}  # never emptied


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_shares_are_about_what_the_flags_say(share: float):
    bound = 4 * (share * (1 - share) / len(MANY)) ** 0.5  # four standard deviations
    for flags in (Augmentation(share, 0, 0), Augmentation(0, share, 0)):
        changed = sum(new != old for new, old in zip(augment(MANY, flags, 1), MANY, strict=True))
        assert changed / len(MANY) == pytest.approx(share, abs=bound)
    named = [("I know Tom.", "Je connais Tom.")] * len(MANY)
    dated = [("I swim in March.", "Je nage en mars.")] * len(MANY)
    for pairs, flags, kept in ((named, Augmentation(0, 0, share), 0), (dated, Augmentation(0, 0, 0, share), 1 / 12)):
        changed = sum(new != old for new, old in zip(augment(pairs, flags, 1), pairs, strict=True))
        assert changed / len(pairs) == pytest.approx(share * (1 - kept), abs=bound)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_that_is_none_raises(share: float):
    with pytest.raises(ValueError, match="is not a share between 0 and 1"):
        Augmentation(joined=share)
