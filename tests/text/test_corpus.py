"""Corpora: what is read, and which line is named where one cannot be."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from core.text.corpus import CorpusError, grouped, read_pairs


def written(tmp_path: Path, data: bytes, name: str = "corpus.tsv") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_pairs_in_order_and_further_columns_are_left_out(tmp_path: Path):
    path = written(tmp_path, b"Go.\tVa !\tCC-BY 2.0\r\n Hi. \t Salut ! \n")
    assert read_pairs(path) == [("Go.", "Va !"), ("Hi.", "Salut !")]


def test_gzip_is_read_as_the_file_itself(tmp_path: Path, corpus: Path):
    path = written(tmp_path, gzip.compress(corpus.read_bytes()), "corpus.tsv.gz")
    assert read_pairs(path) == read_pairs(corpus)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\tb\nno tab here\nc\td\n", "line 2: has no tab"),
        (b"a\tb\n\nc\td\n", "line 2: has no tab"),
        (b"a\tb\nc\td\n\te\n", "line 3: the source is empty"),
        (b"a\t  \nc\td\n", "line 1: the translation is empty"),
        ("a\tb\ncafé\tcafé\n".encode("latin-1"), "line 2: is not UTF-8"),
        ("a\tb\n".encode("utf-16"), "line 1: is not UTF-8"),
        (b"", "is empty"),
        (b"\n", "line 1: has no tab"),
    ],
)
def test_a_bad_corpus_is_refused_naming_file_and_line(tmp_path: Path, data: bytes, message: str):
    with pytest.raises(CorpusError, match=message) as caught:
        read_pairs(written(tmp_path, data))
    assert "corpus.tsv" in str(caught.value)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"a\tb\n",  # no gzip at all
        lambda data: data[:-12],  # broken off
        lambda data: data[:10] + bytes([data[10] ^ 0xFF]) + data[11:],  # the first compressed byte
        lambda data: data[:-6] + b"\0\0" + data[-4:],  # the checksum
    ],
)
def test_bad_gzip_is_refused_naming_the_file(tmp_path: Path, corpus: Path, damage: Callable[[bytes], bytes]):
    path = written(tmp_path, damage(gzip.compress(corpus.read_bytes())), "corpus.tsv.gz")
    with pytest.raises(CorpusError, match=r"corpus\.tsv\.gz"):
        read_pairs(path)


def test_a_byte_order_mark_is_no_part_of_the_first_word(tmp_path: Path):
    assert read_pairs(written(tmp_path, "a\tb\nc\td\n".encode("utf-8-sig"))) == [("a", "b"), ("c", "d")]


def test_a_missing_corpus_is_refused_naming_the_file(tmp_path: Path):
    with pytest.raises(CorpusError, match=r"nowhere\.tsv: cannot be read"):
        read_pairs(tmp_path / "nowhere.tsv")


def test_a_sentence_keeps_all_its_translations_in_order():
    assert grouped([("a", "x"), ("b", "y"), ("a", "z")]) == {"a": ["x", "z"], "b": ["y"]}
