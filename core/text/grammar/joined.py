"""Two clauses in one sentence: and, but, because, so, if, when, and the clause that stands before its noun."""

from __future__ import annotations

from dataclasses import replace

from core.text.grammar.clauses import Clause, State
from core.text.grammar.english import Subject, clause
from core.text.grammar.lexicon import Adjective
from core.text.grammar.phrases import Who, adjectives, who
from core.text.grammar.writing import Made, Setting, Writing
from core.text.hangul import attach
from core.text.korean import Word, bare, be, eu, infinitive, past


def two(w: Writing, how: Setting) -> Made:
    """One does this and the other that; one does it and the other does not: -고, -지만."""
    first = w.choose.clause(how.style, plainly=True)
    second = replace(w.choose.clause(how.style, plainly=True), tense=first.tense)
    alike = first.subject.key == second.subject.key or "past" in second.verb.other or "when" in second.parts
    timeless = "often" in second.parts or _undated(second)
    if alike or timeless or first.tense == "future" or second.verb.key == first.verb.key:
        return two(w, how)
    word, ending = "and", "고"
    if w.choose.chance(0.5) and not first.parts.keys() & {"often", "how"}:
        word, ending = "but", "지만"
        second = replace(first, subject=second.subject, negation="long")
    last = first.last()[1]
    joined = first.ended(bare(past(last) if first.tense == "past" else last, ending))
    korean = f"{joined} {second.korean(how.style)}"
    return w.made(how, f"{first.english()}, {word} {second.english()}", korean, ".", first.pairs + second.pairs)


def _undated(clause: Clause) -> bool:
    """Nothing in it tells whether `read` is of now or of the past."""
    return clause.verb.forms.base == clause.verb.forms.past


def reason(w: Writing, how: Setting) -> Made:
    """I did not go to school because I was sick: 나는 아팠기 때문에 학교에 가지 않았다."""
    subject = who(w.rng, w.lexicon, how.style)
    if subject.honour or (subject.english.person == "plural" and not subject.pronoun):
        return reason(w, how)
    state = State(subject, w.rng.choice(_causes(w)), "past")
    main = w.choose.clause(how.style, subject=subject, plainly=True)
    if main.verb.frame not in ("to", "near") or "often" in main.parts or "how" in main.parts or main.tense == "future":
        return reason(w, how)
    main = replace(main, tense="past", negation="long", parts={k: v for k, v in main.parts.items() if k == "goal"})
    if main.verb.forms.base == "go" and w.choose.chance(0.5):
        home = next(p for p in w.lexicon.places if p.to == "home")
        main = replace(main, negation="", parts={"goal": (f"{home.ko}에", home.to)}, pairs=())
    again = replace(main, subject=replace(subject, ko="", english=_again(subject)))
    if w.choose.chance(0.5):
        cause = replace(state, subject=replace(subject, english=_again(subject))).english()
        korean = f"{state.ended(bare(past(state.adjective.word), '기 때문에'))} {again.korean(how.style)}"
        return w.made(how, f"{main.english()} because {cause}", korean, ".", main.pairs)
    korean = f"{state.ended(infinitive(state.adjective.word) + '서')} {again.korean(how.style)}"
    return w.made(how, f"{state.english()}, so {again.english()}", korean, ".", main.pairs)


def _again(subject: Who) -> Subject:
    return Subject(subject.pronoun or subject.english.en, subject.english.person)


def _causes(w: Writing) -> list[Adjective]:
    return [a for a in w.lexicon.adjectives if a.en in ("sick", "tired", "busy", "sad", "lonely", "hungry")]


def condition(w: Writing, how: Setting) -> Made:
    """If it rains, I will go home: 비가 오면 나는 집에 갈 것이다; when I am tired, I rest: 나는 피곤할 때 쉰다."""
    subject = who(w.rng, w.lexicon, how.style)
    if subject.honour or subject.key == "you":
        return condition(w, how)
    main = w.choose.clause(how.style, subject=subject, plainly=True)
    if "past" in main.verb.other or main.parts.keys() & {"when", "often"} or main.verb.frame in ("love", "live"):
        return condition(w, how)
    if "state" in main.verb.other or main.verb.forms.base == main.verb.forms.past:
        return condition(w, how)
    if w.choose.chance(0.5):
        english, korean = _condition_of(w, "면")
        main = replace(main, tense="future")
        return w.made(how, f"if {english}, {main.english()}", f"{korean} {main.korean(how.style)}", ".", main.pairs)
    english, korean = _condition_of(w, "ㄹ 때")
    main = replace(main, tense="present")
    return w.made(how, f"when {english}, {main.english()}", f"{korean} {main.korean(how.style)}", ".", main.pairs)


def _condition_of(w: Writing, ending: str) -> tuple[str, str]:
    skies = [a for a in w.lexicon.adjectives if "sky" in a.of]
    draw = w.rng.random()
    if draw < 0.5:
        falls, noun = w.rng.choice((("rains", "비"), ("snows", "눈")))
        return f"it {falls}", f"{noun}{'가' if noun == '비' else '이'} {eu(Word('오'), ending)}"
    one = w.rng.choice(skies)
    return f"it is {one.en}", f"날씨가 {eu(one.word, ending)}"


def relative(w: Writing, how: Setting) -> Made:
    """The book that Minsu bought is interesting: 민수가 산 책은 재미있다."""
    while True:
        subject = who(w.rng, w.lexicon, how.style)
        inner = w.choose.clause(how.style, subject=subject, plainly=True)
        fits = inner.verb.frame == "t" and inner.tense == "past" and not inner.parts.keys() & {"often", "how"}
        if not fits or _undated(inner) or subject.key == "you" or subject.english.en.startswith("that "):
            continue
        thing = inner.parts["object"][0].split()[-1]
        fitting_nouns = w.lexicon.of(inner.verb.objects)
        nouns = [
            n for n in fitting_nouns if n.many and not n.classes & {"name", "body"} and attach(n.ko, "을") == thing
        ]
        if nouns:
            break
    noun = nouns[0]
    inner = replace(inner, parts={k: v for k, v in inner.parts.items() if k != "object"})
    english = f"{noun.en} that {clause(inner.subject.english, inner.verb.forms, inner.rest(), 'past')}"
    korean = f"{inner.modifier()} {noun.ko}"
    pairs = ((inner.verb.key, noun.ko),) if any(noun.ko == b for _, b in inner.pairs) else ()
    fitting = adjectives(w.lexicon, noun)
    if fitting and w.choose.chance(0.5):
        one = w.rng.choice(fitting)
        subject = Who(korean, Subject(f"the {english}", "third"))
        state = State(subject, one, "present", "long" if how.answer == "No" else "")
        return w.made(how, state.english(), state.korean(how.style), ".", (*pairs, (one.en, noun.ko)))
    if how.answer == "No":
        return relative(w, how)
    pointed, this = w.rng.choice((("this", "이것은"), ("that", "저것은")))
    return w.made(how, f"{pointed} is the {english}", f"{this} {be(korean, 'present', how.style)}", ".", pairs)
