"""The page Alignment, run as streamlit runs it, in both languages, with tiny random translators of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import ui
from core.config import Seq2SeqConfig
from core.i18n import LANGUAGES, translate
from core.lab.alignment_runs import looks, pieces_of
from core.models import load_model, save_model
from core.nn.build import build
from core.text.tokenizer import Tokenizer
from core.tracing import trace, trace_output
from tests.pages.seen import component, matrices, opened, said

TEXT = "Tom and Mary are here."
KINDS = {"al-none": "none", "al-bahdanau": "bahdanau", "al-luong": "general", "al-local": "local-p"}
TRANSFORMER = "al-transformer"
PARTS = ("steps", "window", "bottleneck", "difference", "cross", "length", "time")
CARD = "Greedy, by the number of words:\n\n| words | sentences | BLEU | chrF |\n| --- | --- | --- | --- |\n"


@pytest.fixture
def shelf(models: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Names of their own: loaded models are kept by name."""
    for name, attention in KINDS.items():
        torch.manual_seed(5)
        config = Seq2SeqConfig(len(tokenizer), 24, 24, attention=attention, window=2, max_len=48)
        record = {"architecture": "seq2seq", "src": "en", "tgt": "fr", "model": config.as_dict()}
        save_model(models / name, build(config), tokenizer, record)
    (models / "tiny").rename(models / TRANSFORMER)
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    return models


def page(language: str = "en", text: str = TEXT, **query: str) -> AppTest:
    return opened("alignment", language, text, **query)


def maps(at: AppTest) -> dict[str, np.ndarray]:
    """Every map of the first picture by its model."""
    header, values = component(at, "compare")
    found, start = {}, 0
    for panel in header["panels"]:
        n, m = panel["shape"]
        found[panel["name"]] = values[start : start + n * m].reshape(n, m)
        start += n * m
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_five_stand_side_by_side_with_their_own_translations(shelf: Path, language: str):
    at = page(language)
    assert at.title[0].value == translate(language, "alignment.title")
    shown = maps(at)
    assert list(shown) == [*KINDS, TRANSFORMER]
    assert np.isnan(shown["al-none"]).all(), "nothing to look at"
    for name in ("al-bahdanau", "al-luong"):
        expected = trace(load_model(name, shelf), TEXT)
        np.testing.assert_allclose(shown[name], expected["cross"].head(0, 0), atol=1e-6)
    expected = trace(load_model(TRANSFORMER, shelf), TEXT)["cross"].weights[-1].mean(0)
    np.testing.assert_allclose(shown[TRANSFORMER], expected, atol=1e-6)
    captions = [panel["caption"] for panel in component(at, "compare")[0]["panels"]]
    assert all(f"→ {trace(load_model(n, shelf), TEXT).tgt_text}" in c for n, c in zip(shown, captions, strict=True))


def test_the_window_of_local_attention_is_drawn(shelf: Path):
    at = page()
    model = load_model("al-local", shelf)
    tokens = tuple(step.written.id for step in trace(model, TEXT).steps)
    found = looks(model, TEXT, tokens)
    assert (np.isnan(maps(at)["al-local"]) == ~found.visible).all()
    panel = next(p for p in component(at, "compare")[0]["panels"] if p["name"] == "al-local")
    np.testing.assert_allclose(panel["points"], found.position, atol=1e-5)


@pytest.mark.parametrize("target", ["typed", "al-luong"])
def test_all_write_the_same_when_asked(shelf: Path, target: str):
    own = tuple(step.written.id for step in trace(load_model("al-luong", shelf), TEXT).steps)
    tokens = pieces_of(load_model("al-luong", shelf), "Tom et Mary sont ici.") if target == "typed" else own
    at = page(alignment__target=target, alignment__reference="Tom et Mary sont ici.")
    shown = maps(at)
    for name in ("al-bahdanau", TRANSFORMER):
        forced = trace_output(load_model(name, shelf), TEXT, tokens)["cross"].weights[-1].mean(0)
        np.testing.assert_allclose(shown[name], forced, atol=1e-6)
    links = [panel["rowLinks"] for panel in component(at, "compare")[0]["panels"]]
    assert all(link == links[0] for link in links), "the rows are the same words"
    assert all(
        panel["held"] == links[0].index(links[0][panel["held"]]) for panel in component(at, "compare")[0]["panels"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_in_both_languages(shelf: Path, language: str, part: str):
    at = page(language, alignment__part=part)
    assert not at.exception
