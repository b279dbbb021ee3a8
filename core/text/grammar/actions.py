"""What somebody does, asks, asks for or proposes."""

from __future__ import annotations

from dataclasses import replace

from core.text.grammar.clauses import Clause
from core.text.grammar.english import Subject
from core.text.grammar.lexicon import Verb
from core.text.grammar.phrases import Who, pronoun
from core.text.grammar.writing import Made, Setting, Writing
from core.text.korean import Style, Word, bare, honoured, infinitive, polite


def statement(w: Writing, how: Setting) -> Made:
    clause = w.choose.clause(how.style)
    if how.answer:
        clause = _agreeing(w, clause, how.answer)
    return w.made(how, clause.english(), clause.korean(how.style), ".", clause.pairs)


def _agreeing(w: Writing, clause: Clause, answer: str) -> Clause:
    if answer == "Yes":
        return replace(clause, negation="")
    simple = clause.negation or clause.mode in ("going",) or "past" in clause.verb.other
    parts = {slot: part for slot, part in clause.parts.items() if slot not in ("how", "often")}
    return clause if simple else replace(clause, negation="long", parts=parts)


def question(w: Writing, how: Setting) -> Made:
    clause = w.choose.clause(how.style, question=True)
    return w.made(how, clause.english(question=True), clause.korean(how.style, question=True), "?", clause.pairs)


def wh_question(w: Writing, how: Setting) -> Made:
    kind = w.rng.choice(("what", "where", "when", "why", "who"))
    clause = _askable(w, kind, how.style)
    if kind == "who":
        asked = replace(clause, subject=Who("누구", Subject("who", "third")))
        return w.made(how, asked.english(), asked.korean(how.style, question=True, particle="이"), "?", clause.pairs)
    slot, words = _asked(w, kind, clause)
    asked = replace(clause, parts={**clause.parts, slot: (words, "")})
    english = f"{kind} {asked.english(question=True)}"
    pairs = () if slot in ("object", "goal") else clause.pairs
    return w.made(how, english, asked.korean(how.style, question=True), "?", pairs)


def _alone(w: Writing, verb: Verb) -> bool:
    """No other verb says the same in English: What do you wear? is 입니, 신니 or 쓰니."""
    same = [v for v in w.lexicon.verbs if (v.forms.base, v.after) == (verb.forms.base, verb.after)]
    return len(same) == 1 and not verb.objects & {"problem", "opened", "light"}


def _askable(w: Writing, kind: str, style: Style) -> Clause:
    while True:
        clause = w.choose.clause(style, question=True)
        fits = clause.mode not in ("ever", "like") and "often" not in clause.parts
        if kind == "what":
            fits = fits and clause.verb.frame == "t" and _alone(w, clause.verb)
        elif kind == "where":
            fits = fits and bool(clause.verb.at or clause.verb.frame == "to") and clause.mode != "can"
        elif kind == "when":
            fits = fits and clause.mode in ("simple", "must") and "state" not in clause.verb.other
            fits = fits and clause.verb.frame not in ("live",) and clause.tense != "present"
        elif kind == "why":
            fits = fits and clause.mode in ("simple", "progressive", "want") and clause.tense != "future"
        else:
            ambiguous = clause.mode == "want"
            fits = fits and not ambiguous and not any("my" in part[1].split() for part in clause.parts.values())
            return_if = fits and clause.subject.key != "you"
            if return_if:
                return replace(clause, subject=Who("누구", Subject("who", "third")))
            continue
        if fits:
            return clause


def _asked(w: Writing, kind: str, clause: Clause) -> tuple[str, str]:
    if kind == "what":
        return "object", "무엇을"
    if kind == "where":
        return ("goal", "어디에") if clause.verb.frame == "to" else ("where", "어디에서")
    return ("when", "언제") if kind == "when" else ("why", "왜")


def animal(w: Writing, how: Setting) -> Made:
    clause = w.choose.animal(how.style)
    if how.answer:
        clause = _agreeing(w, clause, how.answer)
    return w.made(how, clause.english(), clause.korean(how.style), ".", clause.pairs)


def asked_to(w: Writing, how: Setting) -> Made:
    """Open the door: 문을 열어라; with Please: 문을 여세요."""
    clause = _doable(w)
    kindly, denied = w.choose.chance(0.5), w.choose.chance(0.25)
    dont = "do not " if w.strict or w.choose.chance(0.5) else "don't "
    english = f"{'please ' * kindly}{dont * denied}{clause.verb.forms.base} {clause.rest()}".strip()
    ending = _prohibited(clause.verb.word, kindly) if denied else _ordered(clause.verb, kindly)
    return w.made(Setting(), english, f"{clause.before()} {ending}".strip(), ".", clause.pairs)


def _ordered(verb: Verb, kindly: bool) -> str:
    if not kindly:
        return infinitive(verb.word) + "라"
    high = verb.value("hon")
    return polite(Word(high, form="honoured") if high else honoured(verb.word))


def _prohibited(word: Word, kindly: bool) -> str:
    return bare(word, "지 마세요" if kindly else "지 마라")


def proposed(w: Writing, how: Setting) -> Made:
    """Let's go to school: 학교에 가자."""
    clause = _doable(w)
    korean = f"{clause.before()} {bare(clause.verb.word, '자')}".strip()
    return w.made(Setting(), f"let's {clause.verb.forms.base} {clause.rest()}".strip(), korean, ".", clause.pairs)


_NEVER_ASKED = frozenset("state past".split())


def _doable(w: Writing) -> Clause:
    """What one may ask for: to be done, not to be liked or lost."""
    while True:
        clause = w.choose.clause("plain", subject=pronoun("you", "plain"), plainly=True)
        slots = clause.parts.keys() & {"when", "often"}
        others = {"your", "you", "our", "us", "my", "her", "his", "many"} & set(clause.rest().split())
        lasting = clause.verb.frame in ("love", "live", "arrive") or clause.verb.forms.base in (
            "recover",
            "earn",
            "cry",
        )
        if not (slots or others or lasting or clause.verb.other & _NEVER_ASKED):
            return replace(clause, subject=replace(clause.subject, ko=""))
