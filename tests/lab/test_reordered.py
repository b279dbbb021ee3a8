"""Words change places on a random model, and on the shipped one: what moves with positions and without them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import TextError
from core.lab.positions import backwards, shuffled
from core.lab.reordered import EncodedBy, added, moved_pieces, shuffle, without_positions
from core.models import Model, load_model, save_model
from core.nn.transformer import Transformer
from core.tracing import axis, trace

TEXT = "The cat sleeps."


def other(tmp_path: Path, model: Model, positions: str, norm: str = "post") -> Model:
    """A random model like `model`, with other positions."""
    config = replace(model.info.config, positions=positions, norm=norm)
    record = {"architecture": "transformer", "src": "en", "tgt": "fr", "model": config.as_dict()}
    save_model(tmp_path / "others" / "one", Transformer(config), model.tokenizer, record)
    return load_model("one", tmp_path / "others")


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("positions", ["sinusoidal", "learned"])
def test_without_positions_words_take_their_vectors_along(tmp_path: Path, model: Model, positions: str, norm: str):
    one = other(tmp_path, model, positions, norm)
    found = shuffle(one, TEXT, backwards(added(one, TEXT).src))
    levels = one.info.config.n_encoder_layers + 1
    assert found.on.cosine.shape == found.off.distance.shape == (levels, len(found.order))
    assert found.off.distance.max() < 1e-5
    assert found.off.cosine.min() > 1 - 1e-5
    moved = [word for word in found.order if word not in found.stayed]
    assert found.on.distance[:, moved].min() > 1e-3
    assert found.straight_neither == found.shuffled_neither
    assert found.straight_off == found.shuffled_off


def test_a_model_that_has_no_positions_gives_one_translation(tmp_path: Path, model: Model):
    one = other(tmp_path, model, "none")
    found = shuffle(one, TEXT, backwards(added(one, TEXT).src))
    assert found.on.distance.max() < 1e-5
    assert found.straight_on == found.shuffled_on == found.shuffled_off
    assert not added(one, TEXT).position.any()


def test_the_twin_shares_its_weights_and_changes_nothing_of_the_model(model: Model):
    net = model.net
    before = net.positions.clone()
    twin = without_positions(net)
    assert {id(p) for p in twin.parameters()} <= {id(p) for p in net.parameters()}
    assert not twin.positions.any()
    assert torch.equal(net.positions, before)
    assert before.any()


def test_one_models_encoder_with_its_own_decoder_is_the_model(model: Model):
    """The straight translation is what every other page shows."""
    found = shuffle(model, TEXT, backwards(added(model, TEXT).src))
    assert found.straight_on == trace(model, TEXT).tgt_text
    stepper, src = EncodedBy(model.net, model.net), torch.tensor([[5, 6, model.tokenizer.eos]])
    step, state = stepper.step(stepper.start(src), torch.tensor([1]))
    own, _ = model.net.step(model.net.start(src), torch.tensor([1]))
    assert torch.equal(step, own)
    assert torch.equal(stepper.reorder(state, torch.tensor([0])).past[0][0], state.past[0][0])


def test_words_of_several_pieces_travel_whole(model: Model):
    ids = (*model.tokenizer.encode("extraordinary cat").ids, model.tokenizer.eos)
    src = axis(model.tokenizer, ids)
    first = [i for i in range(len(src)) if src.word_of[i] == 0]
    assert len(first) > 1
    places = moved_pieces(src, (1, 0))
    assert places == (*range(len(first), len(src) - 1), *first, len(src) - 1)
    for bad in ((0,), (0, 0), (0, 1, 2)):
        with pytest.raises(ValueError, match="each of the words"):
            moved_pieces(src, bad)


def test_the_sum_is_what_the_first_layer_reads(model: Model):
    found = added(model, TEXT)
    np.testing.assert_allclose(found.total, found.token + found.position, atol=1e-6)
    np.testing.assert_allclose(found.on, trace(model, TEXT)["encoder_self"].weights[0], atol=1e-6)
    assert np.abs(found.on - found.off).max() > 1e-3
    assert found.table.shape == (model.info.config.max_len, model.info.config.d_model)


def test_what_cannot_be_shuffled_is_told(model: Model):
    for text, order, code in (("cat", (0,), "order_one_word"), ("", (), "empty"), ("고양이", (0,), "script")):
        with pytest.raises(TextError) as caught:
            shuffle(model, text, order)
        assert caught.value.code == code


def test_the_shipped_translator_reads_word_order_by_its_positions():
    """Backwards, "Tom loves Mary." is "Mary loves Tom.": told by positions, and by them alone."""
    model = load_model("transformer-en-fr")
    src = added(model, "Tom loves Mary.").src
    found = shuffle(model, "Tom loves Mary.", backwards(src))
    assert found.shuffled_text == "Mary loves Tom."
    assert found.straight_on.index("Tom") < found.straight_on.index("Mary")
    assert found.shuffled_on.index("Mary") < found.shuffled_on.index("Tom")
    assert found.straight_off == found.shuffled_off
    assert found.on.cosine[-1, :3].min() < 0.97 < 0.9999 < found.off.cosine.min()
    assert shuffled(src, 1) != backwards(src)
