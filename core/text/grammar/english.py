"""The English side: articles, plurals, agreement, tense, do-support, questions and negation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.text.korean import Tense

Negation = Literal["", "long", "short"]  # does not, doesn't
Mode = Literal["simple", "progressive", "can", "want", "must", "like", "going", "ever"]


class Forms(NamedTuple):
    base: str
    third: str
    past: str
    participle: str
    ing: str


DO = Forms("do", "does", "did", "done", "doing")
WANT = Forms("want", "wants", "wanted", "wanted", "wanting")
LIKE = Forms("like", "likes", "liked", "liked", "liking")
HAVE = Forms("have", "has", "had", "had", "having")
SHORT = {"am not": "am not", "will not": "won't", "cannot": "can't", "could not": "couldn't"}


@dataclass(frozen=True, slots=True)
class Subject:
    en: str
    person: Literal["I", "plural", "third"]


def article(phrase: str) -> str:
    return f"an {phrase}" if phrase[0] in "aeiou" else f"a {phrase}"


def plural(noun: str) -> str:
    return noun + "s"


def comparative(adjective: str) -> str:
    return adjective + "er"


def agree(forms: Forms, person: str, tense: Tense) -> str:
    return forms.past if tense == "past" else forms.third if person == "third" else forms.base


def be(person: str, tense: Tense) -> str:
    if tense == "past":
        return "were" if person == "plural" else "was"
    return {"I": "am", "plural": "are", "third": "is"}[person]


def clause(
    subject: Subject,
    verb: Forms,
    rest: str,
    tense: Tense,
    mode: Mode = "simple",
    *,
    negation: Negation = "",
    question: bool = False,
    often: str = "",
) -> str:
    """`rest` is what follows the verb. Without a capital and a final mark."""
    if mode == "like":
        verb, rest = LIKE, f"to {verb.base} {rest}"
    elif mode == "want":
        verb, rest = WANT, f"to {verb.base} {rest}"
    elif mode == "must":
        verb, rest = HAVE, f"to {verb.base} {rest}"
    helper, main = _group(subject.person, verb, tense, mode)
    if not helper and (question or negation):
        helper, main = agree(DO, subject.person, tense), verb.base
    return _order(subject, helper, negation, " ".join(f"{often} {main} {rest}".split()), question)


def be_clause(
    subject: Subject, rest: str, tense: Tense, *, negation: Negation = "", question: bool = False, often: str = ""
) -> str:
    rest = " ".join(f"{often} {rest}".split())
    if tense == "future":
        return _order(subject, "will", negation, f"be {rest}", question)
    return _order(subject, be(subject.person, tense), negation, rest, question)


def _group(person: str, verb: Forms, tense: Tense, mode: Mode) -> tuple[str, str]:
    """What takes not and stands before the subject in a question ("" where do must help), and the rest of the verb."""
    if mode == "progressive":
        return be(person, tense), verb.ing
    if mode == "going":
        return be(person, tense), f"going to {verb.base}"
    if mode == "can":
        return ("could" if tense == "past" else "can"), verb.base
    if mode == "ever":
        return agree(HAVE, person, "present"), verb.participle
    if tense == "future":
        return "will", verb.base
    return "", agree(verb, person, tense)


def _order(subject: Subject, helper: str, negation: Negation, rest: str, question: bool) -> str:
    if helper in ("have", "has"):
        return _experience(subject.en, helper, rest, bool(negation), question)
    denied = "cannot" if helper == "can" else f"{helper} not"
    short = SHORT.get(denied, f"{helper}n't")
    if question:
        words = [short if negation else helper, subject.en, rest]
    elif negation == "short" and helper == "am":
        words = [f"{subject.en}'m not", rest]
    elif negation:
        words = [subject.en, short if negation == "short" else denied, rest]
    else:
        words = [subject.en, helper, rest]
    return " ".join(word for word in words if word)


def _experience(subject: str, helper: str, rest: str, denied: bool, question: bool) -> str:
    if question:
        return f"{helper} {subject} {'never' if denied else 'ever'} {rest}"
    return f"{subject} {helper} {'never ' * denied}{rest}"
