"""The page Vision, run as streamlit runs it, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.config import ViTConfig
from core.i18n import LANGUAGES, translate
from core.lab import vision
from core.lab.drawing import counts, fitted, to_code
from core.models import load_picture_model
from core.nn.vit import VisionTransformer
from core.tracing.pictures import trace_picture
from core.train.digits import Digits
from core.train.vision import VisionTraining, save
from core.ui.vision_shown import neighbours
from tests.pages.seen import said, sent

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
CONFIG = ViTConfig(d_model=16, n_heads=2, n_layers=3, d_ff=32, dropout=0.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model and thirty pictures of noise, three of each class."""
    root = tmp_path_factory.mktemp("models")
    torch.manual_seed(3)
    net = VisionTransformer(CONFIG).eval()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    noise = torch.randint(0, 17, (30, 8, 8), dtype=torch.uint8)
    save(root / "noise", net, Digits(noise, torch.arange(30) % 10), VisionTraining(), 1)
    return root


@pytest.fixture
def shelf(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADLIGHT_MODELS", str(folder))
    return folder


def opened(language: str = "en", **query: str) -> AppTest:
    at = AppTest.from_file("../../pages/vision.py", default_timeout=60)
    at.query_params.update({"lang": language} | {k.replace("__", "."): v for k, v in query.items()})
    at.run()
    assert not at.exception
    return at


def shown(at: AppTest) -> dict[str, tuple[dict[str, Any], np.ndarray, np.ndarray]]:
    """Header, ink and cells of every row of tiles, by the start of its title."""
    found = {}
    for header, values in sent(at):
        if tiles := header.get("tiles"):
            h, w = header["ink"]
            ink = values[: len(tiles) * h * w].reshape(len(tiles), h, w)
            cells = values[len(tiles) * h * w :].reshape(len(tiles), *(header["cells"] or [0]))
            found[header["title"].split(".")[0]] = header, ink, cells
    return found


def drawn() -> np.ndarray:
    points = np.zeros((32, 32), np.bool_)
    points[4:28, 14:18] = True
    return points


@EVERY_LANGUAGE
def test_every_heads_look_lies_over_the_picture(shelf: Path, language: str):
    at = opened(language, digit="7", layer="2", head="1")
    model = load_picture_model("noise", shelf)
    held_out = vision.held_out(model)
    trace = trace_picture(model, held_out.images[7])
    weights = trace["encoder_self"].weights[:, :, 0, 1:].reshape(-1, 4, 4)
    found = shown(at)
    header, ink, cells = found[translate(language, "vision.all.title")]
    np.testing.assert_allclose(cells, weights, atol=1e-5)
    np.testing.assert_allclose(ink, np.repeat(held_out.images[7][None] / 16, 6, 0), atol=1e-6)
    assert header["chosen"] == 2
    _, _, large = found[translate(language, "vision.large")]
    np.testing.assert_allclose(large[0], weights[2], atol=1e-5)
    first, second = trace.steps[0].top[:2]
    chances = [f"{np.exp(one.log_prob):.1%}" for one in (first, second)]
    told = translate(
        language, "vision.said", digit=first.id, chance=chances[0], second=second.id, other=chances[1]
    )  # fmt: skip
    assert told.split("(")[0] in said(at).replace("\\", "")
    assert chances[0] in said(at).replace("\\", "")
    right = "right" if first.id == 7 else "wrong"
    assert translate(language, f"vision.said.{right}", label=7) in said(at).replace("\\", "")
    assert translate(language, "lesson") in [one.label for one in at.expander]


@EVERY_LANGUAGE
def test_a_drawing_in_the_link_is_read(shelf: Path, language: str):
    at = opened(language, vision__from="draw", drawn=to_code(drawn()))
    expected = counts(fitted(drawn()))
    _, ink, _ = shown(at)[translate(language, "vision.pixels")]
    np.testing.assert_allclose(ink[0] * 16, expected, atol=1e-5)
    (header, points), *_ = (one for one in sent(at) if "block" in one[0])
    np.testing.assert_array_equal(points.reshape(header["shape"]), drawn())
    assert not any(translate(language, f"vision.said.{one}", label=1) in said(at) for one in ("right", "wrong"))


def test_a_drawing_as_it_is(shelf: Path):
    at = opened(vision__from="draw", drawn=to_code(drawn()), vision__fit="false")
    _, ink, _ = shown(at)[translate("en", "vision.pixels")]
    np.testing.assert_allclose(ink[0] * 16, counts(drawn()), atol=1e-5)


@EVERY_LANGUAGE
def test_an_empty_square_asks_for_a_digit(shelf: Path, language: str):
    at = opened(language, vision__from="draw", drawn="<script>alert(1)</script>")
    assert translate(language, "vision.draw") in said(at)
    assert translate(language, "vision.all.title") not in shown(at)


@EVERY_LANGUAGE
def test_what_is_tried_is_the_models_own(shelf: Path, language: str):
    at = opened(language, digit="4", vision__seed="3", vision__patch="9")
    model = load_picture_model("noise", shelf)
    picture = vision.held_out(model).images[4]
    chances = vision.chances(model, picture[None])[0]
    digit = int(chances.argmax())
    found = shown(at)
    _, _, drop = found[translate(language, "vision.mattered.erased", digit=digit, layer=3)]
    np.testing.assert_allclose(drop[0], chances[digit] - vision.erased(model, picture, digit), atol=1e-4)
    header, ink, _ = found[translate(language, "vision.moved")]
    moved = vision.chances(model, vision.nudged(picture))
    assert [tile["label"].split(" ")[0] for tile in header["tiles"]] == [str(i) for i in moved.argmax(-1)]
    np.testing.assert_allclose(ink * 16, vision.nudged(picture), atol=1e-5)
    shuffled = vision.shuffled(model, picture, 3)
    header, ink, _ = found[translate(language, "vision.shuffled")]
    np.testing.assert_allclose(ink[0] * 16, shuffled.picture, atol=1e-5)
    assert header["tiles"][0]["texts"] == [str(i + 1) for i in shuffled.order]
    assert f"{shuffled.without.max():.1%} | {int(shuffled.without_moved.argmax())}" in said(at)
    _, _, near = found[translate(language, "vision.positions")]
    np.testing.assert_allclose(near.reshape(16, 16), vision.alike(model), atol=1e-5)
    pixels = ", ".join(f"{v:.0f}" for v in picture[4:6, 2:4].ravel())
    assert pixels in said(at)


def test_the_gallery_shows_the_hardest_with_what_was_read(shelf: Path):
    at = opened(vision__show="hard")
    held_out = vision.held_out(load_picture_model("noise", shelf))
    header, ink, _ = shown(at)[translate("en", "vision.gallery")]
    first = held_out.hardest(1)[0]
    np.testing.assert_allclose(ink[0] * 16, held_out.images[first], atol=1e-5)
    assert header["tiles"][0]["label"] == f"{held_out.labels[first]} → {held_out.read[first]}"
    assert f"{held_out.accuracy:.1%}" in said(at)


def test_bad_values_in_a_link_fall_back(shelf: Path):
    at = opened(digit="9999", layer="99", vision__asks="x", vision__from="y", vision__seed="0", vision__patch="77")
    assert shown(at)[translate("en", "vision.all.title")]


def test_a_patch_can_ask(shelf: Path):
    at = opened(vision__asks="6", layer="1", head="2")
    model = load_picture_model("noise", shelf)
    weights = trace_picture(model, vision.held_out(model).images[6])["encoder_self"].weights
    header, _, cells = shown(at)[translate("en", "vision.large")]
    np.testing.assert_allclose(cells[0].ravel(), weights[0, 1, 6, 1:], atol=1e-5)
    assert header["chosen"] == 5


def test_without_such_a_model_it_says_so(models: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    assert opened().error


def test_pages_of_sentences_do_not_offer_it(models: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    (models / "noise").symlink_to(folder / "noise")
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    for page, offered in (("heads", 1), ("masks", 1), ("vision", 1)):
        at = AppTest.from_file(f"../../pages/{page}.py", default_timeout=60).run()
        assert not at.exception
        picker = next(one for one in at.sidebar.selectbox if one.key == "model")
        assert len(picker.options) == offered
        assert at.session_state.model == ("noise" if page == "vision" else "tiny")


def test_neighbours_share_an_edge():
    """Four places in a square: 0-1, 0-2, 1-3, 2-3 are neighbours, 0-3 and 1-2 are not."""
    near = np.float32([[1, 0.5, 0.5, 0], [0.5, 1, 0, 0.5], [0.5, 0, 1, 0.5], [0, 0.5, 0.5, 1]])
    assert neighbours(near, 2) == (0.5, 0)
