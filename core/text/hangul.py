"""Hangul syllables as their jamo, and the particles that a word's last sound chooses.

A syllable's code point is 0xAC00 + (initial * 21 + vowel) * 28 + final (The Unicode Standard, 3.12).
"""

from __future__ import annotations

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_FIRST, _LAST = 0xAC00, 0xD7A3

# After a consonant, after a vowel.
PARTICLES = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
    "이나": ("이나", "나"),
    "아": ("아", "야"),
    "이다": ("이다", "이다"),
    "이에요": ("이에요", "예요"),
    "이었": ("이었", "였"),
}


def is_syllable(char: str) -> bool:
    return len(char) == 1 and _FIRST <= ord(char) <= _LAST


def split(syllable: str) -> tuple[str, str, str]:
    """Its initial, vowel and final consonant ("" for none): 한 is ㅎ, ㅏ, ㄴ."""
    if not is_syllable(syllable):
        raise ValueError(f"{syllable!r} is no Hangul syllable")
    rest, final = divmod(ord(syllable) - _FIRST, len(FINALS))
    initial, vowel = divmod(rest, len(VOWELS))
    return INITIALS[initial], VOWELS[vowel], FINALS[final]


def compose(initial: str, vowel: str, final: str = "") -> str:
    place = (INITIALS.index(initial) * len(VOWELS) + VOWELS.index(vowel)) * len(FINALS)
    return chr(_FIRST + place + FINALS.index(final))


def final(word: str) -> str:
    return split(word[-1])[2]


def with_final(word: str, consonant: str) -> str:
    """The word with another (or, for "", no) final consonant under its last syllable."""
    initial, vowel, _ = split(word[-1])
    return word[:-1] + compose(initial, vowel, consonant)


def with_vowel(word: str, vowel: str) -> str:
    initial, _, last = split(word[-1])
    return word[:-1] + compose(initial, vowel, last)


def attach(word: str, particle: str) -> str:
    """`particle` names a pair by its form after a consonant: 학교 + 은 -> 학교는; others are as they are: 집에."""
    if particle not in PARTICLES:
        return word + particle
    consonant, vowel = PARTICLES[particle]
    last = final(word)
    if particle == "으로" and last == "ㄹ":  # 교실로, as after a vowel
        return word + vowel
    return word + (consonant if last else vowel)
