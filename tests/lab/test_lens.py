"""The head read after every layer: at the last one it is the model's own answer."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - its usual name

from core.lab.layers import layers
from core.lab.lens import lens, wish
from core.models import Model
from core.nn.transformer import Transformer
from core.tracing import trace

TEXT = "I am a good dog."


@pytest.fixture(params=["post", "pre"])
def normed(model, request):
    config = dataclasses.replace(model.info.config, norm=request.param)
    return Model(dataclasses.replace(model.info, config=config), Transformer(config).eval(), model.tokenizer)


@pytest.fixture
def run(normed):
    expected = trace(normed, TEXT)
    ids = tuple(step.written.id for step in expected.steps)
    found = layers(normed, TEXT, ids)
    return normed, expected, ids, found, lens(normed, found, ids)


def test_the_last_levels_answer_is_the_models_own(run):
    _, expected, _, _, found = run
    assert len(found.top) == 1 + 2
    for step, own in enumerate(expected.steps):
        assert [one.token for one in found.top[-1][step]] == [one.token for one in own.top]
        for one, other in zip(found.top[-1][step], own.top, strict=True):
            assert one.log_prob == pytest.approx(other.log_prob, abs=1e-4)
        assert found.written[-1, step] == pytest.approx(own.written.log_prob, abs=1e-4)


def test_an_earlier_level_is_the_head_on_that_layers_stream(run):
    model, _, ids, found, levels = run
    with torch.inference_mode():
        stream = torch.from_numpy(found.decoder.layers[0][-1].leaves)
        log_probs = model.net.output(model.net.decoder_norm(stream)).log_softmax(-1)
    np.testing.assert_allclose(levels.written[1], log_probs[range(len(ids)), ids].numpy(), atol=1e-4)
    np.testing.assert_array_equal([one.id for one in levels.best[1]], log_probs.argmax(-1).numpy())
    assert (levels.entropy <= math.log(model.info.config.vocab_size) + 1e-4).all()


def test_a_logit_is_the_log_probability_plus_the_shift(run):
    model, _, _, found, levels = run
    with torch.inference_mode():
        logits = model.net.output(torch.from_numpy(found.decoder.last))
    best = [one.log_prob for one in levels.best[-1]]
    np.testing.assert_allclose(best + levels.shift, logits.max(-1).values.numpy(), atol=1e-4)


def test_settled_is_the_first_level_that_says_what_the_last_says(run):
    *_, levels = run
    for step in range(len(levels.written[0])):
        answers = [level[step].id for level in levels.best]
        at = levels.settled(step)
        assert set(answers[at:]) == {answers[-1]}
        assert at == 0 or answers[at - 1] != answers[-1]


def test_the_loss_of_a_wished_word_is_pytorchs_cross_entropy(run):
    model, _, _, found, _ = run
    first = model.tokenizer.encode("chat noir").ids[0]
    with torch.inference_mode():
        logits = model.net.output(torch.from_numpy(found.decoder.last))
    one = wish(model, found, 1, "chat noir")
    assert one.token.id == first
    assert one.loss == pytest.approx(float(F.cross_entropy(logits[1:2], torch.tensor([first]))), abs=1e-4)
    assert one.rank == 1 + int((logits[1] > logits[1, first]).sum())
    assert wish(model, found, 1, "  ") is None
