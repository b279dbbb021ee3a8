"""Models on disk: what is saved comes back, and whatever is wrong with a file, the file is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

from core.config import TransformerConfig
from core.errors import ModelError
from core.models import Model, installed, load_model, load_weights, own_tensors, read_info, save_model, write
from core.nn.transformer import Transformer
from core.text.tokenizer import Tokenizer, train_tokenizer

BIAS = "encoder.0.attention.w_q.bias"


def test_what_is_saved_comes_back_in_half_precision(models: Path, model: Model, tokenizer: Tokenizer):
    torch.manual_seed(0)
    net = Transformer(model.info.config)  # the one that the fixture saved
    loaded = own_tensors(model.net)
    assert loaded.keys() == own_tensors(net).keys()
    for name, tensor in own_tensors(net).items():
        assert_close(loaded[name], tensor.half().float(), rtol=0, atol=0)
        assert loaded[name].dtype == torch.float32
    assert not model.net.training
    assert model.net.output.weight is model.net.src_embedding.weight
    assert model.tokenizer.encode("The cat.") == tokenizer.encode("The cat.")
    assert (model.info.name, model.info.src, model.info.tgt) == ("tiny", "en", "fr")


def test_a_second_round_trip_loses_nothing(models: Path, model: Model, tokenizer: Tokenizer):
    save_model(models / "again", model.net, tokenizer, json.loads((models / "tiny" / "config.json").read_text("utf-8")))
    assert installed(models) == ["again", "tiny"]
    for name, tensor in own_tensors(load_model("again", models).net).items():
        assert torch.equal(tensor, own_tensors(model.net)[name])


def test_other_weights_can_be_saved_in_place_of_the_nets_own(models: Path, model: Model, tokenizer: Tokenizer):
    averaged = {name: torch.full_like(tensor, 0.5) for name, tensor in own_tensors(model.net).items()}
    save_model(models / "tiny", model.net, tokenizer, json.loads(read(models / "tiny" / "config.json")), averaged)
    assert all(p.eq(0.5).all() for p in load_model("tiny", models).net.parameters())


def test_a_tied_matrix_is_on_disk_once(models: Path):
    names = load_file(models / "tiny" / "model.safetensors")
    assert "src_embedding.weight" in names
    assert not {"output.weight", "tgt_embedding.weight", "positions"} & set(names)


def read(path: Path) -> str:
    return path.read_text("utf-8")


def edit(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    record = json.loads(read(path))
    change(record)
    path.write_text(json.dumps(record), "utf-8")


def _change_tensor(path: Path, change: Callable[[dict[str, torch.Tensor]], Any]) -> None:
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (Path.unlink, "model_unreadable"),
        (lambda p: p.write_bytes(b""), "model_unreadable"),
        (lambda p: p.write_bytes(b"garbage" * 100), "model_unreadable"),
        (lambda p: p.write_bytes(p.read_bytes()[:-100]), "model_unreadable"),  # broken off
        (lambda p: p.write_bytes(b"\xff" * 8 + p.read_bytes()[8:]), "model_unreadable"),  # an absurd header length
        (lambda p: _change_tensor(p, lambda t: t.pop("decoder.1.cross.w_q.bias")), "model_foreign"),
        (lambda p: _change_tensor(p, lambda t: t.update(stranger=torch.zeros(1))), "model_foreign"),
        (
            lambda p: _change_tensor(p, lambda t: t.update({BIAS: torch.zeros(31)})),
            "model_foreign",
        ),
        (
            lambda p: _change_tensor(p, lambda t: t[BIAS].fill_(float("nan"))),
            "model_not_finite",
        ),
        (
            lambda p: _change_tensor(p, lambda t: t["src_embedding.weight"][7, 3].fill_(float("inf"))),
            "model_not_finite",
        ),
        (lambda p: _change_tensor(p, lambda t: t.update({BIAS: torch.full((32,), 3e38)})), "model_overflow"),
    ],
)
def test_bad_weights_are_refused_naming_the_file(models: Path, damage: Callable[[Path], Any], code: str):
    path = models / "tiny" / "model.safetensors"
    damage(path)
    with pytest.raises(ModelError) as caught:
        load_model("tiny", models)
    assert (caught.value.code, caught.value.values["file"]) == (code, str(path))


def test_the_tensor_at_fault_is_named(models: Path):
    path = models / "tiny" / "model.safetensors"
    _change_tensor(path, lambda t: t[BIAS].fill_(float("nan")))
    with pytest.raises(ModelError) as caught:
        load_model("tiny", models)
    assert caught.value.values["tensor"] == BIAS


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: p.write_text("", "utf-8"),
        lambda p: p.write_text("{", "utf-8"),
        lambda p: p.write_text("[]", "utf-8"),
        lambda p: p.write_text("null", "utf-8"),
        lambda p: p.write_bytes(b"\xff\xfe"),
        lambda p: edit(p, lambda r: r.pop("src")),
        lambda p: edit(p, lambda r: r.pop("architecture")),
        lambda p: edit(p, lambda r: r.update(architecture="diffusion")),
        lambda p: edit(p, lambda r: r.update(model=None)),
        lambda p: edit(p, lambda r: r["model"].pop("vocab_size")),
        lambda p: edit(p, lambda r: r["model"].update(stranger=1)),
        lambda p: edit(p, lambda r: r["model"].update(d_model="wide")),
        lambda p: edit(p, lambda r: r["model"].update(n_heads=5)),
        lambda p: edit(p, lambda r: r["model"].update(norm="sideways")),
    ],
)
def test_a_bad_config_is_refused_naming_the_file(models: Path, damage: Callable[[Path], Any]):
    path = models / "tiny" / "config.json"
    damage(path)
    with pytest.raises(ModelError) as caught:
        load_model("tiny", models)
    assert (caught.value.code, caught.value.values["file"]) == ("model_config", str(path))


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        lambda p: p.write_text("{}", "utf-8"),
        lambda p: p.write_bytes(p.read_bytes()[:500]),
        lambda p: train_tokenizer(["another one"] * 9, 300).save(p),  # of another size
        lambda p: p.write_text(read(p).replace('"<pad>"', '"<nil>"'), "utf-8"),
    ],
)
def test_a_bad_tokenizer_is_refused_naming_the_file(models: Path, damage: Callable[[Path], Any]):
    path = models / "tiny" / "tokenizer.json"
    damage(path)
    with pytest.raises(ModelError) as caught:
        load_model("tiny", models)
    assert (caught.value.code, caught.value.values["file"]) == ("model_tokenizer", str(path))


@pytest.mark.parametrize(
    ("more", "trained"),
    [
        ({}, None),
        ({"train": {"max_tokens": 100}}, 100),
        ({"train": {"max_tokens": 100}, "data": {"typical_tokens": 30}}, 30),
    ],
)
def test_how_long_its_sentences_were_comes_from_the_data_if_the_config_knows(models: Path, more, trained):
    edit(models / "tiny" / "config.json", lambda r: r.update(more))
    assert read_info("tiny", models).trained == trained


def test_a_config_of_another_size_is_refused(models: Path):
    edit(models / "tiny" / "config.json", lambda r: r["model"].update(d_ff=128))
    with pytest.raises(ModelError) as caught:
        load_model("tiny", models)
    assert caught.value.code == "model_foreign"


@pytest.mark.parametrize("name", ["../models/tiny", "..", ".", "", "tiny/", "tiny/../tiny", "TINY", "nobody", "\x00"])
def test_a_name_that_is_not_on_the_shelf_is_refused(models: Path, name: str):
    with pytest.raises(ModelError) as caught:
        read_info(name, models)
    assert caught.value.code == "model_missing"
    assert caught.value.values["installed"] == "tiny"


def test_an_absolute_path_is_no_name(models: Path):
    with pytest.raises(ModelError):
        load_model(str(models / "tiny"), models)


def test_an_empty_shelf_says_so(tmp_path: Path):
    assert installed(tmp_path) == []
    assert installed(tmp_path / "nowhere") == []
    with pytest.raises(ModelError) as caught:
        load_model("tiny", tmp_path)
    assert caught.value.values == {"name": "tiny", "installed": "-"}


def test_a_broken_off_write_leaves_the_old_file(models: Path, monkeypatch: pytest.MonkeyPatch):
    def full(tensors: Any, path: Path, metadata: Any) -> None:
        path.write_bytes(b"half of")
        raise OSError("no space left on device")

    path = models / "tiny" / "model.safetensors"
    before = path.read_bytes()
    monkeypatch.setattr("core.models.save_file", full)
    with pytest.raises(OSError, match="no space left"):
        write(path, {"a": torch.zeros(2)})
    assert path.read_bytes() == before


def test_weights_are_copied_into_the_nets_own_memory(models: Path):
    """A tied matrix stays one, and an optimizer that knows the parameters keeps knowing them."""
    net = Transformer(read_info("tiny", models).config)
    before = {name: tensor.data_ptr() for name, tensor in own_tensors(net).items()}
    load_weights(net, models / "tiny" / "model.safetensors")
    assert {name: tensor.data_ptr() for name, tensor in own_tensors(net).items()} == before


# Configs


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"d_model": 30}, "d_model 30 is not divisible by n_heads 8"),
        ({"d_model": 9, "n_heads": 3}, "d_model 9 is odd"),
        ({"n_heads": 0}, "n_heads must be at least 1, not 0"),
        ({"n_encoder_layers": 0}, "n_encoder_layers must be at least 1"),
        ({"dropout": 1.0}, "dropout 1.0"),
        ({"dropout": -0.1}, "dropout -0.1"),
        ({"norm": "none"}, "neither 'post' nor 'pre'"),
        ({"vocab_size": 2}, "below vocab_size 2"),
    ],
)
def test_a_config_that_means_nothing_raises(changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        TransformerConfig(**{"vocab_size": 20, **changes})


def test_a_config_goes_to_json_and_back():
    config = TransformerConfig(20, norm="pre", tied=False)
    assert TransformerConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config
    assert config.d_head == 32
