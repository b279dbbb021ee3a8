"""Only an output layer learns, on the frozen vectors of a trained BERT: one run of it, then a convex problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.lab.classified import READS, Draw, Head, batches, labels_of, pooled, read_by, states
from core.models import Model
from core.nn.bert import Bert
from core.text.tasks import Example, Task, drawn
from core.trace import Floats

PENALTY = 1e-2  # on the squares of the output layer's weights
DRAWS = 5  # of examples to learn from


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """What a trained network makes of sentences: [sentence, layer + 1, read, d_model], before the first layer and
    after each, as READS has them; labels: [sentence]."""

    values: Tensor
    labels: Tensor


@torch.inference_mode()
def vectors(model: Model[Bert], examples: Sequence[Example]) -> Vectors:
    """The one run of the trained network over a task's sentences."""
    net, out = model.net, []
    for tokens in batches(model, examples):
        found = states(read_by(net, tokens))
        out.append(torch.stack([torch.stack([pooled(x, tokens, net, read) for read in READS], 1) for x in found], 1))
    return Vectors(torch.cat(out), labels_of(examples))


def fitted(x: Tensor, labels: Tensor, n_labels: int) -> Head:
    """Multinomial logistic regression: convex, so there is one best layer, and it is found. x: [n, d_model].

    Each dimension is scaled to deviation 1 for the search; the layer that comes back takes x as it is.
    """
    mean, deviation = x.mean(0), x.std(0, correction=0).clamp(min=1e-3)
    z = (x - mean) / deviation
    with torch.enable_grad():
        weight = torch.zeros(n_labels, x.size(1), requires_grad=True)
        bias = torch.zeros(n_labels, requires_grad=True)
        search = torch.optim.LBFGS([weight, bias], max_iter=60, tolerance_grad=1e-4, tolerance_change=1e-5,
                                   line_search_fn="strong_wolfe")  # fmt: skip

        def loss() -> Tensor:
            search.zero_grad()
            value = (
                functional.cross_entropy(functional.linear(z, weight, bias), labels) + PENALTY * weight.square().sum()
            )
            value.backward()
            return value

        search.step(loss)
    scaled = weight.detach() / deviation
    return Head(scaled, bias.detach() - scaled @ mean)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Shares of right answers against examples a label: [size, seed]."""

    sizes: tuple[int, ...]
    right: Floats


def sizes(most: int) -> tuple[int, ...]:
    """1, 2, 4 ... and all there are."""
    return (*(n for n in (1, 2, 4, 8, 16, 32, 64) if n < most), most)


def frozen_curve(task: Task, learn: Vectors, test: Vectors, layer: int, read: str, draws: int = DRAWS) -> Curve:
    """The output layer alone, on the vectors of one layer."""
    found = [[_right(task, learn, test, layer, read, Draw(n, seed, read)) for seed in range(1, draws + 1)]
             for n in sizes(task.most)]  # fmt: skip
    return Curve(sizes(task.most), np.asarray(found, np.float32))


def by_layer(task: Task, learn: Vectors, test: Vectors, n: int, read: str, draws: int = DRAWS) -> Floats:
    """[layer + 1, seed]: the share of right answers if the output layer reads that layer's vectors."""
    layers = range(learn.values.size(1))
    return np.asarray([[_right(task, learn, test, layer, read, Draw(n, seed, read)) for seed in range(1, draws + 1)]
                       for layer in layers], np.float32)  # fmt: skip


def _right(task: Task, learn: Vectors, test: Vectors, layer: int, read: str, draw: Draw) -> float:
    head, at = frozen_head(task, learn, layer, read, draw), READS.index(read)
    return float((head(test.values[:, layer, at]).argmax(-1) == test.labels).float().mean())


def frozen_head(task: Task, learn: Vectors, layer: int, read: str, draw: Draw) -> Head:
    """learn: of all of the task's `train`, in its order."""
    place = {one: i for i, one in enumerate(task.train)}
    chosen = [place[one] for one in drawn(task, draw.n, draw.seed)]
    return fitted(learn.values[chosen, layer, READS.index(read)], learn.labels[chosen], len(task.labels))
