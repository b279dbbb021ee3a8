"""Training on pictures, without the data set; and the shipped model on what was held out from it."""

from __future__ import annotations

import torch

from core.config import ViTConfig
from core.lab.vision import held_out
from core.models import load_picture_model
from core.shelf import SHIPPED
from core.train.digits import HELD_OUT, Digits, moved, split
from core.train.vision import VisionTraining, accuracy, train


def bars(n: int) -> Digits:
    """Class 0 is an upright bar, class 1 a lying one; each a bit different."""
    images = torch.randint(0, 3, (n, 8, 8), dtype=torch.uint8)
    labels = torch.arange(n) % 2
    images[labels == 0, :, 3:5] = 16
    images[labels == 1, 3:5] = 16
    return Digits(images, labels)


def test_it_learns_what_tells_two_shapes_apart():
    config = ViTConfig(classes=2, d_model=16, n_heads=2, n_layers=1, d_ff=16, dropout=0.0)
    net = train(config, bars(64), VisionTraining(epochs=12, batch=16, lr=5e-3))
    assert not net.training
    assert accuracy(net, bars(64)) == 1


def test_the_same_seed_trains_the_same_model():
    config = ViTConfig(classes=2, d_model=8, n_heads=2, n_layers=1, d_ff=8)
    data = bars(16)
    a, b = (train(config, data, VisionTraining(epochs=2, batch=8)).state_dict() for _ in range(2))
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_a_moved_picture_is_still_a_picture():
    pixels = bars(40).pixels
    found = moved(pixels, torch.Generator().manual_seed(0))
    assert found.shape == pixels.shape
    assert 0 <= float(found.min()) <= float(found.max()) <= 1
    assert not torch.allclose(found, pixels, atol=0.05)
    turned = found[1::2] - found[1::2].transpose(2, 3)  # a lying bar still lies
    assert float(turned[:, 0, 3:5, 0].mean()) > 0.2


def test_the_last_pictures_are_held_out():
    data = Digits(torch.zeros(400, 8, 8, dtype=torch.uint8), torch.arange(400))
    seen, kept = split(data)
    assert (len(seen), len(kept)) == (40, HELD_OUT)
    assert not set(seen.labels.tolist()) & set(kept.labels.tolist())


def test_the_shipped_model_reads_digits_it_never_saw():
    """All that were held out, at least 97 of 100; and the card says how many."""
    found = held_out(load_picture_model("vit-digits", SHIPPED))
    assert len(found.labels) == HELD_OUT
    assert found.accuracy >= 0.97
    right = int((found.read == found.labels).sum())
    assert f"{right} of {HELD_OUT}" in (SHIPPED / "vit-digits" / "README.md").read_text("utf-8")
