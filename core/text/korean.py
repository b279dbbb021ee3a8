"""Korean verbs and adjectives in the forms that the grammar writes.

An ending meets a stem in one of three ways: as it stands (-고, -지, -는), with
a helping 으 (-(으)면, -(으)ㄹ, -(으)시-), or with 아/어 (-아요, -았-). The
irregular classes differ in the last two; only ㄹ falls out before all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.text.hangul import attach, final, is_syllable, split, with_final, with_vowel

Tense = Literal["past", "present", "future"]
Style = Literal["plain", "polite", "formal"]  # 해라체, 해요체, 합니다체
IRREGULAR = ("ㅂ", "ㄷ", "ㅅ", "르", "러", "ㅎ", "ㄹ", "ㅡ", "하", "")
_BRIGHT = "ㅏㅑㅗ"
_CONTRACTED = {"ㅗ": "ㅘ", "ㅜ": "ㅝ", "ㅣ": "ㅕ", "ㅚ": "ㅙ"}
_SAME = "ㅏㅐㅓㅔㅕㅖ"
_POINTING = "이그저떻"  # 그렇다 -> 그래, 어떻다 -> 어때, but 누렇다 -> 누레
_FALLS = "ㄴㅂㅅ"  # before these a stem's ㄹ is not heard


@dataclass(frozen=True, slots=True)
class Word:
    """A verb or an adjective. `irregular` is its class, "" for a regular one; `noun` is what stands before 하다 where
    안 and 못 step between: 공부 안 한다."""

    stem: str
    irregular: str = ""
    adjective: bool = False
    noun: str = ""
    form: Literal["", "past", "honoured"] = ""  # what it was made into: both have 해요체 forms of their own

    def __post_init__(self) -> None:
        if self.irregular not in IRREGULAR:
            raise ValueError(f"{self.stem}: {self.irregular} is none of {IRREGULAR}")


def word(dictionary: str, irregular: str = "", *, adjective: bool = False) -> Word:
    """From the dictionary form, `공부|하다` where noun and 하다 come apart."""
    if not dictionary.endswith("다"):
        raise ValueError(f"{dictionary} does not end in 다")
    noun, _, stem = dictionary[:-1].rpartition("|")
    return Word(stem, irregular, adjective, noun)


ISSDA = Word("있", adjective=True)
OPSDA = Word("없", adjective=True)
SIPDA = Word("싶", adjective=True)
HADA = Word("하", "하")


def bare(w: Word, ending: str) -> str:
    """-고, -지, -는, -니, -습니다: 살 + 는 -> 사는."""
    stem = with_final(w.stem, "") if final(w.stem) == "ㄹ" and _initial(ending) in _FALLS else w.stem
    return w.noun + stem + ending


def eu(w: Word, ending: str) -> str:
    """-(으)면, -(으)시, -(으)ㄹ, -(으)ㄴ, given without the 으: 돕 + 면 -> 도우면, 읽 + ㄹ -> 읽을."""
    stem, initial = w.stem, _initial(ending)
    if w.irregular == "ㅂ":
        stem = with_final(stem, "") + "우"
    elif w.irregular == "ㄷ":
        stem = with_final(stem, "ㄹ") + "으"
    elif w.irregular == "ㅅ":
        stem = with_final(stem, "") + "으"
    elif w.irregular == "ㅎ":
        stem = with_final(stem, "")
    elif final(stem) == "ㄹ":
        falls = initial in _FALLS or ending[0] == "ㄹ"
        stem = with_final(stem, "") if falls else stem
    elif final(stem):
        stem += "으"
    return w.noun + _add(stem, ending)


def infinitive(w: Word) -> str:
    """The 아/어 form: 도와, 들어, 지어, 몰라, 빨개, 써, 해, 가, 와, 마셔."""
    return w.noun + _infinitive(w.stem, w.irregular)


def _infinitive(stem: str, irregular: str) -> str:
    if irregular == "하":
        return stem[:-1] + "해"
    if irregular == "ㅂ":
        return with_final(stem, "") + ("와" if stem in ("돕", "곱") else "워")
    if irregular == "ㄷ":
        return with_final(stem, "ㄹ") + _harmony(stem)
    if irregular == "ㅅ":
        return with_final(stem, "") + _harmony(stem)
    if irregular == "르":
        return with_final(stem[:-1], "ㄹ") + ("라" if _bright(stem[:-1]) else "러")
    if irregular == "러":
        return stem + "러"
    if irregular == "ㅎ":
        return _without_h(stem)
    if irregular == "ㅡ":
        return with_vowel(stem, "ㅏ" if len(stem) > 1 and _bright(stem[:-1]) else "ㅓ")
    return stem + _harmony(stem) if final(stem) else _contracted(stem)


def _without_h(stem: str) -> str:
    vowel = split(stem[-1])[1]
    if vowel == "ㅓ" and stem[-1] != "떻" and stem[-2:-1] not in tuple(_POINTING):
        return with_final(with_vowel(stem, "ㅔ"), "")
    return with_final(with_vowel(stem, {"ㅏ": "ㅐ", "ㅓ": "ㅐ", "ㅑ": "ㅒ", "ㅕ": "ㅖ"}[vowel]), "")


def _contracted(stem: str) -> str:
    vowel = split(stem[-1])[1]
    if stem == "아니" or (vowel not in _SAME and vowel not in _CONTRACTED):  # 쉬어, 띄어
        return stem + "어"
    return stem if vowel in _SAME else with_vowel(stem, _CONTRACTED[vowel])


def _bright(stem: str) -> bool:
    return split(stem[-1])[1] in _BRIGHT


def _harmony(stem: str) -> str:
    return "아" if _bright(stem) else "어"


def _initial(ending: str) -> str:
    return split(ending[0])[0] if is_syllable(ending[0]) else ending[0]


def _add(stem: str, ending: str) -> str:
    """An ending that starts with a lone consonant writes it under the stem's last syllable."""
    return stem + ending if is_syllable(ending[0]) else with_final(stem, ending[0]) + ending[1:]


def past(w: Word) -> Word:
    """갔, 도왔, 했: takes endings like an adjective, whose plain form is 다."""
    return Word(with_final(infinitive(w), "ㅆ"), adjective=True, form="past")


def honoured(w: Word) -> Word:
    """With -(으)시-: 가시, 읽으시, 도우시, 사시."""
    return Word(eu(w, "시"), adjective=w.adjective, form="honoured")


def plain(w: Word) -> str:
    """간다, 읽는다, 산다; of an adjective 크다."""
    if w.adjective:
        return bare(w, "다")
    stem = w.noun + w.stem
    return stem + "는다" if final(stem) not in ("", "ㄹ") else with_final(stem, "ㄴ") + "다"


def polite(w: Word) -> str:
    """가요, 읽어요; with -시- 가세요; of the past 갔어요, whatever its vowel."""
    if w.stem == "아니":
        return "아니에요"
    if w.form == "honoured":
        return w.stem[:-1] + "세요"
    return w.noun + w.stem + "어요" if w.form == "past" else infinitive(w) + "요"


def formal(w: Word) -> str:
    stem = w.noun + w.stem
    if final(stem) == "ㄹ":
        stem = with_final(stem, "")
    return stem + "습니다" if final(stem) else with_final(stem, "ㅂ") + "니다"


def would(w: Word) -> Word:
    """-겠-: 가겠다, 살겠다."""
    return Word(bare(w, "겠"), adjective=True, form="past")  # -겠어요, as -았어요


def finite(w: Word, tense: Tense, style: Style, question: bool = False) -> str:
    """The form that ends a sentence; the question mark is the sentence's own."""
    if tense == "future":
        ahead = eu(w, "ㄹ")
        endings = {"plain": "거니" if question else "것이다", "polite": "거예요", "formal": "것입니다"}
        ending = "것입니까" if question and style == "formal" else endings[style]
        return f"{ahead} {ending}"
    w = past(w) if tense == "past" else w
    if style == "polite":
        return polite(w)
    if style == "formal":
        return formal(w)[:-1] + "까" if question else formal(w)
    return bare(w, "니") if question else plain(w)


def be(noun: str, tense: Tense, style: Style, question: bool = False) -> str:
    """noun + 이다."""
    if tense == "future":
        ending = {"plain": "일 거니" if question else "일 것이다", "polite": "일 거예요", "formal": "일 것입니다"}[
            style
        ]
        return noun + ending
    if tense == "past":
        return finite(Word(attach(noun, "이었"), adjective=True, form="past"), "present", style, question)
    if style == "polite":
        return attach(noun, "이에요")
    if style == "formal":
        return noun + ("입니까" if question else "입니다")
    return noun + ("이니" if question else "이다")


def adnominal(w: Word, tense: Tense) -> str:
    """Before a noun: 읽는 책, 읽은 책, 읽을 책; 큰 집, 재미있는 책."""
    if tense == "future":
        return eu(w, "ㄹ")
    like_verb = not w.adjective or w.stem.endswith(("있", "없"))
    return bare(w, "는") if tense == "present" and like_verb else eu(w, "ㄴ")


def unlike(w: Word, short: bool, never: str = "안") -> tuple[str, Word]:
    """Negated: what goes before, and the word that takes the ending. 안 가-, 공부 안 하-; 가지 않-."""
    if short:
        return (f"{w.noun} {never} " if w.noun else f"{never} "), Word(w.stem, w.irregular, w.adjective)
    return bare(w, "지") + " ", Word("않", adjective=w.adjective)
