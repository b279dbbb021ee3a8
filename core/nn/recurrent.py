"""Recurrent layers with every gate and state: plain RNN (Elman 1990), LSTM (Gers et al. 2000), GRU (Cho et al. 2014).

The weights are those of `torch.nn.RNN`, `LSTM` or `GRU`. Training runs on
PyTorch's fused layers; what a picture shows is computed here, step by step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

CellName = Literal["rnn", "lstm", "gru"]
Activation = Literal["tanh", "relu", "sigmoid", "linear"]
State = tuple[
    Tensor, ...
]  # (h,), of an LSTM (h, c): [b, hidden] for a cell, [layer * direction, b, hidden] for a stack


class Weights(NamedTuple):
    """One direction of one layer. The gates' matrices stand one under the other, in the order of the cell's name."""

    w_ih: Float[Tensor, "gates_hidden input"]
    w_hh: Float[Tensor, "gates_hidden hidden"]
    b_ih: Float[Tensor, " gates_hidden"]
    b_hh: Float[Tensor, " gates_hidden"]


class RNNStep(NamedTuple):
    """[b, hidden] for one step, [b, n, hidden] for a sentence; so also below."""

    h: Tensor


class LSTMStep(NamedTuple):
    h: Tensor
    c: Tensor
    i: Tensor  # input gate
    f: Tensor  # forget gate
    g: Tensor  # what the input gate lets into the cell
    o: Tensor  # output gate


class GRUStep(NamedTuple):
    h: Tensor
    r: Tensor  # reset gate
    z: Tensor  # update gate: 1 keeps the old state
    n: Tensor  # the new state that 1 - z lets in


CellStep = RNNStep | LSTMStep | GRUStep
Step = TypeVar("Step", RNNStep, LSTMStep, GRUStep, CellStep)


class Direction(NamedTuple):
    """One reading of the sentence."""

    steps: CellStep  # in the order of the words, whichever way it read; 0 at padding
    last: State  # after the last word it read


class RecurrentDetails(NamedTuple):
    out: Tensor  # [b, n, directions * hidden]: h of the top layer, forward then backward
    last: State
    layers: tuple[tuple[Direction, ...], ...]  # [layer][direction]


def activate(x: Tensor, activation: Activation) -> Tensor:
    if activation == "linear":
        return x
    done: Tensor = getattr(torch, activation)(x)
    return done


def rnn_cell(x: Float[Tensor, "b hidden"], state: State, w: Weights, activation: Activation = "tanh") -> RNNStep:
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh).

    `x` of this and the other cells is W_ih x_t + b_ih already: it depends on no earlier step.
    """
    return RNNStep(activate(x + F.linear(state[0], w.w_hh, w.b_hh), activation))


def lstm_cell(x: Float[Tensor, "b 4_hidden"], state: State, w: Weights) -> LSTMStep:
    """c_t = f * c_(t-1) + i * g, h_t = o * tanh(c_t); i, f, o are sigmoids of x_t and h_(t-1), g is a tanh."""
    h, c = state
    i, f, g, o = (x + F.linear(h, w.w_hh, w.b_hh)).chunk(4, -1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    c = f * c + i * g
    return LSTMStep(o * c.tanh(), c, i, f, g, o)


def gru_cell(x: Float[Tensor, "b 3_hidden"], state: State, w: Weights) -> GRUStep:
    """n = tanh(W_in x_t + b_in + r * (W_hn h_(t-1) + b_hn)), h_t = (1 - z) * n + z * h_(t-1).

    As in PyTorch, the reset gate meets W_hn h, not h alone as in Cho et al., eq. 8.
    """
    (h,) = state
    x_r, x_z, x_n = x.chunk(3, -1)
    h_r, h_z, h_n = F.linear(h, w.w_hh, w.b_hh).chunk(3, -1)
    r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
    n = (x_n + r * h_n).tanh()
    return GRUStep((1 - z) * n + z * h, r, z, n)


def state_of(step: CellStep) -> State:
    """What the next step reads."""
    return (step.h, step.c) if isinstance(step, LSTMStep) else (step.h,)


def stack(steps: Sequence[Step]) -> Step:
    """Steps of [b, hidden], in order -> one of [b, n, hidden]."""
    return type(steps[0])(*(torch.stack(values, 1) for values in zip(*steps, strict=True)))


class Recurrent(nn.Module):
    """Layers of one cell, one way or both. `forward` is PyTorch's, `details` our own; a test holds them equal."""

    def __init__(
        self,
        cell: CellName,
        input_size: int,
        hidden: int,
        n_layers: int = 1,
        bidirectional: bool = False,
        activation: Literal["tanh", "relu"] = "tanh",
    ) -> None:
        super().__init__()
        if cell != "rnn" and activation != "tanh":
            raise ValueError(f"the activation of {cell!r} is tanh, not {activation!r}")
        self.cell, self.hidden, self.n_layers, self.activation = cell, hidden, n_layers, activation
        self.n_directions = 2 if bidirectional else 1
        if cell == "rnn":
            self.fused: nn.RNNBase = nn.RNN(
                input_size, hidden, n_layers, activation, batch_first=True, bidirectional=bidirectional
            )
        else:
            layer = nn.LSTM if cell == "lstm" else nn.GRU
            self.fused = layer(input_size, hidden, n_layers, batch_first=True, bidirectional=bidirectional)

    def weights(self, layer: int = 0, direction: int = 0) -> Weights:
        """The parameters themselves, by PyTorch's names."""
        suffix = f"l{layer}{'_reverse' if direction else ''}"
        return Weights(
            *(getattr(self.fused, f"{name}_{suffix}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        )

    def start(self, x: Tensor) -> State:
        """Zeros [layer * direction, b, hidden] for a batch like `x`."""
        zeros = x.new_zeros(self.n_layers * self.n_directions, len(x), self.hidden)
        return (zeros, zeros) if self.cell == "lstm" else (zeros,)

    def step(self, x: Float[Tensor, "b gates_hidden"], state: State, w: Weights) -> CellStep:
        """One step of one direction; `x` is W_ih x_t + b_ih."""
        if self.cell == "lstm":
            return lstm_cell(x, state, w)
        return gru_cell(x, state, w) if self.cell == "gru" else rnn_cell(x, state, w, self.activation)

    def forward(
        self, x: Float[Tensor, "b n input"], lengths: Int[Tensor, " b"] | None = None, state: State | None = None
    ) -> tuple[Float[Tensor, "b n out"], State]:
        """Outputs, 0 at padding, and the state after each row's last word. `lengths`: None where nothing is padded."""
        hx = state or self.start(x)
        hx = hx if self.cell == "lstm" else hx[0]  # type: ignore[assignment]
        # Without autocast: PyTorch's CPU kernels of the LSTM have no 16-bit form everywhere, and a state adds up.
        with torch.autocast(x.device.type, enabled=False):
            if lengths is None:
                out, last = self.fused(x.float(), hx)
            else:
                packed = pack_padded_sequence(x.float(), lengths.cpu(), batch_first=True, enforce_sorted=False)
                read, last = self.fused(packed, hx)
                out, _ = pad_packed_sequence(read, batch_first=True, total_length=x.size(1))
        return out, last if self.cell == "lstm" else (last,)

    def details(
        self, x: Float[Tensor, "b n input"], lengths: Int[Tensor, " b"] | None = None, state: State | None = None
    ) -> RecurrentDetails:
        """The same computation with every gate and state of every layer and direction."""
        state = state or self.start(x)
        real = None if lengths is None else torch.arange(x.size(1), device=x.device) < lengths[:, None]
        layers = []
        for layer in range(self.n_layers):
            at = layer * self.n_directions
            own = [tuple(part[at + d] for part in state) for d in range(self.n_directions)]
            directions = tuple(self._read(x, real, one, self.weights(layer, d), d == 1) for d, one in enumerate(own))
            layers.append(directions)
            x = torch.cat([direction.steps.h for direction in directions], -1)
        ends = [direction.last for directions in layers for direction in directions]
        return RecurrentDetails(x, tuple(torch.stack(parts) for parts in zip(*ends, strict=True)), tuple(layers))

    def _read(
        self, x: Float[Tensor, "b n input"], real: Bool[Tensor, "b n"] | None, state: State, w: Weights, backward: bool
    ) -> Direction:
        """One direction. Padding is passed over: the state stays what it was."""
        projected = F.linear(x, w.w_ih, w.b_ih)
        places = range(x.size(1))
        steps: list[CellStep] = []
        for t in reversed(places) if backward else places:
            step = self.step(projected[:, t], state, w)
            after = state_of(step)
            if real is not None:
                here = real[:, t, None]
                after = tuple(torch.where(here, new, old) for new, old in zip(after, state, strict=True))
                step = type(step)(*(value * here for value in step))
            state = after
            steps.append(step)
        return Direction(stack(steps[::-1] if backward else steps), state)
