"""The page Gradients, run as streamlit runs it, in both languages."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import plotly.io
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import ui
from core.config import LanguageModelConfig
from core.i18n import LANGUAGES, translate
from core.lab import gradients
from core.lab.recurrence_nets import random_net
from core.models import load_model, save_model
from core.nn.build import build
from core.text.tokenizer import Tokenizer
from core.ui.gradients import Found
from core.ui.gradients_shown import times, to_csv, to_json
from tests.pages.seen import said
from tests.pages.test_positions import _read

TEXT = "The cat sleeps."
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def shelf(models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (models / "tiny").rename(models / "gradients-tiny")
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    return models


@pytest.fixture
def trained(shelf: Path, tokenizer: Tokenizer) -> Path:
    torch.manual_seed(3)
    config = LanguageModelConfig(len(tokenizer), 24, 24, cell="lstm", max_len=48)
    record = {"architecture": "rnn_lm", "src": "en", "tgt": "en", "model": config.as_dict()}
    save_model(shelf / "gradients-lstm", build(config), tokenizer, record)
    return shelf


def opened(language: str = "en", **query: str) -> AppTest:
    at = AppTest.from_file("../../pages/gradients.py", default_timeout=120)
    at.query_params.update({"lang": language, "sentence": query.pop("sentence", TEXT)})
    at.query_params.update({f"gradients.{name}": value for name, value in ({"back": "0"} | query).items()})
    at.run()
    assert not at.exception
    return at


def lines(at: AppTest) -> dict[str, np.ndarray]:
    """Norms by the line's name; what is exactly 0 is not drawn on the line."""
    (chart,) = at.get("plotly_chart")
    figure = plotly.io.from_json(_read(chart.proto.spec))
    return {one.name: np.array(one.y, float) for one in figure.data if "lines" in one.mode}


@EVERY_LANGUAGE
def test_four_networks_over_the_same_words(shelf: Path, language: str):
    at = opened(language)
    assert at.title[0].value == translate(language, "gradients.title")
    assert translate(language, "gradients.untrained") in said(at)
    found = lines(at)
    names = [translate(language, f"gradients.line.{name}") for name in ("rnn", "lstm", "gru", "transformer")]
    assert set(names) <= set(found)
    model = load_model("gradients-tiny")
    last = gradients.steps_of(model.tokenizer, TEXT) - 1
    own = gradients.recurrent(random_net(len(model.tokenizer), "gru", 1.0), model.tokenizer, TEXT, last)
    np.testing.assert_allclose(found[names[2]], own.x, rtol=1e-6)
    own = gradients.transformer(model, gradients.fresh(model.net), TEXT, last)
    np.testing.assert_allclose(found[names[3]], own.x, rtol=1e-6)


@EVERY_LANGUAGE
def test_a_linear_network_lies_on_the_power_of_its_gain(shelf: Path, language: str):
    at = opened(language, gain="0.5", activation="linear", of="h")
    found = lines(at)
    np.testing.assert_allclose(found["RNN"], found["0.50^(T − t)"], rtol=1e-4)
    assert translate(language, "gradients.line.c") in found
    assert translate(language, "gradients.line.transformer") not in found
    assert "× 0.50" in said(at)
    assert translate(language, "gradients.read.h") in said(at)


@EVERY_LANGUAGE
def test_before_the_block_nothing_is_left(shelf: Path, language: str):
    at = opened(language, block="2")
    found = lines(at)
    assert np.isnan(found["LSTM"][:-2]).all()
    assert (found["LSTM"][-2:] > 0).all()
    assert np.isfinite(found[translate(language, "gradients.line.transformer")]).all()
    assert translate(language, "gradients.read.block", k=2) in said(at)


@EVERY_LANGUAGE
def test_clipping_moves_the_curve_and_keeps_its_shape(shelf: Path, language: str):
    before, after = lines(opened(language)), lines(at := opened(language, clip="0.1"))
    for name in ("RNN", "LSTM", "GRU"):
        shrunk = after[name] / before[name]
        np.testing.assert_allclose(shrunk, shrunk[0], rtol=1e-6)
        assert shrunk[0] < 1
    assert translate(language, "gradients.clipping.on", clip="0.1") in said(at)
    assert "| 0.1 |" in said(at)


def test_as_a_share_every_line_ends_at_1(shelf: Path):
    for norms in lines(opened(scale="share")).values():
        assert norms[-1] == pytest.approx(1)


def test_the_loss_may_be_an_earlier_steps(shelf: Path):
    whole, back = lines(opened())["RNN"], lines(opened(back="2"))["RNN"]
    assert len(back) == len(whole) - 2
    assert len(lines(opened(back="20"))["RNN"]) == 1


@EVERY_LANGUAGE
def test_trained_weights_can_be_chosen_where_they_are(trained: Path, language: str):
    at = opened(language, weights="trained")
    text = said(at)
    assert translate(language, "recurrence.missing", names=ui.md("rnn-lm, gru-lm")) in text
    assert translate(language, "gradients.whose.trained", name=ui.md("gradients-tiny")) in text
    model, lm = load_model("gradients-tiny"), load_model("gradients-lstm")
    last = gradients.steps_of(lm.tokenizer, TEXT) - 1
    found = lines(at)
    np.testing.assert_allclose(found["LSTM"], gradients.recurrent(lm.net, lm.tokenizer, TEXT, last).x, rtol=1e-6)
    name = translate(language, "gradients.line.transformer")
    np.testing.assert_allclose(found[name], gradients.transformer(model, model.net, TEXT, last).x, rtol=1e-6)
    at = opened(language)
    assert translate(language, "gradients.untrained") not in said(at)


@pytest.mark.parametrize(
    "text", ["", "나는 집에 간다", "go " * 2000, "go " * 30, "Hello", "🙂 <script>x</script> **x** $a$"]
)
def test_any_sentence_gives_a_picture_or_a_sentence(shelf: Path, text: str):
    at = opened("ko", sentence=text, gain="2.0", activation="linear")
    assert at.get("plotly_chart") or at.info or at.warning
    assert "<script" not in said(at).replace("\\<", "")


def test_bad_links_fall_back(shelf: Path):
    at = opened(gain="-1", activation="cube", block="0", clip="x", back="-4", keep="99", seed="x", of="z", scale="")
    assert at.slider(key="gradients.keep").value == 5
    assert at.slider(key="gradients.back").value == 2
    assert len(lines(at)) == 5


def test_factors_are_written_as_people_read_them():
    assert [times(x) for x in (0.0321, 12.34, 2940.0, 4.07e-7, 1.5e30)] == [
        "0.0321", "12.3", "2,940", "4.1·10⁻⁷", "1.5·10³⁰"
    ]  # fmt: skip


def test_the_files_hold_all_numbers(tokenizer: Tokenizer):
    one = gradients.recurrent(random_net(len(tokenizer), "lstm", 1.0), tokenizer, TEXT, 3)
    header, *rows = csv.reader(to_csv(Found({"lstm": one}, {"lstm": one})).splitlines())
    assert header == ["network", "t", "token", "dL/dx", "dL/dh", "dL/dc"]
    np.testing.assert_allclose([[float(x) for x in row[3:]] for row in rows], np.stack([one.x, one.h, one.c], 1))
    (record,) = json.loads(to_json(Found({"lstm": one}, {"lstm": one})))
    assert record["x"] == one.x.tolist()
