"""What a model's folder says of its quality, and that whatever is missing or foreign says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cards import LengthScore, Scores, read_follows, read_lengths, read_scores
from core.shelf import SHIPPED


def test_the_shipped_models_card_is_read():
    scores = read_scores(SHIPPED / "transformer-en-fr")
    assert scores.epochs is not None
    assert scores.epochs >= 4
    assert scores.loss is not None
    assert 0.5 < scores.loss < 2
    assert scores.bleu is not None
    assert 40 < scores.bleu < 60 < (scores.chrf or 0) < 80


def test_numbers_come_from_config_and_card(tmp_path: Path):
    (tmp_path / "config.json").write_text('{"progress": {"epoch": 4, "best": 1.5}}', "utf-8")
    (tmp_path / "README.md").write_text(
        "# x\n| | BLEU | chrF |\n| greedy | 31.5 | 50.25 |\n| beam 4 | 33 | 51 |\n", "utf-8"
    )
    assert read_scores(tmp_path) == Scores(4, 1.5, 31.5, 50.25)


@pytest.mark.parametrize("config", [None, "", "[]", "null", "{}", '{"progress": 3}', '{"progress": {"best": "x"}}'])
def test_what_is_missing_or_foreign_says_nothing(tmp_path: Path, config: str | None):
    if config is not None:
        (tmp_path / "config.json").write_text(config, "utf-8")
    (tmp_path / "README.md").write_bytes(b"\xff\xfe | greedy | many | few |")
    assert read_scores(tmp_path) == Scores()


def test_the_shipped_models_card_has_scores_by_length():
    found = read_lengths(SHIPPED / "transformer-en-fr")
    single = [row for row in found if not row.joined]
    assert [row.words for row in single][:2] == ["1-4", "5-7"]
    assert [row.low for row in single] == sorted(row.low for row in single)
    assert sum(row.n for row in single) > 1500
    assert single[0].bleu > single[3].bleu


def test_tables_by_length_say_which_test_they_are_of(tmp_path: Path):
    """What `core.evaluate --table` prints, under a paragraph each; other tables are none of them."""
    table = "| words | sentences | BLEU | chrF |\n| --- | --- | --- | --- |\n"
    (tmp_path / "README.md").write_text(
        f"# x\n\nGreedy, by the number of words:\n\n{table}| 1-4 | 1,424 | 57.4 | 71.5 |\n| 26+ | 3 | 2 | 30 |\n\n"
        f"Two or three joined (`--joined`), greedy,\nby the number of words:\n\n{table}| 5-7 | 9 | 1.5 | 2.5 |\n"
        "\n| epoch | updates | loss |\n| 1-4 | 3 | 2.0 | 1.0 |\n\nOther numbers:\n\n| 1-4 | 3 | 2.0 | 1.0 |\n",
        "utf-8",
    )
    assert read_lengths(tmp_path) == [
        LengthScore("1-4", 1, 1424, 57.4, 71.5, False),
        LengthScore("26+", 26, 3, 2.0, 30.0, False),
        LengthScore("5-7", 5, 9, 1.5, 2.5, True),
    ]


def test_a_card_without_such_a_table_says_nothing(tmp_path: Path):
    assert read_lengths(tmp_path) == []
    (tmp_path / "README.md").write_bytes(b"\xff\xfe | words | sentences | BLEU | chrF |")
    assert read_lengths(tmp_path) == []


def test_how_often_a_bert_tells_what_follows_is_read_from_its_card(tmp_path: Path):
    assert read_follows(tmp_path) is None
    (tmp_path / "README.md").write_text("| does the second sentence follow? (chance: 50 %) | 52.7 % | 2,000 |\n")
    assert read_follows(tmp_path) == 52.7
