"""Which script a text is in, and whether the model can read it."""

from __future__ import annotations

import pytest

from core.errors import TextError
from core.i18n import sentence
from core.text.script import check_script, main_script


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Hello", "LATIN"),
        ("été", "LATIN"),
        ("안녕하세요", "HANGUL"),
        ("Привет", "CYRILLIC"),
        ("東京", "CJK"),
        ("12:30 😀 ?!", None),
        ("", None),
        ("Hello 안녕", "LATIN"),
        ("Hi 안녕하세요", "HANGUL"),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, script: str | None):
    assert main_script(text) == script


@pytest.mark.parametrize("text", ["Hello", "😀", "42!", "I said 안녕 to Tom.", "Où est l'été ?"])
def test_mostly_latin_or_no_letters_at_all_pass(text: str):
    check_script(text, "en")


@pytest.mark.parametrize("text", ["안녕하세요", "Tom은 피곤해요", "Привет"])
def test_another_script_raises_naming_both(text: str):
    with pytest.raises(TextError) as caught:
        check_script(text, "en")
    assert caught.value.code == "script"
    assert caught.value.values["expected"] == "Latin"
    assert caught.value.values["found"] in ("Hangul", "Cyrillic")


def test_each_language_has_its_own_names_of_the_scripts():
    with pytest.raises(TextError) as caught:
        check_script("東京", "en")
    assert "Chinese letters" in sentence("en", caught.value)
    said = sentence("ko", caught.value)
    assert "(한자)" in said
    assert "로마자" in said


def test_a_script_without_a_name_keeps_unicodes():
    with pytest.raises(TextError) as caught:
        check_script("ᚠᚢᚦ", "en")
    assert "(Runic)" in sentence("ko", caught.value)


def test_korean_is_read_where_it_is_the_language():
    check_script("안녕하세요", "ko")
    with pytest.raises(TextError):
        check_script("Hello", "ko")
