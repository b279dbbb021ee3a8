"""What is tried on a picture, with a random model and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core.__main__ import main
from core.config import ViTConfig
from core.errors import ModelError
from core.i18n import translate
from core.lab import vision
from core.measures.rollout import rollout
from core.models import PictureModel, load_held_out, load_picture_model, save_model, write
from core.nn.vit import VisionTransformer
from core.shelf import ModelInfo
from core.trace import AttentionMap, Axis
from core.tracing.pictures import patch_axis, trace_picture

CONFIG = ViTConfig(d_model=16, n_heads=2, n_layers=2, d_ff=32, dropout=0.0)
PICTURE = np.random.default_rng(0).integers(0, 17, (8, 8)).astype(np.float32)


@pytest.fixture
def model(tmp_path) -> PictureModel:
    net = VisionTransformer(CONFIG).eval()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return PictureModel(ModelInfo("vit", "vit", "", "", CONFIG, tmp_path), net)


def test_the_trace_holds_the_models_maps_and_chances(model):
    found = trace_picture(model, PICTURE, "seven")
    output = model.net(torch.tensor(PICTURE)[None, None] / 16)
    assert_close(torch.tensor(found["encoder_self"].weights), output.encoder_self[0].detach())
    ids, chances = zip(*((one.id, np.exp(one.log_prob)) for one in found.steps[0].top), strict=True)
    assert_close(torch.tensor(chances, dtype=torch.float32), output.logits[0].softmax(-1)[list(ids)].detach())
    assert list(chances) == sorted(chances, reverse=True)
    assert found.tgt_text == str(ids[0])
    np.testing.assert_allclose(vision.chances(model, PICTURE[None])[0][list(ids)], chances, rtol=1e-4)


def test_patches_are_named_as_those_of_other_peoples_models():
    axis = patch_axis(CONFIG)
    assert axis.tokens[:6] == ("[CLS]", "r1c1", "r1c2", "r1c3", "r1c4", "r2c1")
    assert axis.special == (True, *[False] * 16)


def test_a_picture_of_another_size_is_refused(model):
    for wrong in (PICTURE[:7], np.full((8, 8), np.nan, np.float32)):
        with pytest.raises(ValueError, match="is no picture"):
            trace_picture(model, wrong)


def test_patches_go_out_and_back():
    small = np.arange(16, dtype=np.float32).reshape(4, 4)
    np.testing.assert_array_equal(vision.patches(small, 2)[1], [[2, 3], [6, 7]])
    np.testing.assert_array_equal(vision.rearranged(small, np.array([3, 1, 2, 0]), 2)[:2, :2], [[10, 11], [14, 15]])
    np.testing.assert_array_equal(vision.rearranged(small, np.arange(4), 2), small)


def test_an_erased_patch_is_one_without_ink(model):
    blank = PICTURE.copy()
    blank[2:4, 6:8] = 0  # second row of patches, fourth column
    found = vision.erased(model, PICTURE, 3)
    np.testing.assert_allclose(found[1, 3], vision.chances(model, blank[None])[0, 3], rtol=1e-4)
    empty = np.zeros((8, 8), np.float32)
    np.testing.assert_allclose(vision.erased(model, empty, 3), vision.chances(model, empty[None])[0, 3], rtol=1e-4)


def test_a_picture_moves_by_a_pixel_each_way():
    found = dict(zip(vision.NUDGES, vision.nudged(PICTURE), strict=True))
    np.testing.assert_array_equal(found[0, 0], PICTURE)
    np.testing.assert_array_equal(found[1, 0][1:], PICTURE[:-1])  # down
    assert not found[1, 0][0].any()
    np.testing.assert_array_equal(found[0, -1][:, :-1], PICTURE[:, 1:])  # left


def test_shuffling_tells_only_by_positions(model):
    for parameter in model.net.parameters():  # faint attention takes a mean, to which no order matters
        torch.nn.init.normal_(parameter, std=0.8)
    found = vision.shuffled(model, PICTURE, 1)
    assert sorted(found.order) == list(range(16))
    np.testing.assert_allclose(found.without_moved, found.without, atol=1e-5)
    assert np.abs(found.moved - found.usual).max() > 0.01
    np.testing.assert_allclose(vision.chances(model, found.picture[None])[0], found.moved, atol=1e-5)


def test_positions_are_like_themselves(model):
    found = vision.alike(model)
    np.testing.assert_allclose(np.diag(found), 1, atol=1e-5)
    np.testing.assert_allclose(found, found.T, atol=1e-5)


def test_rollout_by_hand():
    """Two layers of one head over two places: (A2 + I)/2 (A1 + I)/2."""
    axis = Axis(("a", "b"), (0, 1), ("a", "b"), (False, False))
    weights = np.float32([[[[0, 1], [0, 1]]], [[[1, 0], [0.5, 0.5]]]])
    found = rollout(AttentionMap("encoder_self", weights, axis, axis))
    np.testing.assert_allclose(found, [[0.5, 0.5], [0.125, 0.875]])


def test_held_out_pictures_lie_beside_the_model(model, tmp_path):
    folder = tmp_path / "digits"
    record = {"architecture": "vit", "src": "", "tgt": "", "model": CONFIG.as_dict()}
    save_model(folder, model.net, None, record)
    loaded = load_picture_model("digits", tmp_path)
    with pytest.raises(ModelError, match="held_out"):
        load_held_out(loaded)
    images = torch.randint(0, 17, (4, 8, 8), dtype=torch.uint8)
    write(folder / "held_out.safetensors", {"images": images, "labels": torch.tensor([1, 0, 1, 7]).to(torch.uint8)})
    found = vision.held_out(loaded)
    assert found.each(1) == [1, 0, 3]
    np.testing.assert_allclose(found.chances.sum(-1), 1, rtol=1e-5)
    true = [found.chances[i, label] for i, label in enumerate(found.labels)]
    assert found.hardest(4) == list(np.argsort(true))
    assert found.accuracy == np.mean(found.read == [1, 0, 1, 7])


def test_the_command_lists_it_and_says_what_it_cannot_read(model, tmp_path, capsys):
    record = {"architecture": "vit", "src": "", "tgt": "", "model": CONFIG.as_dict()}
    save_model(tmp_path / "digits", model.net, None, record)
    assert main(["models", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "digits\tpictures\tvit, 2 layers, 2 heads, 4 x 4 patches\n"
    for what in (["--text", "seven"], ["--picture", "seven.png"]):
        assert main(["run", "--root", str(tmp_path), "--model", "digits", *what]) == 2
        assert translate("en", "error.model_no_text", name="digits") in capsys.readouterr().err


def test_a_model_of_texts_reads_no_picture(models):
    with pytest.raises(ModelError, match="model_no_pictures"):
        load_picture_model("tiny", models)
