"""Small recurrent networks with random weights of a chosen gain, and the gain of trained ones."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from core.config import LanguageModelConfig
from core.nn.language_model import LanguageModel
from core.nn.recurrent import Activation, CellName, Recurrent

CELLS: tuple[CellName, ...] = ("rnn", "lstm", "gru")
GATES = {"rnn": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}  # in the order of the stacked matrices
KEEPS = {"lstm": 1, "gru": 1}  # which block of rows decides how much of the old state stays: f, z


def random_net(
    vocab_size: int, cell: CellName, gain: float, activation: Activation = "tanh", keep: float = 0.0, seed: int = 1
) -> LanguageModel:
    """Of the trained ones' size (d_model = hidden), nothing learned.

    For each gate W_hh is an orthogonal matrix times `gain`, so that `gain` is its spectral norm, and every other
    singular value too; W_ih is orthogonal, biases are 0. `activation` is the plain RNN's; `keep` is the bias of the
    LSTM's forget gate and of the GRU's update gate.
    """
    lot = torch.Generator().manual_seed(seed)
    net = LanguageModel(LanguageModelConfig(vocab_size, cell=cell)).eval()
    nn.init.normal_(net.embedding.weight, std=net.config.d_model**-0.5, generator=lot)
    randomise(net.recurrent, gain, lot)
    if cell == "rnn":
        # The config names what PyTorch trains; our own cell knows two more.
        net.recurrent.activation = activation  # type: ignore[assignment]
    elif keep:
        hidden, at = net.recurrent.hidden, KEEPS[cell]
        net.recurrent.weights().b_ih.data[at * hidden : (at + 1) * hidden] = keep
    return net


def random_both(d_model: int, hidden: int, cell: CellName, gain: float, seed: int = 1) -> Recurrent:
    """A bidirectional layer with such weights."""
    layer = Recurrent(cell, d_model, hidden, bidirectional=True).eval()
    randomise(layer, gain, torch.Generator().manual_seed(seed))
    return layer


def randomise(layer: Recurrent, gain: float, lot: torch.Generator) -> None:
    """Orthogonal blocks; every W_hh times `gain`."""
    for at in range(layer.n_layers):
        for direction in range(layer.n_directions):
            w = layer.weights(at, direction)
            for block in blocks(w.w_ih, layer.hidden):
                nn.init.orthogonal_(block, generator=lot)
            for block in blocks(w.w_hh, layer.hidden):
                nn.init.orthogonal_(block, gain, lot)
            for bias in (w.b_ih, w.b_hh):
                nn.init.zeros_(bias.data)


def blocks(stacked: Tensor, hidden: int) -> tuple[Tensor, ...]:
    """[gates * hidden, m] -> one matrix a gate (views)."""
    return tuple(stacked.detach().split(hidden))


def gains(net: LanguageModel) -> dict[str, float]:
    """The spectral norm (largest singular value) of W_hh for each gate, first layer."""
    layer = net.recurrent
    found = blocks(layer.weights().w_hh, layer.hidden)
    return {
        name: float(torch.linalg.matrix_norm(block, ord=2))
        for name, block in zip(GATES[layer.cell], found, strict=True)
    }


def double(net: LanguageModel) -> LanguageModel:
    """A copy in double precision: hundreds of factors of 2 or 0.1 fit into it."""
    return copy.deepcopy(net).double()


def sizes(cell: CellName, d_model: int, hidden: int) -> tuple[int, int, int, int]:
    """Numbers in W_ih, in W_hh and in both biases of one layer, and their sum."""
    gates = len(GATES[cell])
    parts = gates * hidden * d_model, gates * hidden * hidden, gates * 2 * hidden
    return (*parts, sum(parts))
