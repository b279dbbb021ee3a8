"""What comes next: probabilities, surprise and horizons of every kind of language model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.config import GPTConfig, LanguageModelConfig, WindowConfig
from core.errors import TextError
from core.evaluate import perplexity
from core.lab.nextword import added, next_words
from core.models import Model, load_model, save_model
from core.nn.build import build
from core.text.tokenizer import Tokenizer
from core.train.__main__ import main as train

TEXT = "The cat is"


@pytest.fixture(scope="module")
def lms(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer, corpus: Path) -> dict[str, Model[Any]]:
    """A counted Markov model, and a random one of each other kind, with the same pieces."""
    root = tmp_path_factory.mktemp("models")
    tokenizer.save(root / "tokenizer.json")
    command = ["--config", "markov-en", "--corpus", str(corpus), "--tokenizer", str(root / "tokenizer.json")]
    assert train([*command, "--out", str(root / "markov")]) == 0
    n = len(tokenizer)
    for name, config in (
        ("window", WindowConfig(n, window=2, d_model=16, hidden=16)),
        ("rnn_lm", LanguageModelConfig(n, d_model=16, hidden=16)),
        ("gpt", GPTConfig(n, d_model=16, n_heads=2, n_layers=2, d_ff=32, max_len=32)),
    ):
        record = {"architecture": name, "src": "en", "tgt": "en", "model": config.as_dict()}
        save_model(root / name, build(config), tokenizer, record)
    return {name: load_model(name, root) for name in ("markov", "window", "rnn_lm", "gpt")}


EVERY_ONE = pytest.mark.parametrize("name", ["markov", "window", "rnn_lm", "gpt"])


@EVERY_ONE
def test_what_is_shown_are_the_models_own_probabilities(lms: dict[str, Model[Any]], name: str):
    model = lms[name]
    found = next_words(model, TEXT)
    ids = model.tokenizer.encode(TEXT).ids
    with torch.inference_mode():
        p = model.net(torch.tensor([[model.tokenizer.bos, *ids]])).logits[0].double().softmax(-1)
    assert len(found.bits) == len(ids) == len(found.read)
    np.testing.assert_allclose(2.0**-found.bits, p[range(len(ids)), ids].numpy(), rtol=1e-4)
    best = p[-1].topk(len(found.top))
    assert [one.id for one in found.top] == best.indices.tolist()
    np.testing.assert_allclose(np.exp([one.log_prob for one in found.top]), best.values.numpy(), rtol=1e-4)
    assert found.word_bits.sum() == pytest.approx(found.bits.sum(), rel=1e-5)
    assert found.perplexity == pytest.approx(float(2 ** found.bits.mean()))


def test_perplexity_of_a_text_with_its_end_is_the_evaluated_one(lms: dict[str, Model[Any]]):
    """`core.evaluate` counts the end of the sentence too."""
    model = lms["markov"]
    found, ids = next_words(model, TEXT), model.tokenizer.encode(TEXT).ids
    with torch.inference_mode():
        logits = model.net(torch.tensor([[model.tokenizer.bos, *ids]])).logits[0, -1]
    bits = float(found.bits.sum()) - float(logits.log_softmax(-1)[model.tokenizer.eos]) / np.log(2)
    assert 2 ** (bits / (len(ids) + 1)) == pytest.approx(perplexity(model, [TEXT]), rel=1e-4)


def test_a_horizon_says_which_pieces_can_matter(lms: dict[str, Model[Any]]):
    n = len(next_words(lms["gpt"], TEXT).read)
    assert all(next_words(lms["gpt"], TEXT).seen)
    assert all(next_words(lms["rnn_lm"], TEXT).seen)
    assert sum(next_words(lms["window"], TEXT).seen) == min(2, n)
    for order in (1, 2, 3):
        assert sum(next_words(lms["markov"], TEXT, order).seen) == min(order, n)


@pytest.mark.parametrize(("name", "order"), [("markov", 1), ("markov", 2), ("window", None)])
def test_what_is_out_of_sight_changes_nothing(lms: dict[str, Model[Any]], name: str, order: int | None):
    """The words greyed on the page are those that could be any others."""
    model = lms[name]
    long, other = "I am here. The cat is", "We know it. The cat is"
    one, two = (next_words(model, text, order) for text in (long, other))
    tail = min(sum(one.seen), sum(two.seen))
    assert one.read.tokens[-tail:] == two.read.tokens[-tail:]
    assert one.top == two.top
    assert next_words(lms["gpt"], long).top != next_words(lms["gpt"], other).top


def test_nothing_typed_is_the_beginning_of_a_sentence(lms: dict[str, Model[Any]]):
    found = next_words(lms["markov"], "  ")
    assert (len(found.read), found.perplexity) == (0, 1.0)
    assert found.top[0].token[0].isupper()


def test_a_piece_is_added_as_it_is_written(lms: dict[str, Model[Any]]):
    model = lms["markov"]
    for one in next_words(model, TEXT).top:
        assert added(model, TEXT, one.id or 0) == model.tokenizer.decode([*model.tokenizer.encode(TEXT).ids, one.id])
    assert added(model, TEXT, model.tokenizer.eos) == TEXT


def test_a_text_that_is_too_long_is_refused(lms: dict[str, Model[Any]]):
    with pytest.raises(TextError) as caught:
        next_words(lms["gpt"], "cat " * 40)
    assert caught.value.code == "too_long"
