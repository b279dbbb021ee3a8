"""Words that a model met often enough, and those of a text that it did not."""

from __future__ import annotations

from pathlib import Path

from core.text.words import load, met, save, unknown


def test_a_word_is_met_in_three_different_sentences():
    text = ["The cat sleeps.", "A cat and a dog.", "The CAT's here!", "The dog.", "The dog.", "dog dog dog"]
    assert met(text) == ["cat", "dog", "the"]  # ‘The dog.’ twice is one sentence


def test_unknown_words_stand_where_they_say():
    text = "I saw a quasar, 3 quasars & été!"
    assert [text[a:b] for a, b in unknown(text, {"i", "saw", "a", "quasar"})] == ["quasars", "été"]
    assert unknown("... 42 😀", set()) == []


def test_case_and_the_way_of_writing_accents_do_not_matter():
    known = set(met(["L'ÉTÉ, c'est 한국."] + [f"l'été {n} 한국" for n in "ab"]))
    assert known >= {"été", "한국"}
    assert unknown("E\u0301te\u0301 l", known) == []


def test_korean_words_are_those_between_spaces():
    text = "나는 도서관까지 간다."
    assert [text[a:b] for a, b in unknown(text, {"나는", "간다", "도서관에"})] == ["도서관까지"]


def test_saved_and_loaded_they_are_the_same(tmp_path: Path):
    assert load(tmp_path) is None
    save(tmp_path, ["a", "été", "한국"])
    assert load(tmp_path) == {"a", "été", "한국"}
