"""Training pairs as people type them.

The corpus has capitals and full stops throughout, hardly a pair beyond twenty
words and few names but Tom and Mary. Each epoch is augmented anew, by seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from core.config import Augmentation
from core.text.corpus import Pair

# Names that are written alike in both languages. A swap keeps the gender: French agrees with it.
MALE = (
    "Adam Alex Antoine Ben Carlos Charles Daniel David Emil Eric Felix Frank George Hugo Ivan Jack James Jihoon Jinho "
    "Joe Jonas Karim Kevin Leo Louis Lucas Marc Mark Martin Max Michael Mike Minho Minsu Mohamed Nathan Noah Oliver "
    "Oscar Paul Peter Robert Sam Seojun Simon Steve Taehyung Thomas Victor William Yuto"
).split()
FEMALE = (
    "Alice Amina Anna Camille Chloe Claire Emily Emma Eva Fatima Grace Hana Helen Ines Jane Jennifer Jimin Jisoo Julia "
    "Julie Kate Laura Lena Lily Lisa Lucy Maria Mia Mina Minji Nina Nora Olivia Rachel Rosa Sara Sarah Seoyeon Sofia "
    "Sophie Sue Susan Yuna Zoe"
).split()
_FINAL = re.compile(r"\s*[.!?]+$")


def augment(pairs: Sequence[Pair], flags: Augmentation, seed: int) -> list[Pair]:
    """As many pairs as given, in the same order, some rewritten."""
    rng = random.Random(seed)
    swapped = [swap_names(pair, rng) if rng.random() < flags.names else pair for pair in pairs]
    written = []
    for pair in swapped:
        if rng.random() < flags.joined:
            pair = join([pair, *rng.sample(swapped, min(rng.choice((1, 2)), len(swapped)))])
        if rng.random() < flags.plain:
            pair = (plain(pair[0], rng), pair[1])
        written.append(pair)
    return written


def swap_names(pair: Pair, rng: random.Random) -> Pair:
    """Tom and Mary become others, the same on both sides, or stay where only one side names them."""
    src, tgt = pair
    for old, others in (("Tom", MALE), ("Mary", FEMALE)):
        pattern = re.compile(rf"\b{old}\b")
        if pattern.search(src) and pattern.search(tgt):
            new = rng.choice(others)
            src, tgt = (elide(pattern.sub(new, side), new) for side in (src, tgt))  # English has nothing to elide
    return src, tgt


def elide(text: str, name: str) -> str:
    """French drops the e of de, que, ... before a vowel: `de Tom` is `d'Anna`."""
    if name[0] not in "AEIOU":
        return text
    return re.sub(rf"\b(d|qu|lorsqu|puisqu|jusqu|presqu)e (?={name}\b)", r"\1'", text, flags=re.IGNORECASE)


def join(pairs: Sequence[Pair]) -> Pair:
    return " ".join(src for src, _ in pairs), " ".join(tgt for _, tgt in pairs)


def plain(text: str, rng: random.Random) -> str:
    """Lower-cased, without its last punctuation, or (half of the time) both."""
    how = rng.choice(("both", "both", "lower", "unpunctuated"))
    if how != "unpunctuated":
        text = text.lower()
    if how != "lower":
        text = _FINAL.sub("", text) or text
    return text
