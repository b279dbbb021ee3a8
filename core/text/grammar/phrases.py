"""Subjects and noun phrases, in both languages at once.

Korean has no articles, so that each determiner has one Korean form: a - nothing, the - 그, this - 이, that - 저,
my - 내 (politely 제; of one's family 우리, 저희), two - 두 and a counter behind the noun. What is always said with
the (the door, the news) has it in its English and nothing in Korean.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from core.text.grammar.english import Subject, article
from core.text.grammar.lexicon import Adjective, Lexicon, Noun
from core.text.hangul import attach
from core.text.korean import Style, adnominal

NUMBERS = {"one": "한", "two": "두", "three": "세", "four": "네", "five": "다섯", "ten": "열"}
POINTERS = {"the": "그", "this": "이", "that": "저"}
OWNERS = {"my": ("내", "제"), "your": ("네", ""), "his": ("그의",) * 2, "her": ("그녀의",) * 2, "our": ("우리", "저희")}
PRONOUNS = {
    "I": ("나", "저", "me"),
    "you": ("너", "", "you"),
    "he": ("그", "그", "him"),
    "she": ("그녀", "그녀", "her"),
    "we": ("우리", "저희", "us"),
    "they": ("그들", "그들", "them"),
}
_CHANGED = {"나이": "내가", "저이": "제가", "너이": "네가", "누구이": "누가"}
_UNCOUNTED = frozenset("meal subject sport racket homework news light glasses shoes dish instrument bowed".split())
_GENERAL = frozenset("subject sport racket".split())  # Korean is difficult: 한국어는 어렵다


@dataclass(frozen=True, slots=True)
class Thing:
    """A noun phrase. `key` is its noun, for the combinations; `pairs` those of an adjective with it."""

    ko: str
    en: str
    key: str = ""
    plural: bool = False
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Who:
    """A subject. `ko` is empty where the polite language leaves out the hearer."""

    ko: str
    english: Subject
    key: str = ""
    honour: bool = False
    pronoun: str = ""  # what English says of it later on

    @property
    def told(self) -> bool:
        return self.english.en not in ("I", "we", "you")

    def marked(self, particle: str) -> str:
        return _CHANGED.get(self.ko + particle, attach(self.ko, particle)) if self.ko else ""


def pronoun(en: str, style: Style) -> Who:
    plain, humble, _ = PRONOUNS[en]
    person = "I" if en == "I" else "third" if en in ("he", "she") else "plural"
    polite = style != "plain"
    return Who(humble if polite else plain, Subject(en, person), en, polite and en == "you", en)  # type: ignore[arg-type]


def who(rng: random.Random, lexicon: Lexicon, style: Style, *, question: bool = False) -> Who:
    draw = rng.random()
    if draw < (0.4 if question else 0.3):
        return pronoun("you" if question else "I", style)
    if draw < 0.55:
        others = ("he", "she", "they") if question or style != "plain" else ("he", "she", "we", "they", "you")
        return pronoun(rng.choice(others), style)
    if draw < 0.75:
        name = rng.choice(lexicon.names)
        return Who(name.ko, Subject(name.en, "third"), name.en, pronoun="he" if "m" in name.kinds else "she")
    return _person(rng, lexicon, style)


def _person(rng: random.Random, lexicon: Lexicon, style: Style) -> Who:
    noun = rng.choice(lexicon.of(frozenset({"human"})))
    return as_subject(person(rng, noun, style), noun)


def as_subject(thing: Thing, noun: Noun) -> Who:
    subject = Subject(thing.en, "plural" if thing.plural else "third")
    return Who(thing.ko, subject, noun.ko, "hon" in noun.classes, pronoun="they" if thing.plural else "")


def person(rng: random.Random, noun: Noun, style: Style) -> Thing:
    """Somebody already known: my mother, the teacher, that boy."""
    if "title" in noun.classes:
        return rng.choice((Thing(noun.ko, f"the {noun.en}", noun.ko), owned(noun, "my", style)))
    if noun.classes & {"kin", "mine"}:
        return owned(noun, rng.choice(("my", "my", "my", "his", "her")), style)
    pointer = rng.choice(("the", "the", "this", "that"))
    return Thing(f"{POINTERS[pointer]} {noun.ko}", f"{pointer} {noun.en}", noun.ko)


def owned(noun: Noun, owner: str, style: Style, middle: tuple[str, str] = ("", "")) -> Thing:
    key = "our" if owner == "my" and noun.classes & {"kin", "title"} else owner
    ko = OWNERS[key][style != "plain"]
    return Thing(f"{ko} {middle[0]}{noun.ko}", f"{owner} {middle[1]}{noun.en}", noun.ko)


def thing(
    rng: random.Random, lexicon: Lexicon, noun: Noun, style: Style, *, known: bool = False, many: bool = False
) -> Thing:
    """Any noun phrase around it; `known`: one already spoken of; `many`: it may be counted."""
    if noun.classes & {"hon", "title", "kin", "mine"}:
        return person(rng, noun, style)
    if (
        noun.en.startswith("the ")
        or noun.classes & _GENERAL
        or (not known and noun.classes & (_UNCOUNTED | {"instrument", "bowed"}))
    ):
        en = f"the {noun.en}" if noun.classes & {"instrument", "bowed"} else noun.en
        return Thing(noun.ko, en, noun.ko)
    described = noun
    pairs: tuple[tuple[str, str], ...] = ()
    if rng.random() < 0.2:
        described, pairs = _described(rng, lexicon, noun)
    made = _determined(rng, described, style, known, many)
    return Thing(made.ko, made.en, noun.ko, made.plural, pairs)


def _determined(rng: random.Random, noun: Noun, style: Style, known: bool, many: bool) -> Thing:
    draw = rng.random()
    if not noun.many:
        if draw < 0.3 and noun.measure and many:
            return _measured(rng, noun)
        return _pointed(noun, "the") if known or draw > 0.8 else Thing(noun.ko, noun.en)
    if known or 0.35 <= draw < 0.75:
        if rng.random() < 0.25:
            owners = ("my", "his", "her", "our", *(("your",) if style == "plain" else ()))
            return owned(noun, rng.choice(owners), style)
        return _pointed(noun, rng.choice(("the", "the", "this", "that")))
    if draw < 0.35 or not many:
        return Thing(noun.ko, article(noun.en))
    if draw < 0.8:
        return Thing(f"많은 {noun.ko}", f"many {noun.many}", plural=True)
    number = rng.choice(tuple(NUMBERS))
    en = f"{number} {noun.en if number == 'one' else noun.many}"
    return Thing(f"{noun.ko} {NUMBERS[number]} {noun.counter}", en, plural=number != "one")


def _pointed(noun: Noun, pointer: str) -> Thing:
    several = "plural" in noun.classes
    en = {"this": "these", "that": "those"}.get(pointer, pointer) if several else pointer
    return Thing(f"{POINTERS[pointer]} {noun.ko}", f"{en} {noun.en}", plural=several)


def _measured(rng: random.Random, noun: Noun) -> Thing:
    number = rng.choice(("one", "two", "three"))
    measure = noun.measure + ("es" if noun.measure == "glass" else "s") * (number != "one")
    return Thing(
        f"{noun.ko} {NUMBERS[number]} {noun.counter}", f"{'a' if number == 'one' else number} {measure} of {noun.en}"
    )


def _described(rng: random.Random, lexicon: Lexicon, noun: Noun) -> tuple[Noun, tuple[tuple[str, str], ...]]:
    fitting = adjectives(lexicon, noun)
    if not fitting:
        return noun, ()
    one = rng.choice(fitting)
    ko, many = f"{adnominal(one.word, 'present')} {noun.ko}", f"{one.en} {noun.many}" if noun.many else ""
    described = Noun(ko, f"{one.en} {noun.en}", many, noun.counter, noun.measure, noun.classes)
    return described, ((one.en, noun.ko),)


@cache
def adjectives(lexicon: Lexicon, noun: Noun) -> list[Adjective]:
    return [one for one in lexicon.adjectives if noun.ko in one.of or noun.classes & one.of]


def generic(noun: Noun) -> Thing:
    """Apples, water: what one likes or hates altogether."""
    return Thing(noun.ko, noun.many or noun.en, noun.ko, bool(noun.many))


def somebody(rng: random.Random, lexicon: Lexicon, style: Style, subject: Who, *, low: bool = False) -> Thing:
    """Another person, as an object; `low`: nobody to whom one says 께."""
    while True:
        draw = rng.random()
        if draw < 0.3:
            en = rng.choice([p for p in PRONOUNS if p != "you" or style == "plain"])
            if _apart(en, subject):
                ko, humble, form = PRONOUNS[en]
                return Thing(humble if style != "plain" else ko, form, en)
        elif draw < 0.6:
            name = rng.choice(lexicon.names)
            if name.en != subject.key:
                return Thing(name.ko, name.en, name.en)
        else:
            noun = rng.choice(lexicon.of(frozenset({"human"})))
            if noun.ko != subject.key and not (low and "hon" in noun.classes):
                return person(rng, noun, style)


def _apart(en: str, subject: Who) -> bool:
    first, second = {"I", "we"}, {en, subject.key}
    return en != subject.key and not second <= first and not (subject.key in ("he", "she") and en == subject.key)
