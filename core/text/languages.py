"""Which languages a corpus is in, so that one file serves both directions of a translator."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from core.text.corpus import CorpusError, Pair, read_pairs
from core.text.script import main_script

# Words of every other sentence that the other languages do not have.
COMMON = {
    "en": set("the i you is to he she it that of was do my are what we have this will not your for".split()),
    "fr": set("le la les je est vous il elle un une de pas que ne des tu et nous ce du dans pour".split()),
}
READ = 2000  # sentences, from all over a corpus, are enough to tell
SHARE = 0.04  # of all words: below it, nobody can say


def language_of(texts: Sequence[str]) -> str | None:
    """By the script, then by the commonest words; None where neither tells."""
    seen = texts[:: max(1, len(texts) // READ)]
    script = main_script(" ".join(seen))
    if script == "HANGUL":
        return "ko"
    words = Counter(re.findall(r"[^\W\d_]+", " ".join(seen).lower()))
    shares = {language: sum(words[word] for word in common) for language, common in COMMON.items()}
    (first, most), (_, second) = sorted(shares.items(), key=lambda item: -item[1])
    return first if most > max(SHARE * words.total(), 2 * second) else None


def read_directed(path: Path, src: str, tgt: str) -> list[Pair]:
    """All pairs of a file, source first; `CorpusError` names the file."""
    pairs = read_pairs(path)
    try:
        return directed(pairs, src, tgt)
    except CorpusError as error:
        raise CorpusError(f"{path}: {error}") from error


def directed(pairs: list[Pair], src: str, tgt: str) -> list[Pair]:
    """Source first, whichever column it stands in; `CorpusError` where the corpus is in other languages.

    Pairs that tell nothing of their languages stay as they are, and so do those of a model of one language.
    """
    left, right = (language_of([pair[side] for pair in pairs]) for side in (0, 1))
    if src == tgt or (left in (src, None) and right in (tgt, None)):
        return pairs
    if left in (tgt, None) and right in (src, None):
        return [(b, a) for a, b in pairs]
    raise CorpusError(f"is a corpus of {left or '?'} and {right or '?'}, not of {src} and {tgt}")
