"""Transfer learning: a trained BERT learns a task, some of its layers frozen or none; or one that knows nothing.

Devlin et al. 2019, section 3 (fine-tuning). That early layers are general and late ones specific: Yosinski et al. 2014.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.lab import blanks
from core.lab.chance import seeded
from core.lab.classified import Draw, Head, batches, labels_of, logits, padded, pooled, read_by, rows
from core.models import Model
from core.nn.bert import Bert
from core.text.tasks import Example, Task, drawn
from core.text.tokenizer import Tokenizer
from core.trace import Floats, Trace

BATCH, RATE, SCRATCH_RATE, WARM_UP = 16, 2e-4, 5e-4, 0.1
LEAST, MOST, PASSES = 40, 160, 10  # steps, and how often each example is seen if that lies between
OnStep = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Way:
    """How a network learns a task. frozen: of its layers, so many stay as they are, and the embeddings with them; 0:
    everything learns. scratch: nothing was learned before."""

    frozen: int = 0
    scratch: bool = False

    def __post_init__(self) -> None:
        if self.scratch and self.frozen:
            raise ValueError("random layers that stay random teach nothing")


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A network that has learned a task.

    losses: of each step. train, test: shares of right answers on what it learned from, and on the test; answers: the
    test's, by place among the labels. moved: [layer, head], how far the test's maps are from those before.
    """

    way: Way
    draw: Draw
    losses: Floats
    train: float
    test: float
    answers: tuple[int, ...]
    moved: Floats
    model: Model[Bert] = field(repr=False)
    head: Head = field(repr=False)


def tune(model: Model[Bert], task: Task, way: Way, draw: Draw, heard: OnStep) -> Learned:
    """Learns by AdamW, rate warmed up and then down to 0; what is frozen never changes. `heard` may end it."""
    with seeded(draw.seed):
        net = Bert(model.net.config) if way.scratch else copy.deepcopy(model.net)
        output = nn.Linear(net.config.d_model, len(task.labels))
        nn.init.normal_(output.weight, std=0.02)
    nn.init.zeros_(output.bias)
    _freeze(net, way.frozen)
    examples = drawn(task, draw.n, draw.seed)
    rate = SCRATCH_RATE if way.scratch else RATE
    losses = _descend(net, output, model.tokenizer, examples, draw, rate, heard)
    net.eval().requires_grad_(False)
    done = Model(model.info, net, model.tokenizer)
    head = Head(output.weight.detach(), output.bias.detach())
    train, test = (logits(done, head, part, draw.read).argmax(-1) for part in (examples, task.test))
    return Learned(
        way, draw, losses, _right_of(train, examples), _right_of(test, task.test), tuple(test.tolist()),
        moved(model, done, task.test), done, head,
    )  # fmt: skip


def _right_of(answers: Tensor, examples: Sequence[Example]) -> float:
    return float((answers == labels_of(examples)).float().mean())


def _freeze(net: Bert, layers: int) -> None:
    """Only what the output layer reads through is left to learn: no pooler, no words."""
    net.requires_grad_(False)
    learning: list[nn.Module] = list(net.layers[layers:])
    if not layers:
        learning += [net.embedding, net.positions, net.segments, net.embedding_norm]
    for module in learning:
        module.requires_grad_(True)


def steps(examples: int) -> int:
    return min(MOST, max(LEAST, PASSES * math.ceil(examples / BATCH)))


def _descend(
    net: Bert, output: nn.Linear, tokenizer: Tokenizer, examples: Sequence[Example], draw: Draw, rate: float,
    heard: OnStep,
) -> Floats:  # fmt: skip
    ids, labels = rows(tokenizer, examples, net.config.max_len), labels_of(examples)
    learning = [p for p in (*net.parameters(), *output.parameters()) if p.requires_grad]
    optimiser = torch.optim.AdamW(learning, rate, weight_decay=0.01, fused=True)
    total, losses = steps(len(ids)), []
    warm = max(1, round(WARM_UP * total))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, (total - step) / max(1, total - warm))
    )
    net.train()
    for step, batch in enumerate(_batches(len(ids), total, draw.seed)):
        heard(step, total)
        tokens = padded([ids[i] for i in batch], net.config.pad)
        with seeded(draw.seed * 1_000_003 + step):  # dropout
            last = read_by(net, tokens).layers[-1].out
        loss = functional.cross_entropy(output(pooled(last, tokens, net, draw.read)), labels[batch])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, 1.0)
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
    heard(total, total)
    return np.asarray(losses, np.float32)


def _batches(n: int, total: int, seed: int) -> Iterator[list[int]]:
    """Every example once before any of them a second time."""
    rng, left = torch.Generator().manual_seed(seed), list[int]()
    for _ in range(total):
        while len(left) < min(BATCH, n):
            left += torch.randperm(n, generator=rng).tolist()
        yield left[:BATCH]
        left = left[BATCH:]


@torch.inference_mode()
def moved(before: Model[Bert], after: Model[Bert], examples: Sequence[Example]) -> Floats:
    """[layer, head]: half the sum of |a - b| over a row's weights, mean over all rows of all sentences; 0 to 1."""
    total, n, c = torch.zeros(before.net.config.n_layers, before.net.config.n_heads), 0, before.net.config
    for tokens in batches(before, examples):
        a, b = (read_by(model.net, tokens).output.encoder_self for model in (before, after))
        own = (tokens != c.pad).float()
        total += ((a - b).abs().sum(-1) / 2 * own[:, None, None]).sum((0, 3))
        n += int(own.sum())
    return np.asarray((total / n).numpy(), np.float32)


def traced(model: Model[Bert], text: str) -> Trace:
    """Where every head looks; raises `TextError` and `ModelError`."""
    one = blanks.read(model.tokenizer, text, "en", model.net.config.max_len)
    return blanks.filled(model, text, one, blanks.hidden(model.tokenizer, one, -1)).trace
