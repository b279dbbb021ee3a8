"""The page Recurrence, run as streamlit runs it, in both languages."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import ui
from core.config import LanguageModelConfig, Seq2SeqConfig
from core.figures.labels import plain
from core.i18n import LANGUAGES, translate
from core.lab import recurrence
from core.lab.recurrence_nets import random_net
from core.models import load_model, save_model
from core.nn.build import build
from core.text.tokenizer import Tokenizer
from core.ui.recurrence_shown import to_csv, to_json
from tests.pages.seen import said

TEXT = "The cat sleeps."
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def shelf(models: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No language model: a tiny Transformer alone, whose pieces random weights read."""
    (models / "tiny").rename(models / "recurrence-tiny")
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    return models


@pytest.fixture
def trained(shelf: Path, tokenizer: Tokenizer) -> Path:
    """Two of the three language models and both recurrent translators, of names that no other test has."""
    for cell in ("rnn", "lstm"):
        torch.manual_seed(3)
        config = LanguageModelConfig(len(tokenizer), 24, 24, cell=cell, max_len=48)
        record = {"architecture": "rnn_lm", "src": "en", "tgt": "en", "model": config.as_dict()}
        save_model(shelf / f"recurrence-{cell}", build(config), tokenizer, record)
    for name, changes in (("both", {"bidirectional": True, "attention": "bahdanau"}), ("plain", {"attention": "none"})):
        config = Seq2SeqConfig(len(tokenizer), 24, 24, max_len=48, **changes)
        record = {"architecture": "seq2seq", "src": "en", "tgt": "fr", "model": config.as_dict()}
        save_model(shelf / f"recurrence-{name}", build(config), tokenizer, record)
    return shelf


def opened(language: str = "en", **query: str) -> AppTest:
    at = AppTest.from_file("../../pages/recurrence.py", default_timeout=120)
    at.query_params.update({"lang": language, "sentence": query.pop("sentence", TEXT)})
    at.query_params.update({f"recurrence.{name}": value for name, value in query.items()})
    at.run()
    assert not at.exception
    return at


@EVERY_LANGUAGE
def test_without_trained_models_it_says_so_and_shows_random_ones(shelf: Path, language: str):
    at = opened(language)
    assert at.title[0].value == translate(language, "recurrence.title")
    assert translate(language, "recurrence.untrained") in said(at)
    assert said(at).count(translate(language, "recurrence.lot", gain="1.00")) == 3
    assert len(at.get("plotly_chart")) == 3 + 5


@EVERY_LANGUAGE
def test_the_gates_are_read_aloud_from_the_numbers(shelf: Path, language: str):
    at = opened(language, gain="0.5")
    tokenizer = load_model("recurrence-tiny").tokenizer
    found = recurrence.words_only(recurrence.states(random_net(len(tokenizer), "lstm", 0.5), tokenizer, TEXT))
    forget = found["f"].mean(1)
    shut, wide = 1 + int(forget[1:].argmin()), 1 + int(forget[1:].argmax())
    let = found["i"].mean(1)
    into = 1 + int(let[1:].argmax())
    names = [f"‘{token}’" for token in found.axis.tokens]
    expected = translate(language, "recurrence.read.lstm", shut=names[shut], least=f"{forget[shut]:.2f}",
                         wide=names[wide], most=f"{forget[wide]:.2f}", into=names[into],
                         let=f"{let[into]:.2f}")  # fmt: skip
    assert ui.md(expected) in said(at)


@EVERY_LANGUAGE
def test_of_one_word_alone_no_gate_is_said_to_open_or_close(shelf: Path, language: str):
    read = said(opened(language, sentence="cat"))
    assert read.count(ui.md(translate(language, "recurrence.read.one"))) == 2  # LSTM and GRU
    assert ui.md(translate(language, "recurrence.read.flat")) not in read


def test_a_word_that_stands_there_twice_is_told_from_the_other(shelf: Path):
    read = said(opened("en", sentence="cat cat cat"))
    names = [translate("en", "reading.nth", token="‘cat’", n=n) for n in (1, 2, 3)]
    assert any(ui.md(name) in read for name in names)


@EVERY_LANGUAGE
def test_parameters_are_counted_by_the_formula(shelf: Path, language: str):
    at = opened(language, part="size")
    text = said(at)
    counts = {"rnn": "33,024", "lstm": "132,096", "gru": "99,072"}
    assert translate(language, "recurrence.size.read", **counts) in text
    assert any("4 \\cdot (\\underbrace{128 \\cdot 128}" in one.value for one in at.latex)
    assert "h 1.00" in text


@EVERY_LANGUAGE
def test_a_struck_out_word_moves_one_side_each_way(shelf: Path, language: str):
    at = opened(language, part="both", struck="2", sentence="one two three")
    words = len(load_model("recurrence-tiny").tokenizer.encode("one two three").ids)
    assert at.selectbox(key="recurrence.struck").value == "2"
    assert "‘two’" in said(at)
    assert words >= 3


@EVERY_LANGUAGE
def test_a_sentence_that_begins_alike_is_alike_forwards(shelf: Path, language: str):
    at = opened(language, part="word", other="The cat runs.", word="cat")
    text = said(at)
    assert translate(language, "recurrence.same.prefix", word="cat") in text
    assert "RNN **1.000**" in text
    at = opened(language, part="word", other="A dog and a cat.", word="cat")
    assert translate(language, "recurrence.same.prefix", word="cat") not in said(at)
    at = opened(language, part="word", other="xyz")
    assert translate(language, "recurrence.word.none") in said(at)


@EVERY_LANGUAGE
def test_the_kinds_of_use_have_real_shapes(shelf: Path, language: str):
    at = opened(language, cell="gru")
    tokenizer = load_model("recurrence-tiny").tokenizer
    n, vocab = 1 + len(tokenizer.encode(TEXT).ids), len(tokenizer)
    title = translate(language, "recurrence.use.aligned")
    assert f"**{title}** · x {n} × 128, h {n} × 128, y {n} × {vocab}" in said(at)
    assert translate(language, "recurrence.use.random") in said(at)


@EVERY_LANGUAGE
def test_trained_models_come_first_and_the_missing_one_is_named(trained: Path, language: str):
    at = opened(language)
    text = said(at)
    assert "recurrence\\-lstm" in text
    assert translate(language, "recurrence.missing", names=ui.md("gru-lm")) in text
    assert translate(language, "recurrence.use.trained", name=ui.md("recurrence-plain")) in text
    assert translate(language, "recurrence.learned") in text
    lm = load_model("recurrence-lstm")
    best = recurrence.states(lm.net, lm.tokenizer, TEXT).expects[-1]
    note = translate(language, "recurrence.expects", token=best.token, p=f"{np.exp(best.log_prob):.2f}")
    specs = [json.dumps(json.loads(one.proto.spec), ensure_ascii=False) for one in at.get("plotly_chart")]
    assert any(plain(note) in spec for spec in specs), "what it expects next is in the hover"
    at = opened(language, part="both")
    assert translate(language, "recurrence.both.trained", name=ui.md("recurrence-both")) in said(at)
    at = opened(language, weights="random")
    assert translate(language, "recurrence.drawn") in said(at)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "uses"), ("나는 집에 간다", "size"), ("go " * 2000, "both"), ("go " * 60, "uses"), ("Hello", "word"),
        ("Hello", "both"), ("🙂 <script>alert(1)</script> **x** $a$", "uses"), ("<script>x</script> *", "both"),
    ],
)  # fmt: skip
def test_any_sentence_gives_a_picture_or_a_sentence(shelf: Path, text: str, part: str):
    at = opened("ko", sentence=text, part=part)
    assert at.get("plotly_chart") or at.info or at.warning
    assert "<script" not in said(at).replace("\\<", "")


def test_bad_links_fall_back(shelf: Path):
    at = opened(gain="999", seed="-3", part="<b>", unit="x", units="7", cell="no", struck="99", weights="best")
    assert 0.1 <= at.slider(key="recurrence.gain").value <= 2.0
    assert at.slider(key="recurrence.seed").value == 1


def test_another_view_never_runs_a_network_again(shelf: Path, monkeypatch: pytest.MonkeyPatch):
    at = opened(part="size")

    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("a network ran again")

    monkeypatch.setattr("core.lab.recurrence.states", never)
    for key, value in (("recurrence.unit", "piece"), ("recurrence.units", "8")):
        next(group for group in at.get("button_group") if group.key == key).set_value(value).run()
        assert not at.exception


def test_the_files_hold_all_numbers(tokenizer: Tokenizer):
    found = tuple(recurrence.states(random_net(len(tokenizer), cell, 1.0), tokenizer, TEXT) for cell in ("rnn", "gru"))
    header, *rows = csv.reader(to_csv(found).splitlines())
    assert header[:5] == ["cell", "part", "position", "token", "unit 1"]
    assert len(rows) == (1 + 4) * len(found[0].axis)
    assert float(rows[1][4]) == pytest.approx(float(found[0]["h"][1, 0]))
    record = json.loads(to_json(found))
    np.testing.assert_allclose(record[1]["parts"]["z"], found[1]["z"], atol=1e-6)
