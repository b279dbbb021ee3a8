"""A Vision Transformer's maps are its own, and each patch has the name of its place."""

from __future__ import annotations

import io
import json
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import ModelError, TextError
from core.hub import files, loading, naming, tracing, vision
from tests.hub.conftest import TEXT


@pytest.fixture(scope="module")
def vit(tmp_path_factory):
    from transformers import ViTConfig, ViTForImageClassification

    folder, size = tmp_path_factory.mktemp("vit"), {"hidden_size": 16, "intermediate_size": 32}
    config = ViTConfig(image_size=(8, 12), patch_size=4, num_hidden_layers=2, num_attention_heads=2, **size)
    ViTForImageClassification(config).save_pretrained(folder)
    told = {"image_mean": [0.1, 0.2, 0.3], "image_std": [0.5, 0.6, 0.7], "resample": 2}
    (folder / "preprocessor_config.json").write_text(json.dumps(told))
    return loading.load(files.found(naming.named(str(folder))), "vit")


def picture(width=12, height=8):
    """A picture with other colours everywhere, as a PNG and as an array."""
    from PIL import Image

    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue(), values


def test_the_maps_are_the_models_own(vit):
    data, values = picture()
    scaled = (values / 255 - [0.1, 0.2, 0.3]) / [0.5, 0.6, 0.7]
    read = torch.tensor(scaled.transpose(2, 0, 1)[None], dtype=torch.float32)
    torch.testing.assert_close(vision.pixels(vit, data), read)
    with torch.no_grad():
        output = vit.net(pixel_values=read, output_attentions=True)
    found = vision.trace_picture(vit, data, "noise.png")
    np.testing.assert_allclose(found["encoder_self"].weights, torch.cat(output.attentions).numpy(), atol=1e-6)
    assert found.tgt_text == vit.config.id2label[int(output.logits.argmax())]


def test_every_patch_is_named_by_row_and_column(vit):
    axis = vision.trace_picture(vit, picture(30, 50)[0])["encoder_self"].keys
    assert axis.tokens == ("[CLS]", "r1c1", "r1c2", "r1c3", "r2c1", "r2c2", "r2c3")
    assert axis.special == (True, *[False] * 6)


@pytest.mark.parametrize("data", [b"", b"no picture", picture()[0][:60]])
def test_what_is_no_picture_says_so(vit, data):
    with pytest.raises(TextError) as error:
        vision.trace_picture(vit, data)
    assert error.value.code == "hub_no_image"


def test_a_picture_that_unpacks_to_too_much_is_not_unpacked(vit, monkeypatch):
    monkeypatch.setattr(vision, "MAX_PIXELS", 50)
    with pytest.raises(TextError) as error:
        vision.trace_picture(vit, picture()[0])
    assert error.value.code == "hub_picture_large"


def test_texts_and_pictures_are_not_mixed_up(vit, hub_models):
    with pytest.raises(ModelError) as error:
        vision.trace_picture(hub_models["bert"], picture()[0])
    assert error.value.code == "hub_no_picture"
    with pytest.raises(ModelError) as error:
        tracing.trace(vit, TEXT)
    assert error.value.code == "hub_picture"


@pytest.mark.parametrize("told", [{"resample": None}, {"resample": 99}, {"image_mean": [0.5]}, {"image_std": "x"}])
def test_foreign_values_are_a_sentence(told, vit, tmp_path):
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(told))
    with pytest.raises(ModelError, match="hub_config"):
        vision.pixels(replace(vit, folder=tmp_path), picture()[0])


def test_a_picture_that_unpacks_to_too_much_text_is_none(vit):
    """Pillow raises a plain ValueError for it."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    told, buffer = PngInfo(), io.BytesIO()
    told.add_text("comment", "a" * 2_000_000, zip=True)
    Image.new("RGB", (8, 8)).save(buffer, "PNG", pnginfo=told)
    with pytest.raises(TextError, match="hub_no_image"):
        vision.pixels(vit, buffer.getvalue())


def test_only_the_two_kinds_that_are_asked_for_are_opened(vit):
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "GIF")
    with pytest.raises(TextError, match="hub_no_image"):
        vision.pixels(vit, buffer.getvalue())


@pytest.mark.parametrize("side", [8_000, 20_000])  # beyond our limit, and beyond Pillow's own
def test_a_picture_that_unpacks_to_too_many_pixels_gets_a_sentence(side, vit):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(TextError, match="hub_picture_large"):
        vision.pixels(vit, bomb)
