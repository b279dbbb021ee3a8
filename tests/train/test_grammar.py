"""The English-Korean grammar: its words, its splits, and that one side tells the other."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from core.text.corpus import read_pairs
from core.text.grammar.choosing import FEW
from core.text.grammar.clauses import Clause
from core.text.grammar.lexicon import FOLDER, lexicon
from core.text.grammar.phrases import pronoun
from core.text.grammar.sentences import Writer
from core.text.hangul import final, split
from core.train.grammar import held_out, main, split_of, write

MANY = 12_000


@pytest.fixture(scope="module")
def made():
    writer = Writer(7)
    return [writer.sentence() for _ in range(MANY)]


def test_the_lectures_example():
    go = next(v for v in lexicon().verbs if v.key == "가다 go")
    for style, korean in (("plain", "나는 집에 간다"), ("polite", "저는 집에 가요")):
        one = Clause(pronoun("I", style), go, "present", parts={"goal": ("집에", "home")})
        assert (one.english(), one.korean(style)) == ("I go home", korean)


def test_the_lexicon_is_large_whole_and_in_one_form():
    words = lexicon()
    assert len(words.nouns) + len(words.verbs) + len(words.adjectives) + len(words.places) > 400
    for keys in (
        [n.ko for n in words.nouns],
        [v.key for v in words.verbs],
        [a.word.stem + a.en for a in words.adjectives],
    ):
        assert not [key for key, times in Counter(keys).items() if times > 1]
    for path in FOLDER.glob("*.tsv"):
        text = path.read_text("utf-8")
        assert unicodedata.is_normalized("NFC", text), path
    known = set().union(*(n.classes | {n.ko} for n in words.nouns)) | {"feel"}
    assert not set().union(*(v.objects | v.subjects for v in words.verbs), *(a.of for a in words.adjectives)) - known


def test_each_irregular_word_is_marked():
    words = [one.word for one in (*lexicon().verbs, *lexicon().adjectives)]
    for w in words:
        if w.stem.endswith("하"):
            assert w.irregular == "하", w
        elif w.stem.endswith("르"):
            assert w.irregular in ("르", "러"), w
        elif split(w.stem[-1])[1:] == ("ㅡ", ""):
            assert w.irregular == "ㅡ", w
        elif final(w.stem) == "ㄹ":
            assert w.irregular == "ㄹ", w
        elif w.irregular:
            assert final(w.stem) == w.irregular, w
        elif final(w.stem) in ("ㅂ", "ㄷ", "ㅅ", "ㅎ"):  # regular though they look otherwise
            assert w.stem in ("입", "씹", "잡", "줍", "좁", "닫", "믿", "웃", "씻", "벗", "좋"), w


@pytest.mark.parametrize("strict", [False, True])
def test_one_side_tells_the_other(strict: bool, made):
    writer, told = Writer(3, strict=True), {}
    for one in (writer.sentence() for _ in range(MANY)) if strict else made:
        known, other = (one.korean, one.english) if strict else (one.english, one.korean)
        assert told.setdefault(known, other) == other


def test_english_agrees(made):
    text = " | ".join(one.english for one in made)
    wrong = r"\b(I is|I are|he are|she are|they is|they was|we was|you was|a [aeiou]\w*|an (?!hour)[^aeiou ]\w*)\b"
    assert not re.search(wrong, text)
    assert not re.search(r"\b(this|that|a) (socks|shoes|pants|glasses|sneakers)\b", text)
    assert not re.search(r"  | [.?,]", text)


def test_the_verb_ends_and_particles_fit(made):
    for one in made:
        assert re.search(r"(다|니|라|자|요)[.?]$", one.korean), one
        for noun in re.findall(r"([가-힣])(?:를|와) ", one.korean):
            assert not final(noun), one


def test_politeness_is_told_by_the_opening(made):
    openers = ("Yes,", "No,", "Hello,", "Teacher,", "Professor,", "Grand", "Doctor,", "Please ")
    for one in made:
        assert one.english.startswith(openers) == (one.korean[-2] == "요"), one


def test_splits_share_nothing_and_hold_combinations_out():
    splits = {name: list(write(1, 300, name)) for name in ("train", "valid", "test")}
    for side in (0, 1):
        texts = [{one[side] for one in rows} for rows in splits.values()]
        assert len(set().union(*texts)) == sum(len(one) for one in texts)
    assert not any(held_out(one) for name in ("train", "valid") for one in splits[name])
    assert sum(held_out(one) for one in splits["test"]) > 60
    assert {split_of(one) for one in splits["valid"]} == {"valid"}


def test_training_shows_every_verb_and_adjective():
    shown = {pair for one in write(2, 12_000) for pair in one.pairs}
    firsts = {first for first, _ in shown}
    with_objects = {v.key for v in lexicon().verbs if len(lexicon().of(v.objects)) >= FEW}
    assert not with_objects - firsts
    assert len({second for _, second in shown} & {n.ko for n in lexicon().nouns}) > 190


def test_the_same_seed_writes_the_same_file(tmp_path: Path):
    files = [tmp_path / name for name in ("a.tsv", "b.tsv", "c.tsv.gz")]
    for path, seed in zip(files, "112", strict=True):
        assert main(["--seed", seed, "--count", "200", "--out", str(path)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    pairs = read_pairs(files[0])
    assert len({source for source, _ in pairs}) == 200
    assert pairs != read_pairs(files[2])
