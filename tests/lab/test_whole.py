"""Every vector of a run follows from those before it, by the paper's equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import layer_norm

from core.errors import TextError
from core.lab.whole import whole
from core.models import Model
from core.nn.transformer import Transformer
from core.tracing import trace

TEXT = "I like your idea."
NORMS = pytest.mark.parametrize("norm", ["post", "pre"])


def run(model, norm, shown=64):
    """The tiny model with that norm, a trace of it, and its vectors."""
    config = replace(model.info.config, norm=norm)
    torch.manual_seed(1)
    net = Transformer(config).eval()
    for name, parameter in net.named_parameters():
        if "norm" in name:  # as made, a scale of 1 and a shift of 0 would hide that they are left out
            torch.nn.init.normal_(parameter, 1.0, 0.3)
    other = Model(replace(model.info, config=config), net, model.tokenizer)
    found = trace(other, TEXT)
    return other, found, whole(other, TEXT, [step.written.id for step in found.steps], shown)


def normalised(x, norm):
    with torch.inference_mode():
        return layer_norm(torch.tensor(x), norm.normalized_shape, norm.weight, norm.bias, norm.eps).numpy()


def blocks(net):
    """(name, its Add and Norm) in the order of the flow, for each side."""
    source = [
        (f"e{n}.{name}", norm)
        for n, layer in enumerate(net.encoder, 1)
        for name, norm in (("self", layer.attention_norm), ("ffn", layer.feed_forward_norm))
    ]
    target = [
        (f"d{n}.{name}", norm)
        for n, layer in enumerate(net.decoder, 1)
        for name, norm in (
            ("self", layer.attention_norm), ("cross", layer.cross_norm), ("ffn", layer.feed_forward_norm),
        )
    ]  # fmt: skip
    return {"src": source, "tgt": target}


@NORMS
def test_each_block_adds_to_what_came_and_post_norm_normalises(model, norm):
    other, _, found = run(model, norm)
    for side, way in blocks(other.net).items():
        x = found[f"{side}/token"] + found[f"{side}/position"]
        np.testing.assert_allclose(found[f"{side}/sum"], x, atol=1e-6)
        for block, add_norm in way:
            x = x + found[f"{block}/out"]
            x = x if norm == "pre" else normalised(x, add_norm.norm)
            np.testing.assert_allclose(found[f"{block}/after"], x, atol=1e-4)


@NORMS
def test_every_decoder_layer_reads_keys_and_values_of_the_encoders_last_output(model, norm):
    other, _, found = run(model, norm)
    memory = found["memory/after"] if norm == "pre" else found["e2.ffn/after"]
    for n, layer in enumerate(other.net.decoder, 1):
        for name, linear in (("k", layer.cross.w_k), ("v", layer.cross.w_v)):
            with torch.inference_mode():
                expected = linear(torch.tensor(memory)).numpy()
            np.testing.assert_allclose(found[f"d{n}.cross/{name}"], expected, atol=1e-5)


@NORMS
def test_the_last_vectors_make_the_probabilities(model, norm):
    other, found_trace, found = run(model, norm)
    last = found["last/after"] if norm == "pre" else found["d2.ffn/after"]
    with torch.inference_mode():
        log_probs = other.net.output(torch.tensor(last)).log_softmax(-1)
    for row, step in zip(log_probs, found_trace.steps, strict=True):
        assert row[step.written.id] == pytest.approx(step.written.log_prob, abs=1e-4)


def test_values_weighted_and_joined_are_what_attention_answers(model):
    """softmax(QK^T)V of the trace's weights and these values, through W_O, is the strip of the cross-attention."""
    other, found_trace, found = run(model, "post")
    attention, weights = other.net.decoder[0].cross, found_trace["cross"].weights[0]
    n = len(found["d1.cross/v"])
    values = found["d1.cross/v"].reshape(n, attention.n_heads, -1).transpose(1, 0, 2)
    z = (weights @ values).transpose(1, 0, 2).reshape(weights.shape[1], -1)
    with torch.inference_mode():
        expected = attention.w_o(torch.tensor(z)).numpy()
    np.testing.assert_allclose(found["d1.cross/out"], expected, atol=1e-5)


def test_units_that_fire_are_counted(model):
    other, _, found = run(model, "post")
    with torch.inference_mode():
        hidden = other.net.encoder[0].feed_forward(torch.tensor(found["e1.self/after"])).hidden
    np.testing.assert_array_equal(found["e1.ffn/fired"], (hidden > 0).sum(-1).numpy())
    assert 0 < found["e1.ffn/fired"].min() <= found["e1.ffn/fired"].max() < found.d_ff


def test_what_is_cut_is_only_left_out(model):
    _, found_trace, whole_run = run(model, "post")
    *_, cut = run(model, "post", shown=2)
    assert (cut.n_src, cut.n_tgt) == (whole_run.n_src, whole_run.n_tgt)
    assert cut.n_tgt == len(found_trace.steps) > 2
    for short, long in zip(cut.vectors, whole_run.vectors, strict=True):
        np.testing.assert_array_equal(short.values, long.values[:2])


def test_what_cannot_be_read_is_told(model):
    with pytest.raises(TextError, match="empty"):
        whole(model, " ", [1], 64)
    with pytest.raises(ValueError, match="0 tokens"):
        whole(model, TEXT, [], 64)
    with pytest.raises(KeyError, match=r"e9\.self"):
        run(model, "post")[2]["e9.self/out"]
