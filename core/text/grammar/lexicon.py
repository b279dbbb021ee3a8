"""The words of the English-Korean grammar, as the tables in assets/grammar list them.

A table is UTF-8 TSV; its first line, after #, names the columns. `-` is an empty cell. Classes tell which words go
together: a verb's `objects`, say, are classes of nouns or single nouns by their Korean form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.text.grammar.english import Forms, comparative, plural
from core.text.korean import Word, word

FOLDER = Path(__file__).parent.parent.parent.parent / "assets" / "grammar"


@dataclass(frozen=True, slots=True, eq=False)  # each is one of its table
class Noun:
    ko: str
    en: str
    many: str  # the plural; "" if it has none
    counter: str  # 권, 마리; "" if it is not counted
    measure: str  # English for the counter of what is poured: cup, glass, bowl
    classes: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)  # each is one of its table
class Verb:
    word: Word
    key: str  # Korean and English, for 쓰다 is to write and to wear
    forms: Forms
    after: str  # "up" of get up, "to" of listen to
    subjects: frozenset[str]
    frame: str
    objects: frozenset[str]
    at: frozenset[str]
    how: frozenset[str]
    other: frozenset[str]  # state and noprog: no progressive; past: only told of the past

    def value(self, name: str) -> str:
        """`hon=` and `neg=` name another stem that is used instead: 주무시 for 자다."""
        return next((one.removeprefix(f"{name}=") for one in self.other if one.startswith(f"{name}=")), "")


@dataclass(frozen=True, slots=True, eq=False)  # each is one of its table
class Adjective:
    word: Word
    en: str
    more: str
    of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Place:
    ko: str
    at: str
    to: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name, a time or an adverb; `kinds`: its gender, the tenses it goes with, or how or often or degree."""

    ko: str
    en: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)  # each is one of its table
class Lexicon:
    nouns: tuple[Noun, ...]
    verbs: tuple[Verb, ...]
    adjectives: tuple[Adjective, ...]
    places: tuple[Place, ...]
    times: tuple[Phrase, ...]
    adverbs: tuple[Phrase, ...]
    names: tuple[Phrase, ...]

    def of(self, classes: frozenset[str]) -> tuple[Noun, ...]:
        """The nouns of these classes, or named by their Korean form."""
        return _of(self, classes)


@cache
def _of(lexicon: Lexicon, classes: frozenset[str]) -> tuple[Noun, ...]:
    return tuple(noun for noun in lexicon.nouns if noun.ko in classes or noun.classes & classes)


@cache
def lexicon(folder: Path = FOLDER) -> Lexicon:
    phrases = {name: tuple(_phrase(row) for row in _rows(folder, name)) for name in ("times", "adverbs", "names")}
    return Lexicon(
        nouns=tuple(_noun(row) for row in _rows(folder, "nouns")),
        verbs=tuple(_verb(row) for row in _rows(folder, "verbs")),
        adjectives=tuple(_adjective(row) for row in _rows(folder, "adjectives")),
        places=tuple(Place(ko, at, to, _set(kinds)) for ko, at, to, kinds in _rows(folder, "places")),
        times=phrases["times"],
        adverbs=phrases["adverbs"],
        names=phrases["names"],
    )


def _rows(folder: Path, name: str) -> list[list[str]]:
    path = folder / f"{name}.tsv"
    head, *lines = path.read_text("utf-8").splitlines()
    columns = head.count("\t") + 1
    rows = [["" if cell == "-" else cell for cell in line.split("\t")] for line in lines]
    for number, row in enumerate(rows, 2):
        if len(row) != columns:
            raise ValueError(f"{path}:{number}: {len(row)} cells instead of {columns}")
    return rows


def _set(cell: str) -> frozenset[str]:
    return frozenset(cell.split())


def _noun(row: list[str]) -> Noun:
    ko, en, many, counter, classes = row
    counter, _, measure = counter.partition(":")
    return Noun(ko, en, plural(en) if many == "=" else many, counter, measure, _set(classes))


def _verb(row: list[str]) -> Verb:
    ko, irregular, forms, after, subjects, frame, objects, at, how, other = row
    base, third, past, participle, ing = forms.split()
    return Verb(
        word(ko, irregular),
        f"{ko.replace('|', '')} {base}{' ' * bool(after)}{after}",
        Forms(base, third, past, participle, ing),
        after,
        *(_set(subjects), frame, _set(objects), _set(at), _set(how), _set(other)),
    )


def _adjective(row: list[str]) -> Adjective:
    ko, irregular, en, more, of = row
    more = comparative(en) if more == "=" else f"more {en}" if more == "more" else more
    return Adjective(word(ko, irregular, adjective=True), en, more, _set(of))


def _phrase(row: list[str]) -> Phrase:
    ko, en, kinds = row
    return Phrase(ko, en, _set(kinds))
