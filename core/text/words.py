"""The words that a model met in training, in a file beside it, and those of a text that it did not."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Set
from pathlib import Path

WORDS = "words.txt"
MET = 3  # in so many sentences at least: below it, a word can hardly have been learned
_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+")  # letters and the accents that are typed after them


def met(sentences: Iterable[str]) -> list[str]:
    """Words of `MET` different sentences or more, without case, in order."""
    counts = Counter(word for sentence in set(sentences) for word in {_plain(one) for one in _WORD.findall(sentence)})
    return sorted(word for word, n in counts.items() if n >= MET)


def save(folder: Path, words: Iterable[str]) -> None:
    (folder / WORDS).write_text("".join(f"{word}\n" for word in words), "utf-8")


def load(folder: Path) -> frozenset[str] | None:
    """None where nobody wrote them down."""
    try:
        return frozenset((folder / WORDS).read_text("utf-8").split())
    except (OSError, ValueError):
        return None


def unknown(text: str, known: Set[str]) -> list[tuple[int, int]]:
    """Where the words of a text stand that are not among `known`: [start, end) in characters."""
    return [found.span() for found in _WORD.finditer(text) if _plain(found.group()) not in known]


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold()
