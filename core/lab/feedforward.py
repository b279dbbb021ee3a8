"""The feed-forward network with and without its ReLU, and as a convolution (Vaswani et al. 2017, section 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812 - its usual name

from core.models import Model
from core.nn.layers import FeedForward
from core.trace import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Collapse:
    """`depth` feed-forward networks in a row, [n, d_model], without Norm and Add between them.

    stacked: without ReLU, one layer after the other; single: the same x through one matrix, [d_model, d_model], and
    one bias; fired: with ReLU.
    """

    depth: int
    stacked: Floats
    single: Floats
    fired: Floats
    matrix: Floats

    def error(self) -> float:
        """How far the one matrix is from the stack, against the size of the stack's numbers."""
        return _apart(self.single, self.stacked)

    def error_fired(self) -> float:
        """The same where the stack keeps its ReLU."""
        return _apart(self.single, self.fired)


def _apart(a: Floats, b: Floats) -> float:
    """The length of the difference over the length of `b`."""
    return float(np.linalg.norm(a - b) / max(float(np.linalg.norm(b)), 1e-12))


@torch.inference_mode()
def collapse(model: Model, side: str, x: Floats, first: int, depth: int) -> Collapse:
    """The networks of layers first .. first + depth - 1 on x, [n, d_model].

    W_2 (W_1 x + b_1) + b_2 = (W_2 W_1) x + (W_2 b_1 + b_2), and so on through all of them.
    """
    networks = networks_of(model, side)[first : first + depth]
    given = torch.from_numpy(x)
    stacked = fired = given
    w, b = torch.eye(x.shape[1], dtype=torch.float64), torch.zeros(x.shape[1], dtype=torch.float64)
    for one in networks:
        stacked = one.w_2(one.w_1(stacked))
        fired = one(fired).out
        for linear in (one.w_1, one.w_2):
            w, b = linear.weight.double() @ w, linear.weight.double() @ b + linear.bias.double()
    single = F.linear(given, w.float(), b.float())
    return Collapse(len(networks), *(np.asarray(one.numpy()) for one in (stacked, single, fired, w.float())))


def networks_of(model: Model, side: str) -> Sequence[FeedForward]:
    layers = model.net.encoder if side == "encoder" else model.net.decoder
    return [layer.feed_forward for layer in layers]


@dataclass(frozen=True, slots=True)
class Convolution:
    """The largest difference of any number. kernel_1: between the network and two convolutions of width 1.

    neighbours: what a token's own result changes when all the other tokens are changed.
    """

    kernel_1: float
    neighbours: float


@torch.inference_mode()
def as_convolution(model: Model, side: str, layer: int, x: Floats, token: int) -> Convolution:
    """The network beside convolutions over the sentence whose kernels see one token; then beside other neighbours."""
    network = networks_of(model, side)[layer]
    given = torch.from_numpy(x)
    own = network(given).out
    hidden = F.conv1d(given.T[None], network.w_1.weight[:, :, None], network.w_1.bias).relu()
    convolved = F.conv1d(hidden, network.w_2.weight[:, :, None], network.w_2.bias)[0].T
    others = -given
    others[token] = given[token]
    moved = network(others).out[token] - own[token]
    return Convolution(float((convolved - own).abs().max()), float(moved.abs().max()))
