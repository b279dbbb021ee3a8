"""How somebody or something is, or will be."""

from __future__ import annotations

from dataclasses import replace

from core.text.grammar.clauses import State
from core.text.grammar.english import Forms, Mode, Negation, Subject, article, be_clause, clause
from core.text.grammar.lexicon import Noun
from core.text.grammar.phrases import Thing, who
from core.text.grammar.predicates import Speech, predicate
from core.text.grammar.writing import Made, Setting, Writing
from core.text.hangul import attach
from core.text.korean import Tense, Word, finite

RAIN = Forms("rain", "rains", "rained", "rained", "raining")
SNOW = Forms("snow", "snows", "snowed", "snowed", "snowing")
ODA = Word("오")
DOEDA = Word("되")
_LOOSE = frozenset("goods thing portable cleaned washed made gift lost heard food job human".split())


def described(w: Writing, how: Setting) -> Made:
    question = not how.answer and w.choose.chance(0.25)
    state, pairs = w.choose.state(how.style, question=question)
    if how.answer == "No" or (not question and not how.answer and w.choose.chance(0.2)):
        state = replace(state, negation="long")
    elif not question and w.choose.chance(0.35):
        degree = w.rng.choice([a for a in w.lexicon.adverbs if "degree" in a.kinds])
        state = replace(state, degree=(degree.ko, degree.en))
    if state.negation and not w.strict and w.choose.chance(0.5) and not how.answer:
        state = replace(state, negation="short") if _shortly(w, state) else state
    korean = state.korean(how.style, question=question)
    return w.made(how, state.english(question=question), korean, "?" if question else ".", pairs)


def _shortly(w: Writing, state: State) -> bool:
    """안 크다, but 아름답지 않다."""
    return len(state.adjective.word.stem) < 3 and state.adjective.word.stem[-1] != "있"


def compared(w: Writing, how: Setting) -> Made:
    while True:
        state, pairs = w.choose.state(how.style)
        if not pairs or state.adjective.word.irregular == "ㅎ" or state.subject.honour:
            continue
        first = next(n for n in w.lexicon.nouns if n.ko == state.subject.key)
        others = [n for n in w.lexicon.nouns if _comparable(w, n, first, state)]
        if others and "human" not in first.classes:
            break
    noun = w.rng.choice(others)
    state = replace(state, tense="present")
    than = Thing(f"그 {noun.ko}", f"the {noun.en}", noun.ko)
    state = replace(state, than=(f"{than.ko}보다", f"than {than.en}"))
    return w.made(how, state.english(), state.korean(how.style), ".", (*pairs, (state.adjective.en, noun.ko)))


def _comparable(w: Writing, noun: Noun, first: Noun, state: State) -> bool:
    fits = noun.classes & state.adjective.of or noun.ko in state.adjective.of
    related = noun.classes & first.classes - _LOOSE
    return bool(fits and related and noun is not first and not noun.en.startswith("the "))


def becoming(w: Writing, how: Setting) -> Made:
    """I want to be a doctor: 의사가 되고 싶다."""
    subject = who(w.rng, w.lexicon, how.style)
    if subject.honour or subject.english.person == "plural":
        return becoming(w, how)
    noun = w.rng.choice([n for n in w.lexicon.of(frozenset({"job"})) if n.ko != subject.key])
    wish = w.choose.chance(0.5)
    job = attach(noun.ko, "이")
    if wish:
        last = f"되고 {'싶어 ' if subject.told else ''}"
        end = finite(Word("하", "하") if subject.told else Word("싶", adjective=True), "present", how.style)
        verb = "wants to be" if subject.english.person == "third" else "want to be"
        korean = f"{subject.marked('은')} {job} {last}{end}"
    else:
        verb, korean = "will be", f"{subject.marked('은')} {job} {finite(DOEDA, 'future', how.style)}"
    return w.made(how, f"{subject.english.en} {verb} {article(noun.en)}", korean, ".")


def weather(w: Writing, how: Setting) -> Made:
    """It is cold: 날씨가 춥다; it rained yesterday: 어제 비가 왔다."""
    question = not how.answer and w.choose.chance(0.2)
    tense: Tense = w.rng.choice(("past", "present", "future"))
    ko, en = _day(w, tense)
    denied, it = how.answer == "No", Subject("it", "third")
    negation: Negation = "long" if denied else ""
    if w.choose.chance(0.5):
        noun, forms = w.rng.choice((("비", RAIN), ("눈", SNOW)))
        mode: Mode = "progressive" if tense == "present" else "simple"
        english = clause(it, forms, en, tense, mode, negation=negation, question=question)
        before, last = predicate(ODA, mode, negation, Speech())
    else:
        noun, one = "날씨", w.rng.choice([a for a in w.lexicon.adjectives if "sky" in a.of])
        english = be_clause(it, f"{one.en} {en}".strip(), tense, negation=negation, question=question)
        before, last = predicate(one.word, "simple", negation, Speech())
    korean = f"{ko} {attach(noun, '이')} {before}{finite(last, tense, how.style, question)}".strip()
    return w.made(how, english, korean, "?" if question else ".")


def _day(w: Writing, tense: Tense) -> tuple[str, str]:
    if tense == "present":
        return w.rng.choice((("", ""), ("지금", "now"), ("", "")))
    time = w.choose.time_of(tense)
    return time.ko, time.en
