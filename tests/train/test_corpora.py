"""Several corpora, either direction, and what is held out stays out."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from core.text.corpus import CorpusError, Pair, grouped, key, read_pairs
from core.text.languages import directed, language_of
from core.train.__main__ import main as train
from core.train.corpora import read_corpora
from core.train.grammar import write
from core.train.split import main, split


@pytest.fixture(scope="module")
def korean() -> list[Pair]:
    return [(one.english, one.korean) for one in write(5, 300)]


def saved(path: Path, pairs: list[Pair]) -> str:
    path.write_text("".join(f"{src}\t{tgt}\n" for src, tgt in pairs), "utf-8")
    return str(path)


def test_a_corpus_serves_both_directions(pairs: list[Pair], korean: list[Pair]):
    for corpus, other in ((pairs, "fr"), (korean, "ko")):
        assert directed(corpus, "en", other) == corpus
        assert directed(corpus, other, "en") == [(b, a) for a, b in corpus]
        assert directed([(b, a) for a, b in corpus], "en", other) == corpus


def test_another_language_is_told(tmp_path: Path, korean: list[Pair], capsys: pytest.CaptureFixture[str]):
    file = saved(tmp_path / "eng-kor.tsv", korean)
    assert train(["--config", "transformer-fr-en", "--corpus", file, "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"{file}: is a corpus of en and ko, not of fr and en\n"
    assert not (tmp_path / "out").exists()


def test_languages_that_nobody_can_tell_are_taken_as_they_stand():
    assert language_of(["x w z", "42", "..."]) is None
    assert language_of([]) is None
    assert directed([("x", "z")], "fr", "en") == [("x", "z")]


def test_a_model_of_one_language_reads_the_first_column(pairs: list[Pair]):
    assert directed(pairs, "en", "en") == pairs


def test_a_small_corpus_counts_several_times(tmp_path: Path):
    one, two = (saved(tmp_path / name, [(f"{name} a", f"{name} b")]) for name in ("uno", "due"))
    assert read_corpora([one, f"{two}:3"], "en", "ko") == [("uno a", "uno b")] + 3 * [("due a", "due b")]
    with pytest.raises(CorpusError, match="due:0: cannot be read"):
        read_corpora([f"{two}:0"], "en", "ko")


def test_held_out_sentences_are_not_trained_on(tmp_path: Path):
    corpus = saved(
        tmp_path / "a.tsv", [("I know.", "Je sais."), ("I KNOW!", "Oui."), ("Yes.", "Je sais"), ("No.", "Non.")]
    )
    held = saved(tmp_path / "b.tsv", [("I know", "Je sais.")])
    assert read_corpora([corpus], "en", "fr", [held]) == [("No.", "Non.")]
    with pytest.raises(CorpusError, match="nothing is left"):
        read_corpora([corpus], "en", "fr", [corpus])


def test_sentences_alike_but_for_case_and_punctuation_are_one():
    assert key("Tom's  HERE!") == key("toms here") != key("Tom is here")
    assert key("나는 집에 간다.") == key("나는 집에  간다")


def test_no_sentence_of_either_language_is_in_two_splits(korean: list[Pair]):
    ring = [(f"Sentence {i}.", f"문장 {i // 2}.") for i in range(400)]  # two by two, they share a translation
    pairs = [*korean, *ring, *((src.upper(), f"{tgt}?") for src, tgt in ring[::3])]
    parts = split(pairs)
    assert sum(map(len, parts.values())) == len(pairs)
    for side in (0, 1):
        keys = [{key(pair[side]) for pair in part} for part in parts.values()]
        assert sum(map(len, keys)) == len(set.union(*keys))
    for name in ("valid", "test"):
        assert 0.02 < len(parts[name]) / len(pairs) < 0.09
    assert split(pairs[::-1])["test"] == parts["test"][::-1]  # nothing hangs on the order


def test_more_pairs_move_none_of_the_others():
    first = [(f"Sentence {i}.", f"문장 {i}.") for i in range(300)]
    more = [(f"Another {i}.", f"다른 {i}.") for i in range(300)]
    for name, part in split(first).items():
        assert set(part) <= set(split([*more, *first])[name])


def test_the_command_writes_three_files(tmp_path: Path, korean: list[Pair], capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "eng-kor.tsv.gz"
    path.write_bytes(gzip.compress("".join(f"{src}\t{tgt}\n" for src, tgt in korean).encode()))
    assert main(["--corpus", str(path), "--out", str(tmp_path / "out")]) == 0
    files = [tmp_path / "out" / f"eng-kor.{name}.tsv.gz" for name in ("train", "valid", "test")]
    assert sorted(pair for file in files for pair in read_pairs(file)) == sorted(korean)
    assert capsys.readouterr().out.count("pairs\n") == 3
    assert main(["--corpus", str(tmp_path / "none.tsv"), "--out", str(tmp_path)]) == 2
    assert "none.tsv: cannot be read" in capsys.readouterr().err


def test_the_other_way_round_sentences_are_grouped_by_the_other_side(pairs: list[Pair]):
    assert set(grouped(directed(pairs, "fr", "en"))) == {french for _, french in pairs}
