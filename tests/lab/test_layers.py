"""Every Add and Norm is what the model computes, and a LayerNorm is no batch norm. The model is random: true of any."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from core.lab.layers import in_batch, layers
from core.lab.layersteps import Norm, batch_standard, firing, growth, lengths, standard, top_units
from core.lab.numbers import cosine
from core.models import Model
from core.nn.transformer import Transformer
from core.tracing import trace

TEXT, OTHER = "I am a good dog.", "He likes music and she likes the sea."
RNG = np.random.default_rng(0)


@pytest.fixture(params=["post", "pre"])
def normed(model, request):
    """A model with either Norm; gains start at 1 and biases at 0, where forgetting them can't be seen."""
    config = dataclasses.replace(model.info.config, norm=request.param)
    net = Transformer(config).eval()
    for parameter in net.parameters():
        if parameter.ndim == 1:
            nn.init.normal_(parameter, 0.3, 0.5)
    return Model(dataclasses.replace(model.info, config=config), net, model.tokenizer)


def written(model, text):
    return tuple(step.written.id for step in trace(model, text).steps)


def read(model, text=TEXT):
    return layers(model, text, written(model, text))


def every(found):
    return [one for name in ("encoder", "decoder") for one in found.side(name).sublayers]


def test_standard_has_mean_0_and_variance_1_and_keeps_the_order():
    rows = RNG.normal(3, 7, (5, 64)).astype(np.float32)
    found = standard(rows)
    np.testing.assert_allclose(found.mean(-1), 0, atol=1e-6)
    np.testing.assert_allclose(found.var(-1), 1, atol=1e-4)
    np.testing.assert_array_equal(found.argsort(-1), rows.argsort(-1))
    assert np.isfinite(standard(np.ones((1, 8), np.float32))).all()  # a constant row has variance 0
    np.testing.assert_allclose(standard(np.float32([[1, 3]])), [[-1, 1]], atol=1e-5)


def test_the_two_steps_are_pytorchs_layer_norm():
    rows = RNG.normal(1, 4, (6, 32)).astype(np.float32)
    theirs = nn.LayerNorm(32)
    nn.init.normal_(theirs.weight)
    nn.init.normal_(theirs.bias)
    ours = Norm(theirs.weight.detach().numpy(), theirs.bias.detach().numpy(), theirs.eps)
    np.testing.assert_allclose(ours(rows), theirs(torch.from_numpy(rows)).detach().numpy(), atol=1e-5)


def test_every_norm_of_the_model_is_repeated_from_its_parts(normed):
    for one in every(read(normed)):
        np.testing.assert_allclose(one.standard.mean(-1), 0, atol=1e-5)
        np.testing.assert_allclose(one.standard.var(-1), 1, atol=1e-3)
        np.testing.assert_allclose(one.norm(one.into_norm), one.normed, atol=1e-5)


def test_add_adds(normed):
    for one in every(read(normed)):
        np.testing.assert_array_equal(one.before + one.out, one.added)


def test_what_leaves_a_sublayer_enters_the_next(normed):
    found = read(normed)
    for side in (found.encoder, found.decoder):
        np.testing.assert_allclose(side.token + side.position, side.total, atol=1e-6)
        streams = [side.total, *(one.leaves for one in side.sublayers)]
        for one, stream in zip(side.sublayers, streams, strict=False):
            np.testing.assert_array_equal(one.before, stream)


def test_the_sides_end_where_the_model_does(normed):
    ids = written(normed, TEXT)
    found = layers(normed, TEXT, ids)
    tokenizer = normed.tokenizer
    src = torch.tensor([[*tokenizer.encode(TEXT).ids, tokenizer.eos]])
    with torch.inference_mode():
        details = normed.net.details(src, torch.tensor([[tokenizer.bos, *ids[:-1]]]))
        logits = normed.net.output(torch.from_numpy(found.decoder.last))
    np.testing.assert_allclose(found.encoder.last, details.memory[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(logits.numpy(), details.output.logits[0].numpy(), atol=1e-4)
    assert found.decoder.tokens.writes[-1] in ("</s>", trace(normed, TEXT).steps[-1].written.token)


def test_feed_forward_units_never_go_below_0_and_make_the_answer(normed):
    found = read(normed)
    for layer in range(2):
        hidden, one = found.encoder.hidden(layer), found.encoder.feed_forward(layer)
        network = normed.net.encoder[layer].feed_forward
        assert (hidden >= 0).all()
        assert (hidden == 0).any()
        with torch.inference_mode():
            np.testing.assert_allclose(network.w_2(torch.from_numpy(hidden)).numpy(), one.out, atol=1e-5)


def test_an_output_of_nothing_is_refused(model):
    with pytest.raises(ValueError, match="0 tokens"):
        layers(model, TEXT, ())


# ---- LayerNorm is not batch norm


def test_batch_standard_is_pytorchs_batch_norm_in_training():
    rows = RNG.normal(2, 5, (9, 16)).astype(np.float32)
    theirs = nn.BatchNorm1d(16, affine=False).train()
    np.testing.assert_allclose(batch_standard(rows), theirs(torch.from_numpy(rows)).numpy(), atol=1e-4)


@pytest.mark.parametrize(("side", "sublayer"), [("encoder", 0), ("encoder", 1), ("decoder", 1), ("decoder", 2)])
def test_another_sentence_moves_batch_norm_alone(normed, side, sublayer):
    texts = (TEXT, OTHER)
    found = in_batch(normed, texts, [written(normed, text) for text in texts], side, 1, sublayer)
    assert found.layer_moved.max() < 1e-5
    assert (found.batch_moved > 1e-2).all()
    own = read(normed)
    n = len(own.side(side).tokens)
    assert found.others == len(read(normed, OTHER).side(side).tokens)
    assert found.layer_alone.shape == (n, 32)
    np.testing.assert_allclose(found.layer_alone, own.side(side).layers[1][sublayer].normed, atol=1e-5)


def test_the_same_sentence_again_moves_neither(normed):
    ids = written(normed, TEXT)
    found = in_batch(normed, (TEXT, TEXT), [ids, ids], "encoder", 0, 0)
    assert max(found.layer_moved.max(), found.batch_moved.max()) < 1e-4


# ---- sizes and units


def test_growth_is_the_root_mean_square(normed):
    side = read(normed).encoder
    found = growth(side)
    assert found.shape == (1 + 4, len(side.tokens))
    np.testing.assert_allclose(found[0], lengths(side.total) / np.sqrt(32), rtol=1e-5)
    np.testing.assert_allclose(found[-1], lengths(side.sublayers[-1].leaves) / np.sqrt(32), rtol=1e-5)


def test_a_fresh_pre_norm_stream_grows_and_a_post_norm_one_cannot(model):
    """With gain 1 and bias 0 a post-norm stream has root mean square 1 after every Norm."""
    pre = Model(
        dataclasses.replace(model.info, config=dataclasses.replace(model.info.config, norm="pre")),
        Transformer(dataclasses.replace(model.info.config, norm="pre")).eval(),
        model.tokenizer,
    )
    np.testing.assert_allclose(growth(read(model).encoder)[1:], 1, atol=1e-3)
    climbing = growth(read(pre).encoder).mean(-1)
    assert (np.diff(climbing) > 0).all()


def test_firing_and_top_units_on_paper():
    hidden = np.float32([[0, 2, 0, 1], [0, 0, 0, 3]])
    found = firing(hidden)
    assert (found.units, found.alive, found.dead, found.each) == (4, 2, 2, 3 / 8)
    assert top_units(hidden, 0, 3) == (1, 3)  # only two fire
    assert top_units(hidden, 1, 1) == (3,)
    assert top_units(np.zeros((1, 4), np.float32), 0, 3) == ()


def test_cosine_on_paper():
    assert cosine(np.float32([1, 0]), np.float32([0, 2])) == 0
    assert cosine(np.float32([1, 1]), np.float32([-2, -2])) == pytest.approx(-1)
    assert cosine(np.float32([0, 0]), np.float32([1, 0])) == 0
