"""A sentence as one vector of a BERT, and the output layer that reads a label from it (Devlin et al. 2019, 3.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.models import Model
from core.nn.bert import Bert, Details
from core.text.tasks import Example
from core.text.tokenizer import Tokenizer
from core.trace import Floats

AT_ONCE = 64  # sentences
READS = ("first", "mean")  # the vector of `<s>`, or the mean of all typed tokens' vectors


@dataclass(frozen=True, slots=True)
class Draw:
    """What is learned from: n examples of every label, drawn with a seed; read: one of READS."""

    n: int
    seed: int = 1
    read: str = "first"


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """One linear layer; weight: [label, d_model], bias: [label]."""

    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """Logits [..., label]."""
        return functional.linear(x, self.weight, self.bias)


def rows(tokenizer: Tokenizer, examples: Sequence[Example], max_len: int) -> list[list[int]]:
    """`<s> text </s>`, cut where the positions end."""
    texts = tokenizer.encode_ids([one.text for one in examples])
    return [[tokenizer.bos, *ids[: max_len - 2], tokenizer.eos] for ids in texts]


def padded(rows: Sequence[Sequence[int]], pad: int) -> Tensor:
    n = max(len(row) for row in rows)
    return torch.tensor([[*row, *(pad,) * (n - len(row))] for row in rows])


def batches(model: Model[Bert], examples: Sequence[Example]) -> Iterator[Tensor]:
    """Token ids, [b, n], so many sentences at once that their maps do not fill the memory."""
    found = rows(model.tokenizer, examples, model.net.config.max_len)
    for start in range(0, len(found), AT_ONCE):
        yield padded(found[start : start + AT_ONCE], model.net.config.pad)


def read_by(net: Bert, tokens: Tensor) -> Details:
    """Without the words at each place: most of the work, and nobody asks for them here."""
    return net.details(tokens, chosen=torch.zeros_like(tokens, dtype=torch.bool))


def states(found: Details) -> list[Tensor]:
    """[b, n, d_model] before the first layer and after each."""
    return [found.embedded.total, *(layer.out for layer in found.layers)]


def pooled(x: Tensor, tokens: Tensor, net: Bert, read: str) -> Tensor:
    """[b, n, d_model] -> [b, d_model]."""
    if read == "first":
        return x[:, 0]
    c = net.config
    own = ((tokens != c.pad) & (tokens != c.bos) & (tokens != c.eos)).unsqueeze(-1)
    return (x * own).sum(1) / own.sum(1).clamp(min=1)


def labels_of(examples: Sequence[Example]) -> Tensor:
    return torch.tensor([one.label for one in examples])


@torch.inference_mode()
def logits(model: Model[Bert], head: Head, examples: Sequence[Example], read: str) -> Tensor:
    """[example, label]."""
    found = [(tokens, read_by(model.net, tokens).layers[-1].out) for tokens in batches(model, examples)]
    return torch.cat([head(pooled(last, tokens, model.net, read)) for tokens, last in found])


def chances(model: Model[Bert], head: Head, text: str, read: str) -> Floats:
    """[label]: what a network that has learned a task says of one sentence."""
    return np.asarray(logits(model, head, [Example(text, 0)], read)[0].softmax(-1).numpy(), np.float32)
