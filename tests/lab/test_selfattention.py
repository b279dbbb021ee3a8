"""One head step by step is what the model computes, and what-ifs follow the formulas."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - its usual name

from core.lab.headsteps import Change, all_heads, arrows, norm_shares, softmax, steps
from core.lab.numbers import cosine
from core.lab.selfattention import projections, readings
from core.models import Model
from core.nn.transformer import Transformer
from core.tracing import trace

TEXT = "I am a good dog."
KINDS = ("encoder_self", "decoder_self", "cross")
EVERY = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def biased(model):
    """Biases start at 0, where forgetting them can't be seen; and a pre-norm model reads something else."""
    for parameter in model.net.parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, std=0.5)
    return model


def of(model, kind, layer=1):
    return readings(model, TEXT).sublayers[kind][layer], projections(model, kind, layer)


def models_own(model, kind, layer):
    """The AttentionDetails of the model's one teacher-forced pass, overheard."""
    overheard, original = [], model.net.details
    model.net.details = lambda *args: overheard.append(original(*args)) or overheard[-1]
    try:
        readings(model, TEXT)
    finally:
        del model.net.details
    (details,) = overheard
    if kind == "encoder_self":
        return details.encoder[layer].attention
    return details.decoder[layer].cross if kind == "cross" else details.decoder[layer].attention


@EVERY
@pytest.mark.parametrize("layer", [0, 1])
def test_the_matrices_reproduce_the_models_own_numbers(biased, kind, layer):
    reading, learned = of(biased, kind, layer)
    own = models_own(biased, kind, layer)
    for head, one in enumerate(all_heads(reading, learned)):
        for name in ("q", "k", "v", "scores", "masked", "weights", "z"):
            np.testing.assert_allclose(getattr(one, name), getattr(own, name)[0, head].numpy(), atol=1e-5, err_msg=name)
    assert np.array_equal(reading.out, own.out[0].numpy())


@EVERY
def test_a_head_is_pytorchs_scaled_dot_product_attention(biased, kind):
    reading, learned = of(biased, kind)
    own = models_own(biased, kind, 1)
    for head, one in enumerate(all_heads(reading, learned)):
        q, k, v = (getattr(own, name)[0, head] for name in "qkv")
        expected = F.scaled_dot_product_attention(q, k, v, attn_mask=torch.from_numpy(reading.mask))
        np.testing.assert_allclose(one.z, expected.numpy(), atol=1e-5)


@EVERY
def test_the_heads_parts_add_up_to_concat_then_project(biased, kind):
    reading, learned = of(biased, kind)
    heads = all_heads(reading, learned)
    concat = np.concatenate([one.z for one in heads], axis=1)
    w_o = np.concatenate(list(learned.w_o), axis=0)
    together = concat @ w_o + learned.b_o
    parts = np.stack([one.part for one in heads])
    np.testing.assert_allclose(parts.sum(0) + learned.b_o, together, atol=1e-5)
    np.testing.assert_allclose(together, reading.out, atol=1e-5)


@EVERY
def test_shares_of_heads_and_bias_sum_to_one(biased, kind):
    reading, learned = of(biased, kind)
    parts = np.stack([one.part for one in all_heads(reading, learned)])
    bias = (learned.b_o * reading.out).sum(-1) / (reading.out**2).sum(-1)
    np.testing.assert_allclose(norm_shares(parts, learned.b_o).sum(0) + bias, 1, atol=1e-4)


def test_a_pre_norm_model_is_read_behind_its_norm(biased):
    config = dataclasses.replace(biased.info.config, norm="pre")
    net = Transformer(config).eval()
    pre = Model(dataclasses.replace(biased.info, config=config), net, biased.tokenizer)
    for kind in KINDS:
        reading, learned = of(pre, kind)
        parts = np.stack([one.part for one in all_heads(reading, learned)])
        np.testing.assert_allclose(parts.sum(0) + learned.b_o, reading.out, atol=1e-5)


def test_the_axes_name_who_asks_and_who_is_asked(model):
    record, found = readings(model, TEXT), trace(model, TEXT)
    for kind in KINDS:
        for reading in record.sublayers[kind]:
            assert (reading.queries, reading.keys) == (found[kind].queries, found[kind].keys)
    for kind in KINDS:
        for layer, reading in enumerate(record.sublayers[kind]):
            for head, one in enumerate(all_heads(reading, projections(model, kind, layer))):
                np.testing.assert_allclose(one.weights, found[kind].head(layer, head), atol=1e-5)


def test_states_climb_from_the_embedding_to_the_encoders_output(model):
    record = readings(model, TEXT)
    assert record.states.shape == (2 + 2, len(record.src), 32)
    np.testing.assert_array_equal(record.states[1], record.sublayers["encoder_self"][0].x)
    ids = [*model.tokenizer.encode(TEXT).ids, model.tokenizer.eos]
    embedded = model.net.src_embedding(torch.tensor(ids)).detach().numpy()
    np.testing.assert_allclose(record.states[0], embedded * 32**0.5, atol=1e-5)  # no position in it yet
    np.testing.assert_array_equal(record.states[-1], record.sublayers["cross"][0].memory)


# ---- what if


def test_temperature_towards_zero_is_dictionary_look_up(biased):
    reading, learned = of(biased, "encoder_self")
    limit = steps(reading, learned, 0, Change(temperature=0))
    expected = np.eye(len(reading.keys), dtype=np.float32)[limit.scores.argmax(-1)]
    np.testing.assert_array_equal(limit.weights, expected)
    np.testing.assert_array_equal(limit.z, limit.v[limit.scores.argmax(-1)])
    near = steps(reading, learned, 0, Change(temperature=1e-4))
    np.testing.assert_allclose(near.weights, expected, atol=1e-3)
    hot = steps(reading, learned, 0, Change(temperature=1e6))
    np.testing.assert_allclose(hot.weights, 1 / len(reading.keys), atol=1e-4)


def test_equal_largest_scores_share_the_limit():
    np.testing.assert_array_equal(softmax(np.array([[2.0, 5.0, 5.0]], np.float32), 0), [[0, 0.5, 0.5]])


def test_softmax_refuses_what_has_no_answer():
    with pytest.raises(ValueError, match="no visible key"):
        softmax(np.array([[-np.inf, -np.inf]], np.float32))
    with pytest.raises(ValueError, match="below 0"):
        softmax(np.zeros((1, 2), np.float32), -1)


def test_the_mask_hides_the_future_and_can_be_taken_off(biased):
    reading, learned = of(biased, "decoder_self")
    n = len(reading.queries)
    future = np.triu(np.ones((n, n), bool), 1)
    assert future.any()
    own, bare = steps(reading, learned, 0), steps(reading, learned, 0, Change(masked=False))
    assert (own.weights[future] == 0).all()
    assert np.isneginf(own.masked[future]).all()
    assert (bare.weights[future] > 0).all()
    np.testing.assert_allclose(bare.weights.sum(-1), 1, atol=1e-6)
    np.testing.assert_allclose(own.weights[-1], bare.weights[-1], atol=1e-6)  # the last word has no future to hide


def test_without_the_division_scores_are_the_products(biased):
    reading, learned = of(biased, "cross")
    bare = steps(reading, learned, 2, Change(scaled=False))
    np.testing.assert_allclose(bare.scores, bare.q @ bare.k.T, atol=1e-5)
    np.testing.assert_allclose(bare.scores, steps(reading, learned, 2).scores * np.sqrt(learned.d_head), rtol=1e-5)


def test_one_changed_score_moves_its_row_alone(biased):
    reading, learned = of(biased, "encoder_self")
    own, new = steps(reading, learned, 1), steps(reading, learned, 1, Change(score=(2, 3, 50.0)))
    assert new.weights[2, 3] == pytest.approx(1)
    np.testing.assert_allclose(new.z[2], new.v[3], atol=1e-5)
    others = [i for i in range(len(reading.queries)) if i != 2]
    np.testing.assert_array_equal(new.part[others], own.part[others])
    assert not np.allclose(new.part[2], own.part[2])
    assert own.scores[2, 3] != 50  # the record was not written over


def test_a_changed_score_leaves_the_products_as_they_are(biased):
    """Without the division scores and products are equal, and still two matrices."""
    reading, learned = of(biased, "encoder_self")
    new = steps(reading, learned, 1, Change(scaled=False, score=(2, 3, 50.0)))
    assert new.scores[2, 3] == 50
    np.testing.assert_array_equal(new.products, steps(reading, learned, 1).products)


def test_a_changed_score_that_is_masked_changes_nothing(biased):
    reading, learned = of(biased, "decoder_self")
    new = steps(reading, learned, 0, Change(score=(0, 1, 50.0)))
    np.testing.assert_array_equal(new.weights, steps(reading, learned, 0).weights)


# ---- arrows


def test_two_dimensional_vectors_keep_lengths_and_angles():
    rng = np.random.default_rng(0)
    plane = np.linalg.qr(rng.normal(size=(8, 2)))[0]
    flat_q, flat_k = rng.normal(size=(5, 2)), rng.normal(size=(4, 2))
    found = arrows((flat_q @ plane.T).astype(np.float32), (flat_k @ plane.T).astype(np.float32))
    assert found.kept == pytest.approx(1)
    np.testing.assert_allclose(found.queries @ found.keys.T, flat_q @ flat_k.T, atol=1e-5)


def test_the_kept_share_is_that_of_the_squared_lengths():
    q, k = np.diag([3.0, 2.0, 1.0]).astype(np.float32), np.zeros((1, 3), np.float32)
    assert arrows(q, k).kept == pytest.approx(13 / 14)
    assert arrows(q[:, :1], k[:, :1]).queries.shape == (3, 2)  # one dimension, or one word, still has a plane
    assert cosine(q[0], q[1]) == 0
    assert cosine(q[0], q[0]) == pytest.approx(1)
    assert cosine(q[0], k[0]) == 0
