"""Stacked linear maps are one matrix; the ReLU is what keeps them apart; a width of 1 sees no neighbour."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from core.lab.feedforward import as_convolution, collapse, networks_of

X = np.random.default_rng(1).normal(size=(7, 32)).astype(np.float32)


@pytest.fixture
def biased(model):
    for parameter in model.net.parameters():
        if parameter.ndim == 1:
            nn.init.normal_(parameter, std=0.5)
    return model


@pytest.mark.parametrize("side", ["encoder", "decoder"])
@pytest.mark.parametrize(("first", "depth"), [(0, 1), (1, 1), (0, 2)])
def test_composed_linear_maps_equal_one_matrix_until_the_relu_is_there(biased, side, first, depth):
    found = collapse(biased, side, X, first, depth)
    assert found.error() < 1e-5
    assert found.error_fired() > 0.1
    np.testing.assert_allclose(found.single, found.stacked, atol=1e-4)
    with torch.inference_mode():
        fired = torch.from_numpy(X)
        for network in networks_of(biased, side)[first : first + depth]:
            fired = network(fired).out
    np.testing.assert_array_equal(found.fired, fired.numpy())
    assert found.matrix.shape == (32, 32)


def test_the_matrix_is_w2_w1(biased):
    network = networks_of(biased, "encoder")[0]
    expected = (network.w_2.weight @ network.w_1.weight).detach().numpy()
    np.testing.assert_allclose(collapse(biased, "encoder", X, 0, 1).matrix, expected, atol=1e-5)


def test_where_every_unit_fires_the_relu_does_nothing(biased):
    nn.init.constant_(networks_of(biased, "encoder")[0].w_1.bias, 100.0)
    assert collapse(biased, "encoder", X, 0, 1).error_fired() < 1e-5


def test_the_network_is_two_convolutions_of_width_1(biased):
    found = as_convolution(biased, "decoder", 1, X, 3)
    assert found.kernel_1 < 1e-5
    assert found.neighbours == 0
