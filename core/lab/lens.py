"""The logit lens: the output head read after every decoder layer (nostalgebraist 2020), and the head's last step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.lab.layersteps import Layers
from core.models import Model
from core.trace import Candidate, Floats
from core.tracing import label

TOP = 10


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """What the head makes of the decoder's stream: level 0 is its embedded input, level i its layer i.

    top: [level][step], likeliest first. written: [level, step], the log probability of what the model wrote there.
    entropy: [level, step] in nats. shift: [step], ln sum exp of the last level's logits: logit = log p + shift.
    """

    top: tuple[tuple[tuple[Candidate, ...], ...], ...]
    written: Floats
    entropy: Floats
    shift: Floats

    @property
    def best(self) -> list[list[Candidate]]:
        """The one answer of each level at each step."""
        return [[step[0] for step in level] for level in self.top]

    def settled(self, step: int) -> int:
        """The first level from which on the answer is the last level's."""
        answers = [level[step].id for level in self.best]
        return next(i for i in range(len(answers)) if len(set(answers[i:])) == 1)


@torch.inference_mode()
def lens(model: Model, found: Layers, tokens: tuple[int, ...]) -> Lens:
    """Read the head after every layer; a pre-norm model's last Norm comes before the head each time."""
    side = found.decoder
    streams = [side.total, *(layer[-1].leaves for layer in side.layers)]
    logits = [_head(model, stream) for stream in streams]
    log_probs = torch.stack([one.log_softmax(-1) for one in logits])  # [level, step, vocab]
    top = log_probs.topk(min(TOP, log_probs.size(-1)))
    return Lens(
        tuple(
            tuple(_candidates(model, ids, values) for ids, values in zip(*level, strict=True))
            for level in zip(top.indices, top.values, strict=True)
        ),
        np.array(log_probs[:, range(len(tokens)), tokens].numpy(), np.float32),
        np.array(-(log_probs.exp() * log_probs).sum(-1).numpy(), np.float32),
        np.array(logits[-1].logsumexp(-1).numpy(), np.float32),
    )


def _head(model: Model, stream: Floats) -> Tensor:
    """Logits, [step, vocab]."""
    return model.net.output(model.net.decoder_norm(torch.from_numpy(stream)))


def _candidates(model: Model, ids: Tensor, log_probs: Tensor) -> tuple[Candidate, ...]:
    pieces = model.tokenizer.pieces(ids.tolist())
    return tuple(
        Candidate(label(piece), float(value), int(token))
        for piece, value, token in zip(pieces, log_probs.tolist(), ids.tolist(), strict=True)
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """A token somebody would have liked to see, its place among all tokens (1 is the likeliest), and its loss."""

    token: Candidate
    rank: int
    vocab: int

    @property
    def loss(self) -> float:
        """The cross-entropy of a one-hot truth: -ln p."""
        return -self.token.log_prob


@torch.inference_mode()
def wish(model: Model, found: Layers, step: int, word: str) -> Wish | None:
    """The first piece of `word` as the right answer at a step; None for a word without pieces."""
    ids = model.tokenizer.encode(word).ids if word.strip() else []
    if not ids:
        return None
    log_probs = _head(model, found.decoder.layers[-1][-1].leaves[step : step + 1]).log_softmax(-1)[0]
    chosen = log_probs[ids[0]]
    rank = 1 + int((log_probs > chosen).sum())
    return Wish(_candidates(model, torch.tensor(ids[:1]), chosen[None])[0], rank, len(log_probs))
