"""`python -m core.train`, from the outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.models import load_model
from core.train.__main__ import main

ROOT = Path(__file__).parents[2]


def arguments(corpus: Path, out: Path, *more: str) -> list[str]:
    return ["--config", "toy", "--corpus", str(corpus), "--out", str(out), *more]


def test_ten_pairs_are_learned_by_heart(corpus: Path, tmp_path: Path):
    """The check of a check: a model that can't do this can't learn anything."""
    out = tmp_path / "ten"
    assert main(arguments(corpus, out, "--overfit", "10", "--epochs", "100")) == 0
    last = json.loads((out / "log.jsonl").read_text("utf-8").splitlines()[-1])
    assert last["valid_loss"] < 0.05
    assert last["step"] == 100  # one batch
    assert not (out / "epochs").exists()

    from core.evaluate import translate
    from core.text.corpus import read_pairs

    ten = read_pairs(corpus)[:10]
    assert translate(load_model("ten", tmp_path), [src for src, _ in ten]) == [tgt for _, tgt in ten]


def test_ctrl_c_saves_and_the_same_command_goes_on(corpus: Path, tmp_path: Path):
    out = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "core.train", *arguments(corpus, out, "--epochs", "5000")],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        give_up = time.monotonic() + 120
        while not (out / "log.jsonl").exists() and process.poll() is None and time.monotonic() < give_up:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert f"the same command goes on from {out}" in errors
    assert "Traceback" not in errors

    done = len((out / "log.jsonl").read_text("utf-8").splitlines())
    assert done >= 1
    assert main(arguments(corpus, out, "--epochs", str(done + 1))) == 0
    epochs = [json.loads(line)["epoch"] for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
    assert epochs == list(range(1, done + 2))
    assert load_model("run", tmp_path).info.src == "en"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\tb\nno tab\n", "line 2: has no tab"),
        (b"a\t\n", "line 1: the translation is empty"),
        (b"\xff\xfe\n", "line 1: is not UTF-8"),
        (b"", "is empty"),
    ],
)
@pytest.mark.parametrize("which", ["--corpus", "--valid"])
def test_a_bad_corpus_ends_before_training(
    corpus: Path, tmp_path: Path, data: bytes, message: str, which: str, capsys: pytest.CaptureFixture[str]
):
    bad, out = tmp_path / "bad.tsv", tmp_path / "out"
    bad.write_bytes(data)
    given = {"--corpus": str(corpus), "--valid": str(corpus)} | {which: str(bad)}
    assert main(["--config", "toy", "--out", str(out), *(part for item in given.items() for part in item)]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert "bad.tsv" in errors
    assert not out.exists()


def test_a_missing_corpus_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(arguments(tmp_path / "nowhere.tsv", tmp_path / "out")) == 2
    assert "nowhere.tsv" in capsys.readouterr().err


def test_sentences_longer_than_the_models_positions_are_left_out(tmp_path: Path):
    """Not an error in the middle of an epoch."""
    corpus = tmp_path / "long.tsv"
    corpus.write_text("".join(f"{'a b c d ' * n}\t{'e f g h ' * n}\n" for n in (1, 2, 3, 15, 16, 20, 40)), "utf-8")
    assert main(arguments(corpus, tmp_path / "out", "--epochs", "1")) == 0
