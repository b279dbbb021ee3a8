"""What a model's folder says of its quality, and that whatever is missing or foreign says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cards import Scores, read_scores
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
