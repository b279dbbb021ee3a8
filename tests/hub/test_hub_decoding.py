"""The experiments on writing, on named models: they agree with the trace, with the search, and with transformers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.errors import ModelError
from core.hub import decoding, reading, tracing
from core.search import Sampling, Search
from tests.hub.conftest import TEXT

WRITERS = pytest.mark.parametrize("name", ["gpt2", "t5", "marian"])


def nothing(*_):
    pass


def written(model, found):
    return tuple(step.written.id for step in found.steps)[decoding.given(model, TEXT) :]


@WRITERS
def test_its_own_output_given_back_is_the_same_run(name, hub_models):
    model = hub_models[name]
    found = tracing.trace(model, TEXT)
    forced = decoding.outcome(model, TEXT, written(model, found))
    assert forced.tgt_text == found.tgt_text
    assert forced.finished == found.finished
    for one, other in zip(forced.maps, found.maps, strict=True):
        np.testing.assert_allclose(one.weights, other.weights, atol=1e-6)
        assert one.queries == other.queries


@WRITERS
def test_the_text_itself_is_not_the_models_choice(name, hub_models):
    model = hub_models[name]
    given = decoding.given(model, TEXT)
    assert given == (len(model.tokenizer(TEXT).input_ids) - 1 if model.family == "decoder" else 0)


@WRITERS
def test_the_tree_ends_in_what_the_beam_found(name, hub_models):
    model = hub_models[name]
    tree = decoding.considered(model, TEXT, Search(3), nothing)
    found = tracing.trace(model, TEXT, search=Search(3))
    assert decoding.text_of(model, tree.tokens(tree.found[0])) in found.tgt_text
    best = tree.nodes[tree.found[0]]
    assert best.log_prob == pytest.approx(found.hypotheses[0].log_prob, abs=1e-4)


@WRITERS
def test_a_prefix_is_kept(name, hub_models):
    model = hub_models[name]
    found = tracing.trace(model, TEXT, search=Search(prefix=(7, 9)))
    assert written(model, found)[:2] == (7, 9)


@pytest.mark.parametrize("name", ["t5", "marian"])
def test_teacher_forcing_has_transformers_loss(name, hub_models):
    model = hub_models[name]
    found = decoding.teacher_forcing(model, TEXT, "the cat sat", nothing)
    labels = model.tokenizer(text_target="the cat sat", return_tensors="pt").input_ids
    with torch.no_grad():
        theirs = model.net(**model.tokenizer(TEXT, return_tensors="pt"), labels=labels).loss
    assert found.loss == pytest.approx(float(theirs), abs=1e-4)
    assert len(found.losses) == labels.size(1)


def test_a_continuation_has_its_loss_after_the_text(hub_models):
    model = hub_models["gpt2"]
    found = decoding.teacher_forcing(model, "the dog", " ate the food", nothing)
    whole = model.tokenizer("the dog ate the food", return_tensors="pt").input_ids
    n = len(model.tokenizer("the dog").input_ids)
    with torch.no_grad():
        log_probs = model.net(whole).logits[0].log_softmax(-1)
    expected = -log_probs[n - 1 : -1].gather(1, whole[0, n:, None])[:, 0]
    np.testing.assert_allclose(found.losses, expected.numpy(), atol=1e-4)


@pytest.mark.parametrize("typed", ["ate the food", " ate the food"])
def test_a_continuation_is_a_word_of_its_own_with_and_without_its_space(typed, hub_models):
    model = hub_models["gpt2"]
    found = decoding.teacher_forcing(model, "the dog", typed, nothing)
    assert found.reference == ("ate", "the", "food")
    whole = model.tokenizer("the dog ate the food").input_ids
    assert reading.reference_ids(model, "the dog", typed) == whole[-3:]
    assert reading.reference_ids(model, "the dog", ".") == model.tokenizer("the dog.").input_ids[-1:]


@WRITERS
def test_sampling_draws_from_the_probabilities_of_each_step(name, hub_models):
    model = hub_models[name]
    found = tracing.trace(model, TEXT, search=Search(sampling=Sampling(1)))
    ids = [[one.id for one in step.top] for step in found.steps]
    drawn = decoding.drawn_from(model, TEXT, written(model, found), Sampling(1), ids)
    expected = [[math.exp(one.log_prob) for one in step.top] for step in found.steps]
    np.testing.assert_allclose(drawn, expected, atol=1e-4)


def test_the_cache_changes_nothing(hub_models):
    timing = decoding.timing(hub_models["t5"], "the dog", 1, nothing)
    assert timing.same
    assert timing.work.n_src == len(hub_models["t5"].tokenizer("the dog").input_ids)


def test_a_reader_writes_nothing(hub_models):
    with pytest.raises(ModelError) as error:
        decoding.considered(hub_models["bert"], TEXT, Search(2), nothing)
    assert error.value.code == "hub_writes_nothing"
