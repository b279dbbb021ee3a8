"""Gradients through time: on paper for a linear network, by autograd for the others; cut and clipped."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch.nn import functional as F  # noqa: N812

from core.config import GPTConfig
from core.lab.gradients import fresh, gpt, recurrent, steps_of, transformer
from core.lab.recurrence import ids_of
from core.lab.recurrence_nets import CELLS, random_net
from core.models import Model
from core.nn.gpt import GPT
from core.nn.masks import causal_mask
from core.text.tokenizer import Tokenizer

TEXT = "The cat sleeps and the dog is very old."
LONG = " ".join(["the cat sleeps"] * 12)
EVERY_CELL = pytest.mark.parametrize("cell", CELLS)


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.1, 2.0])
def test_a_linear_networks_gradient_is_the_gain_to_the_power_of_the_distance(tokenizer: Tokenizer, gain: float):
    net, last = random_net(len(tokenizer), "rnn", gain, "linear"), steps_of(tokenizer, TEXT) - 1
    found = recurrent(net, tokenizer, TEXT, last)
    distance = np.arange(last, -1, -1)
    assert found.h is not None
    assert_allclose(found.h, found.h[-1] * gain**distance, rtol=1e-4)
    assert_allclose(found.x, found.x[-1] * gain**distance, rtol=1e-4)
    assert found.per_step(found.h) == pytest.approx(gain, rel=1e-4)


def test_tanh_vanishes_even_at_a_gain_above_one(tokenizer: Tokenizer):
    """Saturation: the slope of tanh is below 1 wherever its input is not 0."""
    last = steps_of(tokenizer, LONG) - 1
    found = recurrent(random_net(len(tokenizer), "rnn", 1.1), tokenizer, LONG, last)
    assert found.h[0] < 1e-2 * found.h[-1]
    grows = recurrent(random_net(len(tokenizer), "rnn", 1.1, "linear"), tokenizer, LONG, last)
    assert grows.h[0] > 10 * grows.h[-1]


@pytest.mark.parametrize("gain", [1.0, 2.0])
def test_sigmoids_vanish_by_a_quarter_of_the_gain_at_least(tokenizer: Tokenizer, gain: float):
    found = recurrent(random_net(len(tokenizer), "rnn", gain, "sigmoid"), tokenizer, TEXT, 6)
    assert (found.h[:-1] <= found.h[1:] * gain / 4 * (1 + 1e-6)).all()


def test_relu_lies_between_0_and_the_linear_one(tokenizer: Tokenizer):
    found = recurrent(random_net(len(tokenizer), "rnn", 1.0, "relu"), tokenizer, TEXT, 6)
    assert (found.h[:-1] <= found.h[1:] * (1 + 1e-6)).all()


@EVERY_CELL
def test_the_norms_are_those_of_pytorchs_layers(tokenizer: Tokenizer, cell):
    net, last = random_net(len(tokenizer), cell, 1.1), steps_of(tokenizer, TEXT) - 1
    found = recurrent(net, tokenizer, TEXT, last)
    x = net.embed(torch.tensor([ids_of(tokenizer, TEXT)])).detach().requires_grad_()
    out, _ = net.recurrent.fused(x)
    loss = F.cross_entropy(net.output(out[:, -1]), torch.tensor([tokenizer.eos]))
    loss.backward()
    assert found.loss == pytest.approx(float(loss), rel=1e-5)
    assert_allclose(found.x, x.grad[0].norm(dim=-1), rtol=1e-4)


def test_the_norm_of_a_state_is_that_of_a_small_push(tokenizer: Tokenizer):
    """dLoss/dh_T against finite differences, through the output layer alone."""
    net = random_net(len(tokenizer), "gru", 1.0)
    found = recurrent(net, tokenizer, TEXT, 3)
    net = net.double()
    target = torch.tensor([ids_of(tokenizer, TEXT)[4]])
    h = net.recurrent.details(net.embed(torch.tensor([ids_of(tokenizer, TEXT)[:4]]))).out[0, -1].detach()
    pushes = torch.eye(len(h), dtype=torch.float64) * 1e-5
    up, down = (F.cross_entropy(net.output(h + s * pushes), target.expand(len(h)), reduction="none") for s in (1, -1))
    assert found.h[-1] == pytest.approx(float(((up - down) / 2e-5).norm()), rel=1e-6)


@EVERY_CELL
@pytest.mark.parametrize("block", [1, 3, 5])
def test_before_the_block_the_gradient_is_exactly_0(tokenizer: Tokenizer, cell, block: int):
    net, last = random_net(len(tokenizer), cell, 1.0), steps_of(tokenizer, TEXT) - 1
    whole, cut = (recurrent(net, tokenizer, TEXT, last, k) for k in (None, block))
    border = last + 1 - block
    for name in ("x", "h"):
        assert (getattr(cut, name)[:border] == 0).all()
        assert_allclose(getattr(cut, name)[border:], getattr(whole, name)[border:])
    assert cut.loss == whole.loss
    assert cut.total < whole.total
    if cell == "lstm":
        assert (cut.c[:border] == 0).all()


def test_a_block_longer_than_the_text_cuts_nothing(tokenizer: Tokenizer):
    net = random_net(len(tokenizer), "lstm", 1.0)
    assert_allclose(recurrent(net, tokenizer, TEXT, 4, 50).x, recurrent(net, tokenizer, TEXT, 4).x)


def test_an_open_forget_gate_carries_the_cell_on(tokenizer: Tokenizer):
    """Hochreiter's carousel: with f near 1 the gradient along c_t hardly shrinks."""
    last = steps_of(tokenizer, LONG) - 1
    shut, wide = (recurrent(random_net(len(tokenizer), "lstm", 0.5, keep=b), tokenizer, LONG, last) for b in (0, 5))
    assert shut.c[0] < 1e-4 * shut.c[-1]
    assert wide.c[0] > 0.1 * wide.c[-1]


def test_clipping_shortens_all_by_one_factor(tokenizer: Tokenizer):
    found = recurrent(random_net(len(tokenizer), "lstm", 1.0), tokenizer, TEXT, 5)
    clipped = found.clipped(found.total / 4)
    assert clipped.total == pytest.approx(found.total / 4)
    assert_allclose(clipped.x, found.x / 4)
    assert_allclose(clipped.h, found.h / 4)
    assert_allclose(clipped.c, found.c / 4)
    assert found.clipped(2 * found.total).total == found.total, "a short gradient stays as it is"


def test_the_total_is_the_norm_of_every_parameters_gradient(tokenizer: Tokenizer):
    net = random_net(len(tokenizer), "rnn", 1.0)
    found = recurrent(net, tokenizer, TEXT, 4)
    ids = ids_of(tokenizer, TEXT)
    net(torch.tensor([ids[:5]])).logits[0, -1].log_softmax(-1)[ids[5]].neg().backward()
    assert found.total == pytest.approx(float(torch.cat([p.grad.ravel() for p in net.parameters()]).norm()), rel=1e-4)


def test_the_decoders_gradient_is_autograds(model: Model):
    last = steps_of(model.tokenizer, TEXT) - 1
    found = transformer(model, model.net, TEXT, last)
    assert found.h is None
    assert found.c is None
    ids = ids_of(model.tokenizer, TEXT)
    target = torch.tensor([model.tokenizer.eos])
    pushed = torch.zeros(1, len(ids), model.net.config.d_model, requires_grad=True)
    embed = model.net.embed

    def with_push(embedding, tokens, at=0):
        read = embed(embedding, tokens, at)
        return read if tokens[0, 0] != model.tokenizer.bos else read._replace(total=read.total + pushed)

    model.net.embed = with_push
    logits = model.net(torch.tensor([[*ids[1:], model.tokenizer.eos]]), torch.tensor([ids])).logits
    F.cross_entropy(logits[:, -1], target).backward()
    assert_allclose(found.x, pushed.grad[0].norm(dim=-1), rtol=1e-3)


def test_a_step_that_is_not_there_is_refused(tokenizer: Tokenizer):
    with pytest.raises(ValueError, match="step 2 of 2"):
        recurrent(random_net(len(tokenizer), "rnn", 1.0), tokenizer, "a", 2)


def test_fresh_weights_are_no_copy(model: Model):
    one, two = fresh(model.net), fresh(model.net)
    assert torch.equal(one.output.weight, two.output.weight)
    assert not torch.allclose(one.output.weight, model.net.output.weight)


def test_of_a_gpt_the_gradient_is_what_a_small_step_of_each_input_costs(model: Model):
    """Finite differences of the loss along a gradient's own direction give its norm."""
    torch.manual_seed(6)
    net = GPT(GPTConfig(len(model.tokenizer), d_model=16, n_heads=2, n_layers=2, d_ff=32, max_len=48)).double().eval()
    last = steps_of(model.tokenizer, TEXT) - 1
    found = gpt(model.tokenizer, net, TEXT, last)
    assert (found.h, found.c, found.axis.tokens[0]) == (None, None, "<s>")
    ids = torch.tensor([[*ids_of(model.tokenizer, TEXT), model.tokenizer.eos]])
    inputs, target = ids[:, :-1], ids[:, -1]

    def loss(moved: torch.Tensor) -> torch.Tensor:
        x = moved + net.positions.weight[: inputs.size(1)]
        for layer in net.layers:
            x = layer(x, causal_mask(inputs.size(1))).out
        return torch.nn.functional.cross_entropy(net.output(net.norm(x))[:, -1], target)

    token = net.embedding(inputs).detach().requires_grad_(True)
    (grad,) = torch.autograd.grad(loss(token), token)
    assert found.loss == pytest.approx(float(loss(token).detach()))
    for t in range(inputs.size(1)):
        step = torch.zeros_like(token)
        step[0, t] = 1e-5 * grad[0, t] / grad[0, t].norm()
        slope = (float(loss(token + step).detach()) - float(loss(token - step).detach())) / 2e-5
        assert slope == pytest.approx(found.x[t], rel=1e-4)


def test_a_fresh_gpt_has_the_size_and_not_the_weights(model: Model):
    net = GPT(GPTConfig(len(model.tokenizer), d_model=16, n_heads=2, n_layers=2, d_ff=32, max_len=48))
    other = fresh(net)
    assert other.config == net.config
    assert not torch.equal(other.embedding.weight, net.embedding.weight)
