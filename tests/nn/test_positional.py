"""The sinusoids of section 3.5, on paper and by their one property."""

from __future__ import annotations

import math

import pytest
import torch
from torch.testing import assert_close

from core.nn.positional import sinusoidal


def test_four_dimensions_on_paper():
    # Wavelengths 1 and 10000^(2/4) = 100.
    table = sinusoidal(3, 4)
    assert_close(table[0], torch.tensor([0.0, 1, 0, 1]))
    assert_close(table[1], torch.tensor([math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)]))
    assert_close(table[2], torch.tensor([math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]))
    assert table[1].round(decimals=2).tolist() == pytest.approx([0.84, 0.54, 0.01, 1.0])


def test_the_dot_product_of_two_positions_depends_on_their_distance_alone():
    table = sinusoidal(200, 64).double()
    products = table @ table.T
    for distance in (0, 1, 7, 50):
        diagonal = products.diagonal(distance)
        assert_close(diagonal, diagonal[:1].expand_as(diagonal), rtol=0, atol=1e-5)


def test_a_prefix_of_a_longer_table_is_the_shorter_table():
    assert torch.equal(sinusoidal(100, 16)[:10], sinusoidal(10, 16))


def test_the_base_is_the_longest_wavelength():
    angle = 1 / 100.0 ** (2 / 4)
    assert_close(sinusoidal(2, 4, base=100.0)[1, 2:], torch.tensor([math.sin(angle), math.cos(angle)]))


def test_an_odd_width_raises():
    with pytest.raises(ValueError, match="d_model 5 is odd"):
        sinusoidal(3, 5)
