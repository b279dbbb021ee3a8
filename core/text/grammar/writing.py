"""What every pattern of sentences is given: chance, words, a style; and what it answers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import NamedTuple

from core.text.grammar.choosing import Chooser
from core.text.grammar.lexicon import Lexicon
from core.text.korean import Style

Pairs = tuple[tuple[str, str], ...]


class Made(NamedTuple):
    """`pairs`: the combinations of words that the sentence shows."""

    english: str
    korean: str
    pairs: Pairs = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """How a sentence is said: its style and what opens it, in both languages."""

    style: Style = "plain"
    english: str = ""
    korean: str = ""
    answer: str = ""  # Yes or No: what follows agrees with it


class Writing:
    def __init__(self, lexicon: Lexicon, seed: int, *, strict: bool = False) -> None:
        self.rng = random.Random(seed)
        self.lexicon = lexicon
        self.strict = strict
        self.choose = Chooser(self.rng, lexicon, strict=strict)

    def made(self, how: Setting, english: str, korean: str, mark: str, pairs: Pairs = ()) -> Made:
        english = how.english + english
        return Made(english[0].upper() + english[1:] + mark, how.korean + korean + mark, pairs)
