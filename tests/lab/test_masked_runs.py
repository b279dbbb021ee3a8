"""A model under other masks than its own. The model is random: what is held is true of any."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core.config import GPTConfig
from core.errors import TextError
from core.lab.cheating import LENGTH, cheating
from core.lab.masked_runs import MOST_SENTENCES, batch, leak, scores
from core.lab.masks import apply
from core.models import Model, load_model, save_model
from core.nn.build import build
from core.nn.gpt import GPT
from core.text.tokenizer import Tokenizer
from core.tracing import axis, trace

TEXT = "I love music."


def test_scores_under_the_models_own_mask_are_its_weights(model):
    """Every kind, layer and head, with padding and without: what the real tokens do is the same."""
    expected = trace(model, TEXT)
    for pads in (0, 3):
        found = scores(model, TEXT, pads)
        assert found.tgt_text == expected.tgt_text
        for kind in expected.kinds:
            one, weights = found[kind], expected[kind].weights
            queries, keys = weights.shape[2:]
            assert len(one.keys) == keys + pads
            assert sum(one.padding) == pads
            for layer in range(weights.shape[0]):
                for head in range(weights.shape[1]):
                    ours = apply(one.scores[layer, head], one.own).weights
                    np.testing.assert_allclose(ours[:queries, :keys], weights[layer, head], atol=1e-5)
                    assert (ours[:queries, keys:] == 0).all()


@pytest.fixture
def alone(tokenizer: Tokenizer, tmp_path: Path) -> Model[GPT]:
    """A decoder alone; random, with weights large enough that a mask matters."""
    config = GPTConfig(len(tokenizer), d_model=16, n_heads=2, n_layers=2, d_ff=32, max_len=48)
    net = build(config)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    save_model(tmp_path / "alone", net, tokenizer, {"architecture": "gpt", "src": "en", "tgt": "en",
                                                    "model": config.as_dict()})  # fmt: skip
    return load_model("alone", tmp_path)


def test_scores_of_a_decoder_alone_are_those_of_the_typed_text(alone):
    expected = trace(alone, TEXT)["decoder_self"].weights  # that trace goes on with the text
    found = scores(alone, TEXT, 3)
    (one,) = found.maps
    n = len(one.queries) - 3
    assert found.tgt_text == TEXT
    assert one.queries.writes[n - 1 :] == ("</s>", *["<pad>"] * 3)
    for layer, head in np.ndindex(expected.shape[:2]):
        ours = apply(one.scores[layer, head], one.own).weights
        np.testing.assert_allclose(ours[:n, :n], expected[layer, head, :n, :n], atol=1e-5)
        assert (ours[:n, n:] == 0).all()


def test_a_decoder_alone_needs_no_mask_for_padding(alone):
    texts = ("I love music.", "A dog ate the food because it was hungry.", "Hello!")
    for row, text in zip(batch(alone, texts), texts, strict=True):
        assert row.weights < 1e-5
        assert row.logits < 1e-3
        assert (row.weights_unmasked, row.logits_unmasked) == (None, None)
        ids = (alone.tokenizer.bos, *alone.tokenizer.encode(text).ids)
        likeliest = int(alone.net(torch.tensor([ids])).logits[0, -1].argmax())
        assert row.alone == row.batched == axis(alone.tokenizer, (likeliest,)).tokens[0]
        assert row.n == len(ids)
        assert row.tokens.tokens[row.n :] == ("<pad>",) * (len(row.tokens) - row.n)


def test_a_decoder_alone_is_asked_for_the_typed_text(alone):
    found = leak(alone, TEXT)
    ids = (*alone.tokenizer.encode(TEXT).ids, alone.tokenizer.eos)
    logits = alone.net(torch.tensor([[alone.tokenizer.bos, *ids[:-1]]])).logits[0]
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor(ids), reduction="none")
    np.testing.assert_allclose(found.loss, expected.detach().numpy(), atol=1e-4)
    assert (np.triu(found.weights, 1) == 0).all()
    assert found.moved.max() == 0
    assert (found.moved_open > 0).all()


def test_padding_is_named_and_nobodys_word(model):
    one = scores(model, TEXT, 2)["cross"]
    assert one.keys.tokens[-3:] == ("</s>", "<pad>", "<pad>")
    assert one.queries.writes[-2:] == ("<pad>", "<pad>")
    assert all(one.keys.special[-3:])


def test_a_text_that_leaves_no_room_for_padding_is_told(model):
    words = "go " * 46  # with </s> 47 of 48 places, if each is one piece
    n = len(model.tokenizer.encode(words).ids)
    text = words if n == 46 else "a " * 46
    with pytest.raises(TextError, match="too_long") as caught:
        scores(model, text, 6)
    assert caught.value.values["limit"] == 41


def test_a_padded_batch_is_its_sentences_alone_but_only_with_the_mask(model):
    texts = ("I love music.", "A dog ate the food because it was hungry.", "Hello!")
    rows = batch(model, texts)
    longest = max(row.n for row in rows)
    for row in rows:
        assert row.alone == row.batched
        assert row.weights < 1e-5
        assert row.logits < 1e-3
        assert len(row.tokens) == longest
        assert row.tokens.tokens[row.n :] == ("<pad>",) * (longest - row.n)
        if row.n < longest:
            assert row.weights_unmasked > 1e-3
            assert row.logits_unmasked > 1e-2
        else:
            assert row.weights_unmasked < 1e-5


def test_a_line_that_cannot_be_read_is_named(model):
    with pytest.raises(TextError, match="script") as caught:
        batch(model, ("Hello!", "나는 집에 간다"))
    assert caught.value.values["line"] == 2
    with pytest.raises(TextError, match="empty"):
        batch(model, ())
    with pytest.raises(TextError, match="too_many_sentences"):
        batch(model, ("Hello!",) * (MOST_SENTENCES + 1))


def test_the_future_has_no_effect_until_the_mask_is_off(model):
    found = leak(model, TEXT, "J'aime la musique.")
    assert (np.triu(found.weights, 1) == 0).all()
    assert found.moved.max() == 0
    assert (found.moved_open > 0).all()
    assert len(found.moved) == len(found.inputs) - 1
    assert (found.future > 0).all()
    n = len(found.inputs)  # the last token has no future
    by_hand = [sum(row[i + 1 :].sum() for i, row in enumerate(head)) / (n - 1) for head in found.weights_open[1]]
    np.testing.assert_allclose(found.future[1], by_hand, atol=1e-5)
    np.testing.assert_allclose(found.weights_open.sum(-1), 1, atol=1e-5)


def test_losses_of_the_models_own_words_are_its_log_probabilities(model):
    expected = [-step.written.log_prob for step in trace(model, TEXT).steps]
    np.testing.assert_allclose(leak(model, TEXT).loss, expected, atol=1e-5)


def test_a_typed_reference_is_scored_word_for_word(model):
    found = leak(model, TEXT, "J'aime la musique.")
    ids = (*model.tokenizer.encode("J'aime la musique.").ids, model.tokenizer.eos)
    assert len(found.loss) == len(ids) == len(found.written)
    assert found.inputs.tokens[0] == "<s>"
    assert found.written.words[-1] == "</s>"
    src = torch.tensor([[*model.tokenizer.encode(TEXT).ids, model.tokenizer.eos]])
    with torch.inference_mode():
        logits = model.net(src, torch.tensor([[model.tokenizer.bos, *ids[:-1]]])).logits[0]
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor(ids), reduction="none")
    np.testing.assert_allclose(found.loss, expected.numpy(), atol=1e-5)


def test_a_reference_beyond_the_models_positions_is_told(model):
    with pytest.raises(TextError, match="too_long"):
        leak(model, TEXT, "chat " * 200)


def test_cheating_wins_in_training_and_loses_at_the_test():
    """Nobody can guess letters drawn by lot: ln 8 a letter. With the future in sight only the last letter, which is
    no input, is left to guess."""
    found = cheating()
    last = slice(-20, None)
    assert found.floor == pytest.approx(math.log(8))
    assert found.loss[last].mean() == pytest.approx(found.floor, abs=0.1)
    assert found.test == pytest.approx(found.floor, abs=0.1)
    assert found.floor / LENGTH - 0.05 < found.loss_open[last].mean() < 0.7 * found.floor
    assert found.test_open > found.floor + 0.5
