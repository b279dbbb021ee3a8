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
# Hardly ten pairs name each month but October, and a month is as easily another as Tom is.
MONTHS = {
    "January": "janvier", "February": "février", "March": "mars", "April": "avril", "May": "mai", "June": "juin",
    "July": "juillet", "August": "août", "September": "septembre", "October": "octobre", "November": "novembre",
    "December": "décembre",
}  # fmt: skip
_ENGLISH_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})\b")  # with its capital: `may` and `march` are other words
_FRENCH_MONTH = re.compile(rf"\b(d'|de )?({'|'.join(MONTHS.values())})\b", re.IGNORECASE)
_FINAL = re.compile(r"\s*[.!?]+$")


def augment(pairs: Sequence[Pair], flags: Augmentation, seed: int) -> list[Pair]:
    """As many pairs as given, in the same order, some rewritten."""
    rng = random.Random(seed)
    swapped = [swap_names(pair, rng) if rng.random() < flags.names else pair for pair in pairs]
    if flags.months:
        swapped = [swap_months(pair, rng) if rng.random() < flags.months else pair for pair in swapped]
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


def swap_months(pair: Pair, rng: random.Random) -> Pair:
    """Months become others, the same on both sides, or stay where only one side names them. English and French, in
    either order."""
    english_first = bool(_ENGLISH_MONTH.search(pair[0]))
    english, french = pair if english_first else pair[::-1]
    named = {month.lower() for _, month in _FRENCH_MONTH.findall(french)}
    old = [month for month in dict.fromkeys(_ENGLISH_MONTH.findall(english)) if MONTHS[month] in named]
    new = dict(zip(old, rng.sample(list(MONTHS), len(old)), strict=True))  # two different ones stay different
    english = _ENGLISH_MONTH.sub(lambda found: new.get(found[0], found[0]), english)
    months = {MONTHS[month]: MONTHS[other] for month, other in new.items()}
    french = _FRENCH_MONTH.sub(lambda found: _french_month(found, months), french)
    return (english, french) if english_first else (french, english)


def _french_month(found: re.Match[str], months: dict[str, str]) -> str:
    """`d'octobre` is `de mai`, and the other way; a capital stays."""
    of, old = found[1] or "", found[2]
    if old.lower() not in months:
        return found[0]
    new = months[old.lower()]
    if of:
        of = of[0] + ("'" if new[0] in "ao" else "e ")
    return of + (new.capitalize() if old[0].isupper() else new)


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
