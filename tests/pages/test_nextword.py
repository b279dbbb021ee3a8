"""The page Next word, run as streamlit runs it, in both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.config import GPTConfig, LanguageModelConfig, WindowConfig
from core.i18n import LANGUAGES, translate
from core.lab.nextword import next_words
from core.models import load_model, save_model
from core.nn.build import build
from core.text.tokenizer import Tokenizer
from core.train.__main__ import main as train
from tests.pages.seen import charts, said, values

TEXT = "The cat is"
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer, corpus: Path) -> Path:
    """A counted Markov model, and a random one of three other kinds."""
    root = tmp_path_factory.mktemp("models")
    tokenizer.save(root / "tokenizer.json")
    command = ["--config", "markov-en", "--corpus", str(corpus), "--tokenizer", str(root / "tokenizer.json")]
    assert train([*command, "--out", str(root / "nextword-markov")]) == 0
    (root / "nextword-markov" / "README.md").write_text(
        "| order | perplexity |\n| --- | --- |\n| 1 | 9.5 |\n| 2 | 12.5 |\n"
    )
    n = len(tokenizer)
    for architecture, config in (
        ("window", WindowConfig(n, window=2, d_model=16, hidden=16)),
        ("rnn_lm", LanguageModelConfig(n, d_model=16, hidden=16)),
        ("gpt", GPTConfig(n, d_model=16, n_heads=2, n_layers=2, d_ff=32, max_len=48)),
    ):
        torch.manual_seed(2)
        record = {"architecture": architecture, "src": "en", "tgt": "en", "model": config.as_dict()}
        save_model(root / f"nextword-{architecture}", build(config), tokenizer, record)
    return root


@pytest.fixture
def shelf(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADLIGHT_MODELS", str(folder))
    return folder


def opened(language: str = "en", text: str | None = TEXT) -> AppTest:
    at = AppTest.from_file("../../pages/nextword.py", default_timeout=60)
    at.query_params.update({"lang": language} | ({} if text is None else {"prefix": text}))
    at.run()
    assert not at.exception
    return at


@EVERY_LANGUAGE
def test_bars_are_the_models_probabilities_and_lines_their_surprise(shelf: Path, language: str):
    at = opened(language)
    found = [next_words(load_model("nextword-markov", shelf), TEXT, order) for order in (1, 2, 3)]
    found += [next_words(load_model(f"nextword-{name}", shelf), TEXT) for name in ("window", "rnn_lm", "gpt")]
    *bars, lines = charts(at)
    assert len(bars) == len(lines["data"]) == len(found)
    for chart, line, one in zip(bars, lines["data"], found, strict=True):
        assert [name.removesuffix("…") for name in chart["layout"]["yaxis"]["ticktext"]]
        np.testing.assert_allclose(values(chart["data"][0]["x"]), np.exp([c.log_prob for c in one.top]), rtol=1e-3)
        np.testing.assert_allclose(values(line["y"]), one.word_bits, rtol=1e-3)
        assert f"{one.perplexity:.1f}" in said(at)
    assert translate(language, "nextword.model.markov-2") in said(at)
    missing = [translate(language, f"nextword.model.{look}") for look in ("rnn", "gru")]
    assert translate(language, "nextword.missing", names=", ".join(missing)) in said(at)
    assert translate(language, "lesson") in [one.label for one in at.expander]


@EVERY_LANGUAGE
def test_more_context_that_is_worse_is_named(shelf: Path, language: str):
    names = {name: translate(language, f"nextword.model.markov-{n}") for name, n in (("more", 2), ("less", 1))}
    assert translate(language, "nextword.more_is_worse", **names) in said(opened(language))


def test_a_piece_is_added_by_keyboard(shelf: Path):
    at = opened()
    option = at.pills[0].options[0] if hasattr(at, "pills") and at.pills else at.get("pills")[0].options[0]
    at.get("pills")[0].select(option).run()
    assert not at.exception
    assert at.session_state.prefix.startswith(TEXT)
    assert len(at.session_state.prefix) > len(TEXT)


def test_nothing_typed_shows_beginnings_of_sentences(shelf: Path):
    at = opened(text="")
    assert translate("en", "nextword.surprise.empty") in said(at)
    assert len(charts(at)) == 6


@EVERY_LANGUAGE
def test_a_text_that_is_too_long_gets_a_sentence(shelf: Path, language: str):
    """Nobody reads 600 words; 60 only those that see little or far."""
    at = opened(language, "cat " * 600)
    assert at.warning
    assert not charts(at)
    assert at.text_input[0].value == "cat " * 600
    at = opened(language, "cat " * 60)
    assert len(at.warning) == 1
    assert charts(at)


def test_markup_is_text(shelf: Path):
    at = opened(text="<b>cat</b> [x](javascript:1) $x$")
    assert "<b>" not in "".join(str(chart["layout"]) for chart in charts(at))


def test_without_a_language_model_it_says_so(models: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    at = opened()
    assert at.error
