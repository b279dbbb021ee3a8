"""The recurrent translators train by the same command and loop: by heart, stopped and resumed, with what is given."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.config import Augmentation
from core.evaluate import perplexity, translate
from core.models import TOKENIZER, WEIGHTS, load_model, own_tensors
from core.shelf import CONFIG
from core.text.corpus import Pair, read_pairs
from core.train import loop
from core.train.__main__ import main, prepare
from core.train.checkpoint import STATE
from core.train.loop import Run, Stopped, train, update
from core.train.recipes import RECIPES


def command(config: str, corpus: Path, out: Path, *more: str) -> int:
    return main(["--config", config, "--corpus", str(corpus), "--out", str(out), *more])


@pytest.mark.parametrize("config", ["toy-bahdanau"])
def test_three_pairs_are_learned_by_heart(corpus: Path, tmp_path: Path, config: str):
    out = tmp_path / "three"
    assert command(config, corpus, out, "--overfit", "3", "--epochs", "60") == 0
    three = read_pairs(corpus)[:3]
    model = load_model("three", tmp_path)
    assert model.info.architecture == "seq2seq"
    assert translate(model, [src for src, _ in three]) == [tgt for _, tgt in three]
    assert translate(model, [src for src, _ in three], beam=3) == [tgt for _, tgt in three]


@pytest.mark.parametrize("config", ["toy-none", "toy-bahdanau", "toy-local-p", "toy-lm", "toy-gpt", "toy-bert"])
def test_stopping_and_going_on_is_never_stopping(
    pairs: list[Pair], tmp_path: Path, config: str, monkeypatch: pytest.MonkeyPatch
):
    recipe = replace(RECIPES[config], augmentation=Augmentation(0.2, 0.2, 0.5))

    def run(out: str) -> Run:
        return prepare(recipe, pairs[:30], pairs[30:40], tmp_path / out)

    assert train(run("unbroken")).epoch == 2

    def stop_at_5(one: Run, batch: object) -> float:
        if one.progress.step == 4:
            loop.signal.raise_signal(loop.signal.SIGTERM)
        return update(one, batch)

    monkeypatch.setattr(loop, "update", stop_at_5)
    with pytest.raises(Stopped):
        train(run("stopped"))
    monkeypatch.setattr(loop, "update", update)
    assert train(run("stopped")).epoch == 2
    whole, again = (load_file(tmp_path / out / STATE) for out in ("unbroken", "stopped"))
    assert whole.keys() == again.keys()
    for name, tensor in whole.items():
        assert torch.equal(again[name], tensor), name


def test_a_language_model_learns_the_source_side_by_heart(corpus: Path, tmp_path: Path):
    assert command("toy-lm", corpus, tmp_path / "lm", "--overfit", "5", "--epochs", "60") == 0
    model, pairs = load_model("lm", tmp_path), read_pairs(corpus)[:5]
    assert (model.info.architecture, model.info.src, model.info.tgt) == ("rnn_lm", "en", "en")
    ours, theirs = (perplexity(model, [pair[side] for pair in pairs]) for side in (0, 1))
    assert ours < 6 < 60 < theirs  # it never read a word of the translations


def test_another_models_tokenizer_is_taken_and_kept(corpus: Path, tmp_path: Path):
    assert command("toy-none", corpus, tmp_path / "a", "--epochs", "1", "--overfit", "3") == 0
    shared = tmp_path / "a" / TOKENIZER
    assert command("toy-none", corpus, tmp_path / "b", "--epochs", "1", "--tokenizer", str(shared)) == 0
    assert (tmp_path / "b" / TOKENIZER).read_bytes() == shared.read_bytes()


@pytest.mark.parametrize("content", [None, "{}", "no json"])
def test_a_tokenizer_that_is_none_is_named(
    corpus: Path, tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
):
    bad = tmp_path / "bad.json"
    if content is not None:
        bad.write_text(content, "utf-8")
    assert command("toy-none", corpus, tmp_path / "out", "--tokenizer", str(bad)) == 2
    assert f"{bad}: is missing or no tokenizer" in capsys.readouterr().err


def test_a_model_begins_with_anothers_weights_as_far_as_they_go(corpus: Path, tmp_path: Path):
    """Local attention adds a window to the model with global attention, and its config tells where it came from."""
    assert command("toy-general", corpus, tmp_path / "global", "--epochs", "1") == 0
    pairs = read_pairs(corpus)
    run = prepare(
        RECIPES["toy-local-p"], pairs, pairs, tmp_path / "local", tmp_path / "global" / TOKENIZER, tmp_path / "global"
    )
    kept, own = load_file(tmp_path / "global" / WEIGHTS), own_tensors(run.net)
    assert set(own) - set(kept) == {"alignment.window.w_p.weight", "alignment.window.v_p.weight"}
    for name, tensor in kept.items():
        assert torch.equal(own[name].detach(), tensor.float())
        assert torch.equal(run.ema[name], tensor.float())
    given = ["--tokenizer", str(tmp_path / "global" / TOKENIZER), "--init", str(tmp_path / "global")]
    assert command("toy-local-p", corpus, tmp_path / "local", "--epochs", "1", *given) == 0
    record = json.loads((tmp_path / "local" / CONFIG).read_text("utf-8"))
    assert (record["architecture"], record["began_from"]) == ("seq2seq", "global")
    assert "began_from" not in json.loads((tmp_path / "global" / CONFIG).read_text("utf-8"))


def test_weights_of_another_kind_of_model_are_refused(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert command("toy", corpus, tmp_path / "transformer", "--epochs", "1") == 0
    given = ["--tokenizer", str(tmp_path / "transformer" / TOKENIZER), "--init", str(tmp_path / "transformer")]
    assert command("toy-general", corpus, tmp_path / "out", *given) == 2
    assert "model_foreign" in capsys.readouterr().err
