"""One clause as its parts, and the two orders in which the languages say them.

English: subject, verb, object, where to, how, where, with whom, when. Korean: subject, when, with whom, to whom, where,
what, how, verb: the verb ends it, and tense, wish, denial and politeness hang on the verb.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from core.text.grammar.english import Mode, Negation, be_clause, clause
from core.text.grammar.lexicon import Adjective, Verb
from core.text.grammar.phrases import Who
from core.text.grammar.predicates import Speech, predicate
from core.text.korean import Style, Tense, Word, adnominal, finite

ENGLISH = ("object", "goal", "how", "where", "with", "when")
KOREAN = ("when", "why", "with", "goal", "where", "object", "often", "how")
Part = tuple[str, str]  # Korean with its particle, English with its preposition


@dataclass(frozen=True, slots=True)
class Clause:
    subject: Who
    verb: Verb
    tense: Tense
    mode: Mode = "simple"
    negation: Negation = ""
    parts: dict[str, Part] = field(default_factory=dict)
    pairs: tuple[tuple[str, str], ...] = ()

    def with_part(self, slot: str, part: Part) -> Clause:
        return replace(self, parts={**self.parts, slot: part})

    def rest(self, without: str = "") -> str:
        words = [self.verb.after, *(self.parts[s][1] for s in ENGLISH if s in self.parts and s != without)]
        return " ".join(word for word in words if word)

    def english(self, *, question: bool = False, without: str = "") -> str:
        often = self.parts.get("often", ("", ""))[1]
        return clause(
            *(self.subject.english, self.verb.forms, self.rest(without), self.tense, self.mode),
            negation=self.negation,
            question=question,
            often=often,
        )

    def before(self, particle: str = "은") -> str:
        """Everything in front of the predicate."""
        parts = [self.parts[slot][0] for slot in KOREAN if slot in self.parts]
        return " ".join(part for part in (self.subject.marked(particle), *parts) if part)

    def last(self, *, question: bool = False) -> tuple[str, Word]:
        told = self.subject.told or (self.subject.key == "you" and not question)
        speech = Speech(self.subject.honour, told)
        verb = self.verb
        return predicate(verb.word, self.mode, self.negation, speech, hon=verb.value("hon"), neg=verb.value("neg"))

    def ended(self, ending: str, particle: str = "은", *, question: bool = False) -> str:
        return _spaced(self.before(particle), self.last(question=question)[0] + ending)

    def korean(self, style: Style, *, question: bool = False, particle: str = "은") -> str:
        _, last = self.last(question=question)
        ending = _future(last, style, question) if self.mode == "going" else finite(last, self.tense, style, question)
        return self.ended(ending, particle, question=question)

    def modifier(self) -> str:
        """As what stands before a noun: 민수가 어제 산."""
        before, last = self.last()
        return _spaced(self.before("이"), before + adnominal(last, self.tense))


def _future(last: Word, style: Style, question: bool) -> str:
    return finite(last, "present", style, question)


def _spaced(before: str, after: str) -> str:
    return f"{before} {after}" if before else after


@dataclass(frozen=True, slots=True)
class State:
    """Subject and adjective."""

    subject: Who
    adjective: Adjective
    tense: Tense
    negation: Negation = ""
    degree: Part = ("", "")
    when: Part = ("", "")
    than: Part = ("", "")

    def english(self, *, question: bool = False) -> str:
        word = self.adjective.more if self.than[1] else self.adjective.en
        rest = " ".join(part for part in (self.degree[1], word, self.than[1], self.when[1]) if part)
        return be_clause(self.subject.english, rest, self.tense, negation=self.negation, question=question)

    def last(self) -> tuple[str, Word]:
        return predicate(self.adjective.word, "simple", self.negation, Speech(self.subject.honour))

    def ended(self, ending: str, particle: str = "은") -> str:
        more = "더" if self.than[0] else ""
        parts = (self.subject.marked(particle), self.when[0], self.than[0], more, self.degree[0])
        return _spaced(" ".join(part for part in parts if part), self.last()[0] + ending)

    def korean(self, style: Style, *, question: bool = False, particle: str = "은") -> str:
        return self.ended(finite(self.last()[1], self.tense, style, question), particle)
