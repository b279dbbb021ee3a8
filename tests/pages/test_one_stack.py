"""A GPT and a BERT of ours on the pages made for any model: one stack each, and no source beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import ui
from core.config import GPTConfig
from core.i18n import LANGUAGES, translate
from core.lab import masked_runs
from core.models import load_model, save_model
from core.nn.build import build
from core.text.tokenizer import Tokenizer
from core.tracing import trace
from tests import berts
from tests.pages.seen import component, matrices, opened, said

TEXT = "I like the"
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def shelf(tmp_path: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch.manual_seed(4)
    config = GPTConfig(len(tokenizer), d_model=16, n_heads=2, n_layers=2, d_ff=32, max_len=48)
    record = {"architecture": "gpt", "src": "en", "tgt": "en", "model": config.as_dict()}
    save_model(tmp_path / "stack-gpt", build(config), tokenizer, record)
    berts.put(tmp_path, "stack-bert", tokenizer, d_model=16)
    monkeypatch.setenv("HEADLIGHT_MODELS", str(tmp_path))
    return tmp_path


def shown(at: AppTest) -> np.ndarray:
    found = component(at, "overview")
    assert found is not None
    return found[1] / 255


@EVERY_LANGUAGE
def test_heads_of_a_gpt_are_triangles_and_it_goes_on_with_the_text(shelf: Path, language: str):
    at = opened("heads", language, TEXT, model="stack-gpt", unit="piece")
    maps = shown(at)
    expected = trace(load_model("stack-gpt", shelf), TEXT)
    np.testing.assert_allclose(maps, expected["decoder_self"].weights, atol=1 / 200)
    assert float(np.triu(maps, 1).max()) == 0
    assert ui.md(expected.tgt_text) in said(at)
    assert expected.tgt_text.startswith(TEXT)


@EVERY_LANGUAGE
def test_heads_of_a_bert_look_both_ways_and_nothing_is_written(shelf: Path, language: str):
    at = opened("heads", language, TEXT, model="stack-bert", unit="piece")
    maps = shown(at)
    assert float(np.triu(maps, 1).max()) > 0
    assert float(np.tril(maps, -1).max()) > 0
    assert "####" not in said(at)


@EVERY_LANGUAGE
def test_decoding_of_a_gpt_is_a_continuation_without_an_encoders_cache(shelf: Path, language: str):
    at = opened("decoding", language, TEXT, model="stack-gpt")
    assert ui.md(trace(load_model("stack-gpt", shelf), TEXT).tgt_text) in said(at)
    titles = [one.value for one in at.subheader]
    assert translate(language, "decoding.cache") not in titles
    assert titles


@EVERY_LANGUAGE
@pytest.mark.parametrize("view", ["squares", "after", "batch", "leak"])
def test_masks_of_a_gpt_have_one_kind_and_no_reference(shelf: Path, language: str, view: str):
    at = opened("masks", language, TEXT, model="stack-gpt", masks__view=view)
    kinds = next((group.options for group in at.get("button_group") if group.key == "masks.kind"), None)
    if view in ("squares", "after"):
        assert kinds is not None
        assert len(kinds) == 1
    model = load_model("stack-gpt", shelf)
    one = masked_runs.scores(model, TEXT, 2)["decoder_self"]
    if view == "squares":
        np.testing.assert_allclose(matrices(at)["scores"], one.scores[0, 0], atol=1e-5)
        assert matrices(at)["mask"].astype(bool).tolist() == one.own.tolist()
    if view == "batch":
        assert translate(language, "masks.batch.both") not in said(at)
        assert list(at.dataframe[0].value.columns)[1] == translate(language, "masks.batch.next")
    if view == "leak":
        assert not [box for box in at.text_input if box.key == "masks.reference"]
        on = float(masked_runs.leak(model, TEXT).loss.mean())
        assert f"**{on:.2f}**" in said(at)


@EVERY_LANGUAGE
@pytest.mark.parametrize("name", ["stack-gpt", "stack-bert"])
def test_compare_shows_both(shelf: Path, language: str, name: str):
    at = opened("compare", language, TEXT, model=name)
    assert component(at, "compare") is not None
