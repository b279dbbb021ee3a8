"""GPT and BERT train by the same command and loop, and what they learned is there."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - its usual name
from torch.testing import assert_close

from core.evaluate import perplexity
from core.lab.blanks import guesses
from core.models import load_model
from core.nn.build import build
from core.text.corpus import Pair, read_pairs
from core.text.tokenizer import Tokenizer
from core.train.__main__ import main, prepare
from core.train.loop import train
from core.train.objectives import NO_PAIR, Blanks, Marked
from core.train.recipes import RECIPES


def command(config: str, corpus: Path, out: Path, *more: str) -> int:
    return main(["--config", config, "--corpus", str(corpus), "--out", str(out), *more])


def test_gpt_learns_the_source_side_by_heart(corpus: Path, tmp_path: Path):
    assert command("toy-gpt", corpus, tmp_path / "gpt", "--overfit", "5", "--epochs", "60") == 0
    model, pairs = load_model("gpt", tmp_path), read_pairs(corpus)[:5]
    assert (model.info.architecture, model.info.src, model.info.tgt) == ("gpt", "en", "en")
    ours, theirs = (perplexity(model, [pair[side] for pair in pairs]) for side in (0, 1))
    assert ours < 6 < 60 < theirs  # it never read a word of the translations


def test_bert_learns_to_fill_the_blanks_of_the_sentences_that_it_read(corpus: Path, tmp_path: Path):
    assert command("toy-bert", corpus, tmp_path / "bert", "--overfit", "4", "--epochs", "120") == 0
    model, pairs = load_model("bert", tmp_path), read_pairs(corpus)[:4]
    assert model.tokenizer.mask == len(model.tokenizer) - 1 == model.info.config.vocab_size - 1
    ours, theirs = (guesses(model, [pair[side] for pair in pairs] * 20, n_pairs=2).words for side in (0, 1))
    assert ours > 0.4 > 0.25 > theirs


def test_counting_is_all_the_training_that_a_markov_model_has(corpus: Path, tmp_path: Path):
    assert command("markov-en", corpus, tmp_path / "markov") == 0
    model, pairs = load_model("markov", tmp_path), read_pairs(corpus)
    assert (model.info.architecture, model.info.config.order) == ("markov", 3)
    ours, theirs = (perplexity(model, [pair[side] for pair in pairs]) for side in (0, 1))
    assert ours < 6 < 30 < theirs


def test_the_window_model_trains_by_the_usual_loop(pairs: list[Pair], tmp_path: Path):
    recipe = RECIPES["window-en"]
    small = replace(recipe.train, epochs=1, batch_tokens=400, vocab_size=400)
    run = prepare(replace(recipe, train=small), pairs, pairs[:10], tmp_path / "window")
    assert train(run).epoch == 1
    assert perplexity(load_model("window", tmp_path), ["The cat sleeps."]) < 2 * len(run.tokenizer)


@pytest.fixture
def masked(tokenizer: Tokenizer) -> Tokenizer:
    return tokenizer.with_mask()


def test_typed_mask_is_six_characters(masked: Tokenizer, tmp_path: Path):
    assert masked.mask not in masked.encode("a <mask> b").ids
    assert masked.with_mask() is masked
    masked.save(tmp_path / "tokenizer.json")
    assert Tokenizer.load(tmp_path / "tokenizer.json").mask == masked.mask


def test_a_batch_shows_both_sentences_and_asks_for_the_chosen_tokens_alone(masked: Tokenizer):
    examples = [Marked([7, 8, 2], [9, 10, 2], True), Marked([7, 2], [], False), Marked([5, 2], [6, 2], False)]
    batch = Blanks().batch(examples, masked, seed=3)
    original = [[1, 7, 8, 2, 9, 10, 2], [1, 7, 2, 0, 0, 0, 0], [1, 5, 2, 6, 2, 0, 0]]
    asked = batch.labels != masked.pad
    assert torch.where(asked, batch.labels, batch.tokens).tolist() == original
    assert batch.segments.tolist() == [[0, 0, 0, 0, 1, 1, 1], [0] * 7, [0, 0, 0, 1, 1, 0, 0]]
    assert batch.follows.tolist() == [0, NO_PAIR, 1]


def test_pairs_alone_are_read_whole_and_no_word_is_asked_for(masked: Tokenizer, pairs: list[Pair], tmp_path: Path):
    examples = Blanks(alone=True).examples(pairs, masked, 100, seed=3)
    assert len(examples) == len(pairs) // 2
    assert all(one.second for one in examples)
    batch = Blanks(alone=True).batch(examples, masked, seed=3)
    rows = [[masked.bos, *one.first, *one.second] for one in examples]
    assert [row[: len(own)] for row, own in zip(batch.tokens.tolist(), rows, strict=True)] == rows
    assert (batch.labels == masked.pad).all()
    net = build(RECIPES["toy-bert"].model_config(len(masked))).eval()
    expected = F.cross_entropy(net(batch.tokens, batch.segments).follows, batch.follows)
    assert_close(Blanks(alone=True).loss(net, batch, masked.pad, 0.0), expected)


def test_an_epoch_of_pairs_alone_stands_where_the_recipe_has_it(
    pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked: list[bool] = []
    monkeypatch.setattr("core.train.loop.update", lambda run, batch: asked.append(run.objective.alone) or 0.0)
    recipe = replace(RECIPES["toy-bert"], stories_alone=(2,), train=replace(RECIPES["toy-bert"].train, epochs=3))
    train(prepare(recipe, pairs, pairs, tmp_path / "out"))
    assert [alone for alone, _ in itertools.groupby(asked)] == [False, True, False]


def test_the_loss_is_that_of_the_chosen_tokens_and_of_the_pairs(masked: Tokenizer, pairs: list[Pair], tmp_path: Path):
    run = prepare(RECIPES["toy-bert"], pairs, pairs, tmp_path / "out")
    rng = random.Random(0)
    examples = [
        Marked([rng.randrange(260, 400) for _ in range(9)] + [2], [rng.randrange(260, 400), 2] if i % 2 else [], i > 3)
        for i in range(8)
    ]
    batch = Blanks().batch(examples, run.tokenizer, seed=1)
    run.net.eval()
    output = run.net(batch.tokens, batch.segments)
    words = F.cross_entropy(
        output.logits.flatten(0, 1), batch.labels.where(batch.labels != 0, -100).flatten(), ignore_index=-100
    )
    pairs_loss = F.cross_entropy(output.follows, batch.follows, ignore_index=NO_PAIR)
    assert_close(Blanks().loss(run.net, batch, run.tokenizer.pad, 0.0), words + pairs_loss)
