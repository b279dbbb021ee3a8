"""Whole English-Korean sentences, one right Korean sentence for each English one.

The English side tells the style: whoever answers, greets or addresses an elder (Yes, ... Hello, ... Teacher, ...)
or says Please speaks 해요체; all else is in the plain style, 해라체: -ㄴ다, -니?, -아라. Contractions are 안 and 못,
the long forms -지 않다 and -(으)ㄹ 수 없다: I don't go, 안 간다; I do not go, 가지 않는다. With `strict`, it is
the Korean side that has one right English sentence, and 해요체 and 합니다체 come without an opener, too.
"""

from __future__ import annotations

from collections.abc import Callable

from core.text.grammar.actions import animal, asked_to, proposed, question, statement, wh_question
from core.text.grammar.being import existing, named, owning
from core.text.grammar.joined import condition, reason, relative, two
from core.text.grammar.lexicon import Lexicon, lexicon
from core.text.grammar.states import becoming, compared, described, weather
from core.text.grammar.writing import Made, Setting, Writing

ELDERS = {
    "Teacher": "선생님",
    "Professor": "교수님",
    "Grandmother": "할머니",
    "Grandfather": "할아버지",
    "Doctor": "의사 선생님",
}
Pattern = Callable[[Writing, Setting], Made]
PATTERNS: dict[Pattern, float] = {
    statement: 40,
    question: 12,
    wh_question: 9,
    described: 12,
    compared: 4,
    named: 6,
    existing: 5,
    owning: 3,
    weather: 1.5,
    asked_to: 6,
    proposed: 2,
    two: 4,
    reason: 2,
    condition: 3,
    animal: 3,
    relative: 4,
    becoming: 1.5,
}
_ASKING = (question, wh_question)


class Writer:
    """Sentences without end, the same for the same seed."""

    def __init__(self, seed: int, *, strict: bool = False, words: Lexicon | None = None) -> None:
        self._writing = Writing(words or lexicon(), seed, strict=strict)

    def sentence(self) -> Made:
        rng = self._writing.rng
        pattern = rng.choices(tuple(PATTERNS), tuple(PATTERNS.values()))[0]
        return pattern(self._writing, self._setting(pattern in _ASKING))

    def _setting(self, asking: bool) -> Setting:
        rng, strict = self._writing.rng, self._writing.strict
        if strict and rng.random() < 0.5:
            return Setting(rng.choice(("polite", "polite", "formal")))
        if rng.random() > 0.3:
            return Setting()
        draw = rng.random()
        if asking or draw < 0.55:
            en = rng.choice(tuple(ELDERS))
            return Setting("polite", f"{en}, ", f"{ELDERS[en]}, ")
        if draw < 0.85:
            answer = rng.choice(("Yes", "No"))
            return Setting("polite", f"{answer}, ", "네, " if answer == "Yes" else "아니요, ", answer)
        return Setting("polite", "Hello, ", "안녕하세요, ")
