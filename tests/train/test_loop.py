"""The loop: a run that was stopped ends where one that never stopped does, bit by bit."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch.nn import functional as F  # noqa: N812 - its usual name
from torch.testing import assert_close

from core.config import Augmentation
from core.models import TOKENIZER, WEIGHTS, own_tensors
from core.shelf import CONFIG
from core.text.corpus import Pair
from core.train import loop
from core.train.__main__ import prepare
from core.train.augment import augment
from core.train.batches import bucket, collate, encode_pairs
from core.train.checkpoint import STATE
from core.train.loop import Run, Stopped, average, train, update, validate
from core.train.recipes import RECIPES, Recipe

TOY = replace(RECIPES["toy"], augmentation=Augmentation(0.2, 0.2, 0.5))  # noise of each kind, dropout too


def fresh(pairs: list[Pair], out: Path, recipe: Recipe = TOY) -> Run:
    return prepare(recipe, pairs[:30], pairs[30:40], out)


def state(out: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    with safe_open(out / STATE, "pt") as file:
        progress = json.loads(file.metadata()["progress"])
    progress.pop("seconds")
    return load_file(out / STATE), progress


def interrupt_after(steps: Iterator[int], monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Press Ctrl-C during these updates; the function given back takes the hand off the key."""
    due = list(steps)

    def watched(run: Run, batch: Any) -> float:
        loss = update(run, batch)
        if due and run.progress.step == due[0]:
            due.pop(0)
            os.kill(os.getpid(), signal.SIGINT)
        return loss

    monkeypatch.setattr(loop, "update", watched)
    return lambda: monkeypatch.setattr(loop, "update", update)


@pytest.fixture(scope="module")
def unbroken(pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("unbroken")
    train(fresh(pairs, out))
    return out


def test_stopping_and_going_on_is_never_stopping(
    pairs: list[Pair], unbroken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tensors, progress = state(unbroken)
    per_epoch = progress["step"] // 2
    assert per_epoch >= 3
    # In the middle of the first epoch, right at its end, and in the middle of the second.
    stops = [2, per_epoch, per_epoch + 2]
    interrupt_after(iter(stops), monkeypatch)
    for step in stops:
        torch.manual_seed(step)  # whatever happened in between
        run = fresh(pairs, tmp_path)
        with pytest.raises(Stopped):
            train(run)
        assert run.progress.step == step
    train(fresh(pairs, tmp_path))

    again, went = state(tmp_path)
    assert went == progress
    assert again.keys() == tensors.keys()
    assert {name.split(".")[0] for name in again} == {"net", "ema", "optimizer"}
    for name, tensor in tensors.items():
        assert torch.equal(again[name], tensor), name
    assert (tmp_path / "model.safetensors").read_bytes() == (unbroken / "model.safetensors").read_bytes()


def test_a_state_holds_weights_average_and_optimizer(pairs: list[Pair], unbroken: Path):
    run = fresh(pairs, unbroken)
    tensors, progress = state(unbroken)
    for name, parameter in own_tensors(run.net).items():
        assert torch.equal(parameter, tensors[f"net.{name}"])
        assert torch.equal(run.ema[name], tensors[f"ema.{name}"])
        assert torch.equal(run.optimizer.state[parameter]["exp_avg"], tensors[f"optimizer.exp_avg.{name}"])
        assert torch.equal(run.optimizer.state[parameter]["exp_avg_sq"], tensors[f"optimizer.exp_avg_sq.{name}"])
        assert run.optimizer.state[parameter]["step"] == progress["step"]
    assert run.net.output.weight is run.net.src_embedding.weight
    assert (run.progress.epoch, run.progress.batch) == (2, 0)


def test_a_finished_run_has_nothing_left_to_do(pairs: list[Pair], unbroken: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loop, "update", lambda run, batch: pytest.fail("it went on"))
    assert train(fresh(pairs, unbroken)).epoch == 2


def test_each_epoch_leaves_its_weights_and_a_line(unbroken: Path):
    assert sorted(p.name for p in (unbroken / "epochs").iterdir()) == ["01.safetensors", "02.safetensors"]
    lines = [json.loads(line) for line in (unbroken / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2]
    assert state(unbroken)[1]["best"] == min(line["valid_loss"] for line in lines)


def test_the_config_tells_how_long_the_sentences_were(pairs: list[Pair], unbroken: Path):
    """Of the best epoch, whose weights lie beside it."""
    record = json.loads((unbroken / CONFIG).read_text("utf-8"))
    seed = TOY.train.seed * 1000 + record["progress"]["epoch"] - 1
    tokenizer = fresh(pairs, unbroken).tokenizer
    lengths = [len(tokenizer.encode(src).ids) for src, _ in augment(pairs[:30], TOY.augmentation, seed)]
    assert record["data"]["typical_tokens"] == max(lengths)  # of thirty, the 99th of a hundred is the longest


def test_signals_do_afterwards_what_they_did_before(pairs: list[Pair], tmp_path: Path):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    train(fresh(pairs, tmp_path, replace(TOY, train=replace(TOY.train, epochs=1))))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_an_update_is_adam_on_the_clipped_gradient(pairs: list[Pair], tmp_path: Path):
    """The same step with PyTorch's own parts."""
    still = replace(TOY, model={**TOY.model, "dropout": 0.0})
    run, ref = fresh(pairs, tmp_path, still), fresh(pairs, tmp_path / "ref", still)
    run.bf16 = False
    config = still.train
    examples = encode_pairs(pairs[:30], run.tokenizer, config.max_tokens)
    batch = collate(examples[:8], run.tokenizer)
    adam = torch.optim.Adam(ref.net.parameters(), betas=(0.9, 0.98), eps=1e-9)
    for step in (1, 2, 3):
        logits = ref.net(batch.src, batch.tgt).logits.flatten(0, 1)
        loss = F.cross_entropy(logits, batch.labels.flatten(), ignore_index=0, label_smoothing=0.1)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(ref.net.parameters(), 1.0)
        adam.param_groups[0]["lr"] = config.lr * step / config.warmup
        adam.step()
        assert update(run, batch) == pytest.approx(loss.item(), rel=1e-5)
    for name, tensor in own_tensors(ref.net).items():
        if not name.endswith("w_k.bias"):  # softmax cancels it: Adam blows up a gradient of pure rounding
            assert_close(own_tensors(run.net)[name], tensor, rtol=1e-3, atol=1e-4)


def test_the_average_on_paper():
    ema, weights = {"a": torch.tensor([1.0, 2.0])}, {"a": torch.tensor([3.0, 0.0])}
    average(ema, weights, 0.75)
    assert_close(ema["a"], torch.tensor([1.5, 1.5]))
    average(ema, weights, 0.0)
    assert_close(ema["a"], weights["a"])


def test_validation_asks_the_average_and_puts_the_weights_back(pairs: list[Pair], tmp_path: Path):
    run = fresh(pairs, tmp_path)
    run.bf16 = False
    before = {name: tensor.clone() for name, tensor in own_tensors(run.net).items()}
    for tensor in run.ema.values():
        tensor.normal_(std=0.1)
    loss = validate(run)
    for name, tensor in own_tensors(run.net).items():
        assert torch.equal(tensor, before[name])
        tensor.data.copy_(run.ema[name])
    # The mean over all tokens, however they were batched.
    examples = encode_pairs(run.valid, run.tokenizer, 100)
    assert len(bucket(examples, run.recipe.train.batch_tokens, seed=0)) > 1
    batch = collate(examples, run.tokenizer)
    logits = run.net.eval()(batch.src, batch.tgt).logits.flatten(0, 1)
    assert loss == pytest.approx(F.cross_entropy(logits, batch.labels.flatten(), ignore_index=0).item(), rel=1e-4)


def test_training_stops_early_when_nothing_gets_better(
    pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    losses = iter([3.0, 2.0, 2.5, 2.1, 9.9, 9.9])
    monkeypatch.setattr(loop, "validate", lambda run: next(losses))
    monkeypatch.setattr(loop, "update", lambda run, batch: 0.0)
    patient = replace(TOY, train=replace(TOY.train, epochs=6, patience=2))
    progress = train(fresh(pairs, tmp_path, patient))
    assert (progress.epoch, progress.best, progress.bad_epochs) == (4, 2.0, 2)


def test_a_model_without_its_state_is_trained_further(pairs: list[Pair], unbroken: Path, tmp_path: Path):
    """What an installed model keeps: averaged weights in half precision, and how far it came."""
    for name in (WEIGHTS, CONFIG, TOKENIZER):
        (tmp_path / name).write_bytes((unbroken / name).read_bytes())
    run = fresh(pairs, tmp_path, replace(TOY, train=replace(TOY.train, epochs=3)))
    kept = load_file(unbroken / WEIGHTS)
    for name, parameter in own_tensors(run.net).items():
        assert torch.equal(parameter.detach(), kept[name].float())
        assert torch.equal(run.ema[name], kept[name].float())
    before = replace(run.progress)
    assert before.epoch in (1, 2)  # the better of the two is the model
    assert before.step > 0
    assert validate(run) == pytest.approx(before.best, abs=1e-2)
    assert train(run).epoch == 3
    assert run.progress.step > before.step


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: save_file(load_file(path), path),  # the counters are gone
        lambda path: save_file({"net.foreign": torch.zeros(2)}, path, {"progress": "{}"}),
        lambda path: save_file(load_file(path), path, {"progress": '{"epochs": 1}'}),
        lambda path: save_file({n: t.flatten()[:1] for n, t in load_file(path).items()}, path, {"progress": "{}"}),
    ],
)
def test_a_damaged_state_is_refused_naming_the_file(
    pairs: list[Pair], unbroken: Path, tmp_path: Path, damage: Callable[[Path], Any]
):
    for name in (STATE, TOKENIZER):
        (tmp_path / name).write_bytes((unbroken / name).read_bytes())
    damage(tmp_path / STATE)
    with pytest.raises(ValueError, match=r"state\.safetensors: is damaged or of another model"):
        fresh(pairs, tmp_path)
