"""What something is, where it is, and what one has: 이다, 있다, 없다, 많다."""

from __future__ import annotations

from dataclasses import replace

from core.text.grammar.english import DO, HAVE, Subject, agree, article, be_clause
from core.text.grammar.lexicon import Noun
from core.text.grammar.phrases import NUMBERS, Thing, Who, as_subject, thing, who
from core.text.grammar.writing import Made, Setting, Writing
from core.text.hangul import attach, final
from core.text.korean import ISSDA, OPSDA, Style, Tense, Word, be, finite, honoured

SPOTS = {"on": "위", "under": "아래", "next to": "옆", "in front of": "앞", "behind": "뒤"}
ANIDA = Word("아니", adjective=True)
MANHDA = Word("많", adjective=True)


def named(w: Writing, how: Setting) -> Made:
    """This is a book; my mother is a teacher."""
    if w.choose.chance(0.4):
        pointed = w.rng.choice(("this", "that"))
        noun = w.rng.choice([n for n in w.lexicon.nouns if n.many and "human" not in n.classes])
        owned = w.choose.chance(0.3)
        what = _its(w, noun, how.style) if owned else Thing(noun.ko, f"a {noun.en}", noun.ko)
        what = replace(what, en=article(noun.en)) if not owned else what
        subject = Who("이것" if pointed == "this" else "저것", Subject(pointed, "third"))
        return _equal(w, how, subject, what, "present")
    subject = who(w.rng, w.lexicon, how.style, question=False)
    noun = w.rng.choice([n for n in w.lexicon.of(frozenset({"job"})) if n.ko != subject.key])
    many = subject.english.person == "plural" and subject.key != "you"
    what = Thing(noun.ko, noun.many if many else article(noun.en), noun.ko)
    return _equal(w, how, subject, what, w.rng.choice(("present", "present", "past")))


def _its(w: Writing, noun: Noun, style: Style) -> Thing:
    if w.choose.chance(0.5):
        name = w.rng.choice(w.lexicon.names)
        return Thing(f"{name.ko}의 {noun.ko}", f"{name.en}'s {noun.en}", noun.ko)
    return Thing(f"{'내' if style == 'plain' else '제'} {noun.ko}", f"my {noun.en}", noun.ko)


def _equal(w: Writing, how: Setting, subject: Who, what: Thing, tense: Tense) -> Made:
    question = not how.answer and subject.english.person != "I" and w.choose.chance(0.25)
    denied = how.answer == "No" or (not question and not how.answer and w.choose.chance(0.2))
    short = denied and not w.strict and w.choose.chance(0.5)
    english = be_clause(
        subject.english, what.en, tense, negation=("short" if short else "long") if denied else "", question=question
    )
    if denied:
        last = honoured(ANIDA) if subject.honour else ANIDA
        korean = f"{subject.marked('은')} {attach(what.ko, '이')} {finite(last, tense, how.style)}"
    else:
        korean = f"{subject.marked('은')} {_is(w, subject, what, tense, how.style, question)}"
    return w.made(how, english, korean.strip(), "?" if question else ".")


def _is(w: Writing, subject: Who, what: Thing, tense: Tense, style: Style, question: bool) -> str:
    if not subject.honour:
        return be(what.ko, tense, style, question)
    stem = what.ko + ("이시" if final(what.ko) else "시")
    return finite(Word(stem, adjective=True, form="honoured"), tense, style, question)


def existing(w: Writing, how: Setting) -> Made:
    """There is a cat under the chair; where somebody is."""
    if w.choose.chance(0.4):
        return _being(w, how)
    noun = w.rng.choice([n for n in w.lexicon.nouns if n.classes & {"portable", "pet"} and n.many])
    number = w.rng.choice(("", "", "two", "three", "four", "five"))
    ko, en = _spot(w, noun)
    what = f"{noun.ko} {NUMBERS[number]} {noun.counter}" if number else noun.ko
    many = f"{number} {noun.many}" if number else article(noun.en)
    tense: Tense = w.rng.choice(("present", "present", "past"))
    denied = (how.answer == "No" or w.choose.chance(0.1)) and not number
    question = not how.answer and not denied and w.choose.chance(0.2)
    subject = Subject("there", "plural" if number else "third")
    english = be_clause(subject, f"{many} {en}", tense, negation="long" if denied else "", question=question)
    korean = f"{ko}에 {attach(what, '이')} {finite(OPSDA if denied else ISSDA, tense, how.style, question)}"
    return w.made(how, english, korean, "?" if question else ".")


def _spot(w: Writing, noun: Noun) -> tuple[str, str]:
    furniture = w.rng.choice(w.lexicon.of(frozenset({"furniture"})))
    if noun.classes & {"portable"} and "box" not in noun.classes and w.choose.chance(0.3):
        box = w.rng.choice([n for n in w.lexicon.nouns if n.ko in ("상자", "서랍", "가방") and n is not noun])
        return f"{box.ko} 안", f"in the {box.en}"
    spot = w.rng.choice(tuple(SPOTS))
    return f"{furniture.ko} {SPOTS[spot]}", f"{spot} the {furniture.en}"


def _being(w: Writing, how: Setting) -> Made:
    question = not how.answer and w.choose.chance(0.4)
    subject = who(w.rng, w.lexicon, how.style, question=question)
    if w.choose.chance(0.4):
        noun = w.rng.choice([n for n in w.lexicon.nouns if n.classes & {"portable", "pet"} and n.many])
        known = thing(w.rng, w.lexicon, noun, how.style, known=True)
        subject, (ko, en) = as_subject(known, noun), _spot(w, noun)
    else:
        place = w.rng.choice([p for p in w.lexicon.places if not p.kinds & {"water"}])
        ko, en = place.ko, place.at
    tense: Tense = w.rng.choice(("present", "present", "past"))
    last = Word("계시", form="honoured") if subject.honour else ISSDA
    asked = question and w.choose.chance(0.5)
    words = f"{'어디' if asked else ko}에 {finite(last, tense, how.style, question)}"
    english = be_clause(subject.english, "" if asked else en, tense, question=question)
    english = f"where {english}" if asked else english
    korean = f"{subject.marked('은')} {words}".strip()
    return w.made(how, english, korean, "?" if question else ".")


def owning(w: Writing, how: Setting) -> Made:
    """What one has is there: 나는 책이 있다, 책이 두 권 있다, 책이 많다."""
    question = not how.answer and w.choose.chance(0.3)
    subject = who(w.rng, w.lexicon, how.style, question=question)
    noun = w.rng.choice([n for n in w.lexicon.nouns if n.classes & _OWNED])
    denied = how.answer == "No" or (not question and not how.answer and w.choose.chance(0.2))
    number = w.rng.choice(("", "", "two", "three", "many")) if noun.many and not denied else ""
    tense: Tense = w.rng.choice(("present", "present", "past"))
    last = OPSDA if denied else MANHDA if number == "many" else ISSDA
    last = honoured(last) if subject.honour else last
    counted = f"{NUMBERS[number]} {noun.counter} " if number in NUMBERS else ""
    ending = counted + finite(last, tense, how.style, question)
    korean = f"{subject.marked('은')} {attach(noun.ko, '이')} {ending}".strip()
    what = f"{number} {noun.many}" if number else article(noun.en) if noun.many else noun.en
    english = has(subject.english, what, tense, denied=denied, question=question)
    return w.made(how, english, korean, "?" if question else ".")


_OWNED = frozenset("thing portable pet money spent asked promise".split())


def has(subject: Subject, what: str, tense: Tense, *, denied: bool, question: bool) -> str:
    helper = "will" if tense == "future" else agree(DO, subject.person, tense)
    if question:
        return f"{helper} {subject.en} have {what}"
    if denied or tense == "future":
        return f"{subject.en} {helper} {'not ' * denied}have {what}"
    return f"{subject.en} {agree(HAVE, subject.person, tense)} {what}"
