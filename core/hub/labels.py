"""Names for a foreign tokenizer's tokens, in the same form as our own: no start-of-word marks, words put together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from core.trace import Axis

Span = tuple[int, int]
_SPACE = "\u2581"
_MARKS = (_SPACE, "\u0120")  # SentencePiece's and GPT-2's space before a word
_GOES_ON = "##"  # WordPiece's later piece of a word


def axis(
    tokenizer: Any, ids: Sequence[int], text: str = "", spans: Sequence[Span] = (), writes: Sequence[int] = ()
) -> Axis:
    """Name `ids`; `spans` say where each stands in `text` (a pair's one after the other, as `reading.Read` has them).

    Without spans (a slow tokenizer, or an output that reads back as other tokens) SentencePiece's marks begin the
    words; where a tokenizer has no such marks, each token is a word of its own.
    """
    special = set(tokenizer.all_special_ids)
    tokens = names(tokenizer, ids)
    specials = [i in special for i in ids]
    raw = [] if spans else _with_marks(tokenizer, ids)
    starts = _marked(raw, specials) if raw else _starts(text, spans, specials) if spans else [True] * len(ids)
    word_of = [sum(starts[: i + 1]) - 1 for i in range(len(ids))]
    words = [""] * (word_of[-1] + 1 if word_of else 0)
    for i, word in enumerate(word_of):
        if specials[i] or not (spans or raw):
            words[word] = tokens[i]
        elif raw:
            words[word] = "".join(raw[word_of.index(word) : i + 1]).strip(_SPACE) or tokens[i]
        else:
            begin = spans[word_of.index(word)][0]
            words[word] = text[begin : spans[i][1]].strip() or tokens[i]
    return Axis(tuple(tokens), tuple(word_of), tuple(words), tuple(specials), tuple(names(tokenizer, writes)))


def names(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """Each token as people write it: its text, or its raw name where it is a part of a character."""
    found = []
    for token in _spelled(tokenizer, ids):
        text = token
        for mark in _MARKS:
            text = text.removeprefix(mark)
        if not token.isascii() and not token.startswith(_SPACE):  # byte-level pieces spell é as Ã©
            plain = tokenizer.convert_tokens_to_string([token]).strip()
            text = text if "\ufffd" in plain or not plain else plain
        text = text.removeprefix(_GOES_ON) if text != _GOES_ON else text
        text = text.replace("\u010a", "\u21b5")  # a line break
        found.append(text if text.strip(" ") else "\u2423" * max(len(text), 1))  # lone spaces
    return found


def _starts(text: str, spans: Sequence[Span], special: Sequence[bool]) -> list[bool]:
    """Which tokens begin a word: those after a gap, at punctuation, and the special ones; a lone space has begun it."""
    bare = [_bare(text, span) for span in spans]
    return [True] + [
        special[i]
        or special[i + 1]
        or (here[0] > before[1])
        or (here[0] >= before[1] > before[0] and not (_inside(text, here[0]) and _inside(text, before[1] - 1)))
        for i, (before, here) in enumerate(pairwise(bare))
    ]


def _with_marks(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """The tokens as SentencePiece spells them; none where the tokenizer has no such marks."""
    raw = _spelled(tokenizer, ids)
    return raw if any(token.startswith(_SPACE) for token in raw) else []


def _spelled(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """As the tokenizer spells them; an output layer may have more rows than there are tokens (T5's has 28)."""
    spelled = tokenizer.convert_ids_to_tokens([int(i) for i in ids])
    return [f"[{i}]" if token is None else token for i, token in zip(ids, spelled, strict=True)]


def _marked(raw: Sequence[str], special: Sequence[bool]) -> list[bool]:
    """The same by SentencePiece's marks."""
    return [True] + [
        special[i]
        or special[i + 1]
        or here.startswith(_SPACE)
        or (before != _SPACE and not (_inside(before, len(before) - 1) and _inside(here, 0)))
        for i, (before, here) in enumerate(pairwise(raw))
    ]


def _bare(text: str, span: Span) -> Span:
    """Some tokenizers count the space before a word as part of it."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _inside(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] in "'\u2019-_" or ord(text[at]) > 0x2FFF)
