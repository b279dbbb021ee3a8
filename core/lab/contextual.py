"""The same word in two sentences: is it still the same vector after each layer?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.trace import Axis, Floats


@dataclass(frozen=True, slots=True, eq=False)
class SameWord:
    """Cosines on each level, [level]: of the word with itself in the other sentence, and of all pairs of different
    words, one from each sentence, on average: what "not alike" is here."""

    cosine: Floats
    others: Floats


def shared_words(a: Axis, b: Axis) -> tuple[str, ...]:
    """Words of both sentences, written alike, in the order of the first; no special tokens.

    `The` and `the` are two words for the model: two embeddings that have nothing in common.
    """
    known = set(_words(b).values())
    return tuple(dict.fromkeys(word for word in _words(a).values() if word in known))


def same_word(a: Floats, b: Floats, axis_a: Axis, axis_b: Axis, word: str) -> SameWord:
    """a, b: [level, token, d_model], the two sentences on their way up. A word of several pieces is their mean; of
    several places the first. Raises `ValueError` when it is not in both."""
    words_a, words_b = _words(axis_a), _words(axis_b)
    i, j = _place(words_a, word), _place(words_b, word)
    left, right = _unit(_means(a, axis_a)), _unit(_means(b, axis_b))
    cosines = left @ right.transpose(0, 2, 1)  # [level, word, word]
    pairs = [(m, n) for m, x in words_a.items() for n, y in words_b.items() if x != y]
    others = np.mean([cosines[:, m, n] for m, n in pairs], axis=0) if pairs else np.full(len(a), np.nan)
    return SameWord(cosines[:, i, j].astype(np.float32), others.astype(np.float32))


def _words(axis: Axis) -> dict[int, str]:
    """Place -> word, without special tokens."""
    return {at: word for at, word in enumerate(axis.words) if not axis.special[axis.word_of.index(at)]}


def _place(words: dict[int, str], word: str) -> int:
    for at, name in words.items():
        if name == word:
            return at
    raise ValueError(f"{word!r} is not in both sentences")


def _means(states: Floats, axis: Axis) -> Floats:
    """[level, token, d] -> [level, word, d]."""
    members = np.equal.outer(np.arange(len(axis.words)), np.array(axis.word_of)).astype(np.float32)
    return np.asarray((members / members.sum(1, keepdims=True)) @ states)


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))
