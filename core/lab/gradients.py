"""How far back a loss is felt: norms of dLoss_T/dx_t and dLoss_T/dh_t, by autograd, truncated and clipped.

Vanishing and exploding gradients: Bengio et al. 1994, Pascanu et al. 2013.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from core.lab.chance import seeded
from core.lab.recurrence import ids_of
from core.lab.recurrence_nets import double
from core.models import Model
from core.nn.gpt import GPT
from core.nn.language_model import LanguageModel
from core.nn.recurrent import LSTMStep, State, state_of
from core.nn.transformer import Transformer
from core.text.tokenizer import Tokenizer
from core.trace import Axis
from core.tracing import axis, label, read

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Gradients:
    """Norms, [t] for t = 0 .. T: of dLoss_T/dx_t, x_t being the input embedding, and of dLoss_T/dh_t.

    h is None for a network without a recurrent state, c (the LSTM's cell) for all but one.
    total: the norm of Loss_T's gradient with respect to all parameters, which clipping looks at.
    """

    axis: Axis
    target: str  # what step T should have predicted
    loss: float  # -ln p(target)
    x: Doubles
    h: Doubles | None
    c: Doubles | None
    total: float

    def __post_init__(self) -> None:
        for values in (self.x, self.h, self.c):
            if values is not None and len(values) != len(self.axis):
                raise ValueError(f"{len(values)} norms for {len(self.axis)} tokens")

    def clipped(self, largest: float) -> Gradients:
        """As after clipping by the norm (Pascanu et al. 2013, algorithm 1): all shorter by one and the same factor."""
        factor = self.factor(largest)
        shorter = [None if values is None else values * factor for values in (self.x, self.h, self.c)]
        return replace(self, x=self.x * factor, h=shorter[1], c=shorter[2], total=self.total * factor)

    def factor(self, largest: float) -> float:
        return min(1.0, largest / self.total) if self.total else 1.0

    def per_step(self, values: Doubles) -> float | None:
        """The mean factor from one step to the one before it, where none is exactly 0; None for a single step."""
        kept = values[values > 0]
        return float((kept[0] / kept[-1]) ** (1 / (len(kept) - 1))) if len(kept) > 1 else None


def steps_of(tokenizer: Tokenizer, text: str) -> int:
    """How many steps a text has: `<s>` and its pieces, each predicting the next. Raises `TextError`."""
    return len(ids_of(tokenizer, text))


def recurrent(net: LanguageModel, tokenizer: Tokenizer, text: str, at: int, block: int | None = None) -> Gradients:
    """Loss at step `at`, whose input is piece `at` of `<s>` and the text. Raises `TextError`.

    block: backpropagation ends that many steps back (truncated BPTT): the state that enters the block is a constant.
    """
    ids, target = _upto(tokenizer, text, at)
    net = double(net)
    x = net.embed(torch.tensor([ids]))
    out, states = unrolled(net, x, 0 if block is None else max(0, len(ids) - block))
    loss = F.cross_entropy(net.output(out), torch.tensor([target]))
    cells = [state[1] for state in states if len(state) > 1]
    parameters = list(net.parameters())
    wanted = [x, *(state[0] for state in states), *cells, *parameters]
    grads = torch.autograd.grad(loss, wanted, allow_unused=True, materialize_grads=True)
    n = len(ids)
    h, c = _norms(grads[1 : n + 1]), _norms(grads[n + 1 : n + 1 + len(cells)])
    return _found(tokenizer, ids, target, loss, grads[0], h, c if cells else None, grads[-len(parameters) :])


def unrolled(net: LanguageModel, x: Tensor, cut: int) -> tuple[Tensor, list[State]]:
    """The last output and the top layer's state after each step; whatever enters step `cut` is a constant there."""
    layer = net.recurrent
    tops: list[State] = []
    inputs = list(x.unbind(1))
    for level in range(layer.n_layers):
        w, state = layer.weights(level), tuple(part[0] for part in layer.start(x)[:])
        tops = []
        for t, one in enumerate(inputs):
            if t == cut:
                state = tuple(part.detach() for part in state)
            step = layer.step(F.linear(one, w.w_ih, w.b_ih), state, w)
            state = state_of(step)
            tops.append((step.h, step.c) if isinstance(step, LSTMStep) else (step.h,))
        inputs = [top[0] for top in tops]
    return inputs[-1], tops


def transformer(model: Model, net: Transformer, text: str, at: int) -> Gradients:
    """The same of a translator's decoder: it reads the typed text as if it had written it, its encoder the same text.

    The encoder hears nothing of the decoder's inputs, so all of the gradient goes through masked self-attention.
    Raises `TextError`.
    """
    tokenizer = model.tokenizer
    src = (*read(model, text).ids, tokenizer.eos)
    ids, target = _upto(tokenizer, text, at)
    net = copy.deepcopy(net).double()
    details = net.details(torch.tensor([src]), torch.tensor([ids]))
    loss = F.cross_entropy(details.output.logits[:, -1], torch.tensor([target]))
    parameters = [p for p in net.parameters() if p.requires_grad]
    wanted = [details.tgt_embedded.total, *parameters]
    grads = torch.autograd.grad(loss, wanted, allow_unused=True, materialize_grads=True)
    return _found(tokenizer, ids, target, loss, grads[0], None, None, grads[1:])


def gpt(tokenizer: Tokenizer, net: GPT, text: str, at: int) -> Gradients:
    """The same of a decoder alone, which has learned to go on with just such texts. Raises `TextError`."""
    ids, target = _upto(tokenizer, text, at)
    net = copy.deepcopy(net).double().requires_grad_(True)
    details = net.details(torch.tensor([ids]))
    loss = F.cross_entropy(details.output.logits[:, -1], torch.tensor([target]))
    grads = torch.autograd.grad(loss, [details.token, *net.parameters()])
    return _found(tokenizer, ids, target, loss, grads[0], None, None, grads[1:])


Net = TypeVar("Net", Transformer, GPT)


def fresh(net: Net, seed: int = 1) -> Net:
    """A network of the same size that has learned nothing."""
    with seeded(seed):
        return type(net)(net.config).eval()


def _upto(tokenizer: Tokenizer, text: str, at: int) -> tuple[tuple[int, ...], int]:
    """The inputs up to step `at`, and what comes next."""
    ids = (*ids_of(tokenizer, text), tokenizer.eos)
    if not 0 <= at < len(ids) - 1:
        raise ValueError(f"step {at} of {len(ids) - 1}")
    return ids[: at + 1], ids[at + 1]


def _found(
    tokenizer: Tokenizer, ids: tuple[int, ...], target: int, loss: Tensor, x: Tensor, h: Doubles | None,
    c: Doubles | None, parameters: Sequence[Tensor],
) -> Gradients:  # fmt: skip
    total = torch.stack([grad.norm() for grad in parameters]).norm()
    (piece,) = tokenizer.pieces([target])
    norms = x[0].norm(dim=-1).numpy()
    return Gradients(axis(tokenizer, ids), label(piece), float(loss.detach()), norms, h, c, float(total))


def _norms(grads: Sequence[Tensor]) -> Doubles:
    return np.array([float(grad.norm()) for grad in grads])
