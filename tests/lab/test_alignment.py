"""The four steps of recurrent attention: what is shown is what the model computed, and what the papers say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.config import Seq2SeqConfig
from core.errors import TextError
from core.lab.alignment import Looks, gaussian, look, windowed, within
from core.lab.alignment_runs import answers, bottleneck, looks, pieces_of
from core.models import Model, load_model, save_model
from core.nn.build import build
from core.text.tokenizer import Tokenizer
from core.trace import Axis
from core.tracing import trace, trace_output

TEXT = "Tom and Mary are here."
ATTENTIONS = ("bahdanau", "dot", "general", "concat", "local-m", "local-p")


@pytest.fixture
def make(tmp_path: Path, tokenizer: Tokenizer):
    def of(attention: str, **more: Any) -> Model[Any]:
        config = Seq2SeqConfig(len(tokenizer), 24, 24, attention=attention, window=2, max_len=48, **more)
        torch.manual_seed(3)
        record = {"architecture": "seq2seq", "src": "en", "tgt": "fr", "model": config.as_dict()}
        save_model(tmp_path / attention, build(config), tokenizer, record)
        return load_model(attention, tmp_path)

    return of


def both(model: Model[Any]) -> tuple[Looks, tuple[int, ...]]:
    tokens = pieces_of(model, "Tom et Mary sont ici.")
    return looks(model, TEXT, tokens), tokens


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_each_step_follows_from_the_one_before_and_agrees_with_the_trace(make, attention: str):
    model = make(attention)
    found, tokens = both(model)
    shown = trace_output(model, TEXT, tokens)
    assert found.sources == shown["cross"].keys
    assert found.queries == shown["cross"].queries
    np.testing.assert_allclose(found.weights, shown["cross"].head(0, 0), atol=1e-6)
    for at in range(len(tokens)):
        one = look(found, at)
        np.testing.assert_allclose(one.soft.sum(), 1, atol=1e-6)
        np.testing.assert_allclose(one.weights, found.weights[at], atol=1e-6)
        np.testing.assert_allclose(one.context, found.context[at], atol=1e-5)
        np.testing.assert_allclose(one.weights @ found.values, found.context[at], atol=1e-5)
        assert (one.weights[~found.visible[at]] == 0).all(), "outside the window is exactly 0"


@pytest.mark.parametrize(("attention", "more"), [*((name, {}) for name in ATTENTIONS), ("concat", {"cell": "gru"}),
                                                 ("bahdanau", {"cell": "gru", "bidirectional": True})])  # fmt: skip
def test_the_fourth_step_gives_the_models_own_words(make, attention: str, more: dict[str, Any]):
    model = make(attention, **more)
    found, tokens = both(model)
    steps = trace_output(model, TEXT, tokens).steps
    for at in (0, 1, len(tokens) - 1):
        own = answers(model, TEXT, tokens, at, found.context[at])
        assert [name for name, _ in own] == [one.token for one in steps[at].top[:5]]
        np.testing.assert_allclose([np.log(p) for _, p in own], [c.log_prob for c in steps[at].top[:5]], atol=1e-3)
        other = answers(model, TEXT, tokens, at, found.context[at] + 3)
        assert abs(own[0][1] - other[0][1]) > 1e-5, "the context has a say"


def test_who_asks_is_bahdanaus_previous_state_and_luongs_current_one(make):
    for attention in ("bahdanau", "general"):
        model = make(attention)
        found, tokens = both(model)
        inputs = torch.tensor([[model.tokenizer.bos, *tokens[:-1]]])
        source = torch.tensor([[*model.tokenizer.encode(TEXT).ids, model.tokenizer.eos]])
        with torch.inference_mode():
            details = model.net.details(source, inputs)
        states = details.decoder.h[0].numpy()
        before = np.concatenate([details.start[0].numpy(), states[:-1]])
        np.testing.assert_allclose(found.query, before if attention == "bahdanau" else states, atol=1e-6)


def test_at_temperature_0_the_soft_look_up_is_the_exact_one(make):
    found, _ = both(make("general"))
    one = look(found, 2, 0)
    best = int(found.scores[2].argmax())
    assert one.weights.tolist() == [float(j == best) for j in range(len(one.weights))]
    np.testing.assert_array_equal(one.context, found.values[best])
    sharp, flat = (look(found, 2, temperature).weights.max() for temperature in (0.1, 10.0))
    assert flat < look(found, 2).weights.max() < sharp


def by_hand(d: int = 1) -> Looks:
    """Four places, p_t = 1.5, all scores equal: what is left is the window and its bell."""
    axis = Axis(("a", "b", "c", "d"), (0, 1, 2, 3), ("a", "b", "c", "d"), (False,) * 4)
    empty, one = np.zeros((1, 1), np.float32), Axis(("x",), (0,), ("x",), (False,), ("y",))
    position = np.array([1.5], np.float32)
    visible = within(position, 4, d)
    scores, values = np.zeros((1, 4), np.float32), np.eye(4, dtype=np.float32)
    weights = np.where(visible, 1 / visible.sum(), 0).astype(np.float32) * gaussian(position, 4, d)
    return Looks("local-p", empty, values, values, scores, visible, weights, weights @ values, position, empty, d, one,
                 axis)  # fmt: skip


def test_a_window_on_paper():
    """D = 1, p_t = 1.5: places 1 and 2 are seen, half a place off; sigma = D / 2 = 0.5, so each keeps e^-0.5 of 1/2."""
    found = by_hand()
    assert found.visible.tolist() == [[False, True, True, False]]
    np.testing.assert_allclose(look(found, 0).weights, [0, 0.5 * np.exp(-0.5), 0.5 * np.exp(-0.5), 0], atol=1e-6)
    visible, weights = windowed(found, 2)
    assert visible.all()
    np.testing.assert_allclose(weights[0], 0.25 * np.exp(-np.array([2.25, 0.25, 0.25, 2.25]) / 2), atol=1e-6)
    with pytest.raises(ValueError, match="window of 0"):
        windowed(found, 0)


@pytest.mark.parametrize("attention", ["local-m", "local-p"])
def test_another_window_is_what_a_model_with_that_window_computes(make, attention: str):
    model = make(attention)
    found, tokens = both(model)
    np.testing.assert_allclose(windowed(found, 2)[1], found.weights, atol=1e-6)
    for d in (1, 3, 40):
        model.net.alignment.window.d = d
        visible, weights = windowed(found, d)
        np.testing.assert_allclose(weights, looks(model, TEXT, tokens).weights, atol=1e-6)
        assert (weights[~visible] == 0).all()
        assert visible.any(-1).all(), "p_t stays on the sentence, so there is always a place"
    assert visible.all(), "a window wider than the sentence is none"


def test_without_a_window_there_is_no_other(make):
    with pytest.raises(ValueError, match="general"):
        windowed(both(make("general"))[0], 2)


def test_the_bottleneck_is_all_the_decoder_is_told(make):
    """Its size does not grow with the sentence, and with the same vector any sentence gives the same words."""
    model = make("none")
    short, long = bottleneck(model, "Tom."), bottleneck(model, "Tom and Mary are here. " * 4)
    assert short.size == long.size == 48
    assert np.isnan(long.without[-1])
    assert (long.without[:-1] > 0).all()
    net, whole = model.net, torch.tensor([[*model.tokenizer.encode(TEXT).ids, model.tokenizer.eos]])
    with torch.inference_mode():
        state = net.start(whole)
        assert state.memory is None, "nothing else comes from the encoder"
        np.testing.assert_allclose(bottleneck(model, TEXT).parts["h"], state.state[0][0], atol=1e-6)
        other = net.start(torch.tensor([[9, 2]]))._replace(state=state.state)
        a, b = (net.step(one, torch.tensor([1]))[0] for one in (state, other))
    torch.testing.assert_close(a, b)
    with pytest.raises(ValueError, match="no attention"):
        looks(model, TEXT, (2,))


def test_a_bad_target_is_said(make):
    model = make("general")
    for text, code in (("", "empty"), ("집에", "script")):
        with pytest.raises(TextError) as error:
            pieces_of(model, text)
        assert error.value.code == code


def test_axes_must_fit(make):
    found, _ = both(make("general"))
    with pytest.raises(ValueError, match="scores"):
        replace(found, scores=found.scores[:1])
    assert trace(make("dot"), TEXT).kinds == ("cross",)
