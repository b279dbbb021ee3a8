"""The Korean predicate of a clause, up to its ending: negation, ability, wish, duty, honour."""

from __future__ import annotations

from dataclasses import dataclass

from core.text.grammar.english import Mode, Negation
from core.text.korean import HADA, ISSDA, OPSDA, SIPDA, Word, bare, eu, honoured, infinitive, unlike

GYESIDA = Word("계시", form="honoured")
DOEDA = Word("되")
LIKED = Word("좋아하", "하")


@dataclass(frozen=True, slots=True)
class Speech:
    """What the subject asks of the predicate. `honour`: it takes -(으)시-; `told`: someone else's wish, which takes
    -고 싶어 하다 (one's own, and a question about the hearer's, takes -고 싶다)."""

    honour: bool = False
    told: bool = False


def predicate(
    w: Word, mode: Mode, negation: Negation, speech: Speech, *, hon: str = "", neg: str = ""
) -> tuple[str, Word]:
    """What stands before the last word, with its space, and the last word, which takes tense and style.

    `hon`: the stem that honours without -시- (주무시); `neg`: the stem that denies without 안 (모르).
    """
    high = _high(w, speech, hon)
    if mode == "simple":
        return _simple(w, high, negation, speech, hon, neg)
    if mode == "progressive":
        before = f"안 {bare(w, '고')} " if negation == "short" and not w.noun else f"{bare(w, '고')} "
        last = GYESIDA if speech.honour else ISSDA
        return _denied(before, last) if negation and before[0] != "안" else (before, last)
    if mode == "can":
        if negation == "short":
            before, last = unlike(w, True, "못")
            return before, (_high(last, speech, hon) if speech.honour else last)
        return f"{eu(high, 'ㄹ')} 수 ", OPSDA if negation else ISSDA
    if mode == "want":
        return _wish(w, bool(negation), speech)
    if mode == "must":
        if negation:
            return f"{bare(w, '지')} 않{'으셔' if speech.honour else '아'}도 ", DOEDA
        return f"{infinitive(high)}야 ", HADA
    if mode == "like":
        liked = honoured(LIKED) if speech.honour else LIKED
        return _denied(f"{bare(w, '는')} 것을 ", liked) if negation else (f"{bare(w, '는')} 것을 ", liked)
    if mode == "going":
        return f"{eu(w, '려고')} ", honoured(HADA) if speech.honour else HADA
    return f"{eu(high, 'ㄴ')} 적이 ", OPSDA if negation else ISSDA


def _high(w: Word, speech: Speech, hon: str) -> Word:
    if not speech.honour:
        return w
    return Word(hon, form="honoured") if hon else Word(honoured(w).stem, adjective=w.adjective, form="honoured")


def _simple(w: Word, high: Word, negation: Negation, speech: Speech, hon: str, neg: str) -> tuple[str, Word]:
    if not negation:
        return "", high
    if neg:
        other = Word(neg, "르" if neg.endswith("르") else "")
        return "", honoured(other) if speech.honour else other
    if negation == "short":
        before, last = unlike(w, True)
        return before, _high(last, speech, hon)
    if hon and speech.honour:
        return unlike(high, False)
    before, last = unlike(w, False)
    return before, honoured(last) if speech.honour else last


def _denied(before: str, last: Word) -> tuple[str, Word]:
    return before + bare(last, "지") + " ", Word("않", adjective=last.adjective)


def _wish(w: Word, denied: bool, speech: Speech) -> tuple[str, Word]:
    before = f"{bare(w, '고')} "
    if speech.told:
        last = honoured(HADA) if speech.honour else HADA
        return _denied(f"{before}싶어 ", last) if denied else (f"{before}싶어 ", last)
    last = honoured(SIPDA) if speech.honour else SIPDA
    return _denied(before, last) if denied else (before, last)
