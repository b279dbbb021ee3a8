"""Why scores are divided by sqrt(d_k): the variance law, and what becomes of softmax and gradient."""

from __future__ import annotations

import numpy as np
import torch

from core.lab.headsteps import softmax
from core.lab.scaling import DRAWS, KEYS, SIZES, jacobian_norm, scaling


def test_the_variance_of_a_dot_product_is_d_k():
    found = scaling(3)
    error = 3 * np.sqrt(8 / (DRAWS * KEYS)) + 0.05  # three standard errors, for d = 1 has heavy tails, and a little
    np.testing.assert_allclose(found.variance / np.array(SIZES), 1, atol=error + 0.1)


def test_the_division_keeps_softmax_and_gradient_alive():
    found = scaling(1)
    big = SIZES.index(512)
    assert np.all(np.diff(found.entropy_plain[SIZES.index(4) :]) < 0)
    assert found.entropy_plain[big] < 0.5 < 3 < found.entropy[big] < np.log2(KEYS)
    assert found.gradient_plain[big] < found.gradient[big] / 2
    np.testing.assert_array_equal(found.one[0], found.one_plain[0])  # d_k = 1: there is nothing to divide by


def test_divided_by_the_root_the_entropy_no_longer_depends_on_d_k():
    """Divided by d_k itself it would rise to log2(16), an even look at everything."""
    found = scaling(1)
    lots = np.random.default_rng(0).standard_normal((4000, KEYS))
    p = np.exp(lots) / np.exp(lots).sum(-1, keepdims=True)
    expected = -(p * np.log2(p)).sum(-1).mean()  # scores of variance 1
    np.testing.assert_allclose(found.entropy[SIZES.index(8) :], expected, atol=0.06)


def test_the_same_seed_is_the_same_experiment():
    np.testing.assert_array_equal(scaling(5).entropy, scaling(5).entropy)
    assert not np.array_equal(scaling(5).entropy, scaling(6).entropy)


def test_the_gradient_norm_is_autograds():
    scores = torch.tensor([0.3, -1.2, 2.0, 0.1], dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda s: s.softmax(-1), scores)
    ours = jacobian_norm(softmax(scores.numpy()[None]))
    np.testing.assert_allclose(ours[0], jacobian.norm().item(), rtol=1e-5)
    assert jacobian_norm(np.array([0.0, 1.0, 0.0])) == 0  # saturated: nothing moves
