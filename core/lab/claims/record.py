"""What an experiment reads, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from core.models import Model
from core.nn.transformer import Details
from core.trace import Axis
from core.tracing import GREEDY, axis, find, read


@dataclass(frozen=True, slots=True)
class Finding:
    """holds: does the claim, by these numbers? numbers: the ones that decide, by name, the most telling first.
    said: what fills the sentence that reads them aloud.
    """

    holds: bool
    numbers: tuple[tuple[str, float], ...]
    said: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One sentence, translated, and all that the one full pass over both computed."""

    model: Model
    text: str
    src: tuple[int, ...]  # ends with </s>
    output: tuple[int, ...]  # what was written
    details: Details

    @property
    def sources(self) -> Axis:
        return axis(self.model.tokenizer, self.src)

    @property
    def written(self) -> Axis:
        return axis(self.model.tokenizer, self.output)

    @property
    def half(self) -> str:
        """The first half of its words; of a single word, that word twice."""
        words = self.text.split()
        return " ".join(words[: (len(words) + 1) // 2] if len(words) > 1 else words * 2)

    @property
    def inputs(self) -> tuple[int, ...]:
        """What the decoder reads: row i of its maps writes `output[i]`."""
        return (self.model.tokenizer.bos, *self.output[:-1])


@torch.inference_mode()
def read_run(model: Model, text: str) -> Run:
    """Raises `TextError`."""
    encoding = read(model, text)
    src, output = (*encoding.ids, model.tokenizer.eos), find(model, encoding, GREEDY)[0].tokens
    inputs = (model.tokenizer.bos, *output[:-1])
    return Run(model, text, src, output, model.net.details(torch.tensor([src]), torch.tensor([inputs])))
