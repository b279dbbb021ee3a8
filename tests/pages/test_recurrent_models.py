"""Recurrent translators on the pages made for any translator, and absent from those that look inside a Transformer."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import ui
from core.config import Seq2SeqConfig
from core.i18n import LANGUAGES, translate
from core.measures import by_word
from core.models import load_model, save_model
from core.nn.build import build
from core.samples import samples
from core.text.tokenizer import Tokenizer
from core.tracing import trace
from tests.pages.seen import component, said

TEXT = "The cat sleeps."
LOOKS, LOCAL, BLIND = "page-bahdanau", "page-local", "page-blind"  # names of their own: loaded models are kept by name


@pytest.fixture
def shelf(models: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny Transformer and three tiny recurrent models, all random."""
    for name, attention in ((LOOKS, "bahdanau"), (LOCAL, "local-p"), (BLIND, "none")):
        torch.manual_seed(1)
        config = Seq2SeqConfig(len(tokenizer), 48, 48, attention=attention, window=2, max_len=48)
        record = {"architecture": "seq2seq", "src": "en", "tgt": "fr", "model": config.as_dict()}
        save_model(models / name, build(config), tokenizer, record)
    (models / "tiny").rename(models / "page-tiny")
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    return models


def opened(page: str, language: str = "en", **query: str) -> AppTest:
    at = AppTest.from_file(f"../../pages/{page}.py", default_timeout=120)
    at.query_params.update({"lang": language, "sentence": TEXT} | {k.replace("__", "."): v for k, v in query.items()})
    at.run()
    assert not at.exception
    return at


def offered(at: AppTest) -> list[str]:
    """Names after the dot; before it stand the languages."""
    return [label.split(" · ")[-1] for label in at.sidebar.selectbox(key="model").options]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [LOOKS, LOCAL])
def test_heads_shows_the_one_map_of_a_recurrent_model(shelf: Path, language: str, name: str):
    at = opened("heads", language, model=name)
    assert offered(at) == ["page-tiny", LOOKS, LOCAL]
    expected = trace(load_model(name, shelf), TEXT)
    shown = by_word(expected["cross"])
    header, values = component(at, "overview")
    assert header["shape"][:2] == [1, 1]
    np.testing.assert_allclose(values / 255, shown.weights, atol=1 / 200)  # one byte a weight
    data = json.loads(at.get("plotly_chart")[0].proto.spec)["data"][0]["z"]
    values = np.frombuffer(base64.b64decode(data["bdata"]), data["dtype"])
    np.testing.assert_allclose(values, shown.weights.ravel(), atol=1e-5)
    assert at.selectbox(key="layer").options[0] == at.selectbox(key="head").options[0] == "1"
    assert "2" not in at.selectbox(key="layer").options
    assert ui.md(expected.tgt_text) in said(at)


def test_an_examples_kind_that_a_model_has_not_falls_back(shelf: Path):
    at = opened("heads", model=LOOKS, kind="encoder_self")
    first = samples("heads", "en")[0]
    at.button(key=f"sample.{first.name}").click().run()
    assert not at.exception
    assert at.text_input(key="sentence").value == first.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", ["greedy", "beam", "sampling"])
@pytest.mark.parametrize("name", [LOOKS, BLIND])
def test_decoding_writes_with_any_translator(shelf: Path, language: str, how: str, name: str):
    at = opened("decoding", language, model=name, decoding__how=how, reference="Le chat dort.")
    assert offered(at) == ["page-tiny", LOOKS, BLIND, LOCAL]
    if how == "greedy":
        assert ui.md(trace(load_model(name, shelf), TEXT).tgt_text) in said(at)
    assert (component(at, "strip") is not None) == (name == LOOKS)
    assert (translate(language, "decoding.strip.none") in said(at)) == (name == BLIND)
    assert translate(language, "decoding.cache.what.recurrent") in said(at)
    assert translate(language, "decoding.scored") not in said(at)  # no scores among the words it wrote


def test_the_cache_is_measured_for_a_recurrent_model(shelf: Path):
    at = opened("decoding", model=BLIND)
    next(b for b in at.button if b.label == translate("en", "decoding.measure")).click().run()
    assert not at.exception
    assert translate("en", "decoding.measured") in said(at)


@pytest.mark.parametrize("page", ["masks", "selfattention", "layer", "whole", "positions"])
def test_pages_that_look_inside_a_transformer_leave_them_out(shelf: Path, page: str):
    at = opened(page, model=LOOKS)
    assert offered(at) == ["page-tiny"]


def test_a_model_that_another_page_cannot_show_gives_way(shelf: Path):
    """Chosen on one page, kept in the session, and then a page that cannot show it."""
    at = AppTest.from_file("../../pages/masks.py", default_timeout=120)
    at.session_state["model"] = BLIND
    at.query_params.update({"lang": "en", "sentence": TEXT})
    at.run()
    assert not at.exception
    assert at.sidebar.selectbox(key="model").value == "page-tiny"


def test_the_shipped_transformer_stays_the_first_choice(shelf: Path):
    record = json.loads((shelf / "page-tiny" / "config.json").read_text("utf-8"))
    assert record["model"]["d_model"] < 48
    assert opened("heads").sidebar.selectbox(key="model").value == "page-tiny"
