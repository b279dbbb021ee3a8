"""Which models counting beats, by what their cards and configs say."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

from core.ui.nextword import Column, behind_counting


def column(
    root: Path, look: str, rows: dict[str, float], epochs: int | None = None, order: int | None = None
) -> Column:
    folder = root / look
    folder.mkdir()
    lines = [f"| {name} | {value} |" for name, value in rows.items()]
    (folder / "README.md").write_text("\n".join(["| model | value |", "| --- | --- |", *lines]))
    (folder / "config.json").write_text(json.dumps({"progress": {"epoch": epochs}} if epochs else {}))
    return Column(look, SimpleNamespace(folder=folder), order)


def test_only_what_learns_and_is_worse_than_the_best_that_counts(tmp_path: Path):
    found = [
        column(tmp_path, "markov-1", {"1": 38.2}, order=1),
        column(tmp_path, "markov-2", {"2": 27.3}, order=2),
        column(tmp_path, "rnn", {"perplexity": 33.0}, epochs=3),  # better than order 1 alone
        column(tmp_path, "lstm", {"perplexity": 27.3}, epochs=8),  # as good
        column(tmp_path, "gru", {"perplexity": 24.0}, epochs=8),
        column(tmp_path, "gpt", {}, epochs=1),  # its card says nothing
        column(tmp_path, "window", {"perplexity": 90.0}),  # nobody knows how long it learned
    ]
    assert [(one.look, epochs) for one, epochs in behind_counting(found)] == [("rnn", 3)]


def test_without_a_model_that_counts_nothing_is_behind(tmp_path: Path):
    assert behind_counting([column(tmp_path, "rnn", {"perplexity": 33.0}, epochs=3)]) == []
