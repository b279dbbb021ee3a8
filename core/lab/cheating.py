"""Why the mask must be there in training: two small decoders learn what nobody can learn, one of them with the future
in sight."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from core.config import TransformerConfig
from core.lab.chance import seeded
from core.nn.masks import causal_mask
from core.nn.transformer import Transformer
from core.trace import Floats

LETTERS, LENGTH, BATCH = 8, 8, 32
_BOS, _EOS, _FIRST = 1, 2, 3
_CONFIG = TransformerConfig(
    vocab_size=_FIRST + LETTERS, d_model=32, n_heads=2, n_encoder_layers=1, n_decoder_layers=1, d_ff=64, dropout=0.0,
    max_len=LENGTH + 1,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Cheating:
    """Learning to guess letters that are drawn at random: no letter tells the next.

    Losses in nats a letter, [step], in training with the causal mask and with every letter in sight; `test` and
    `test_open`: of the same two models on new letters when the future is hidden from both. `floor`: ln(letters), the
    least that anyone can honestly reach on average; `letters`: how many there are.
    """

    loss: Floats
    loss_open: Floats
    test: float
    test_open: float
    letters: int

    @property
    def floor(self) -> float:
        return math.log(self.letters)


def cheating(steps: int = 200, seed: int = 1) -> Cheating:
    """Train both from the same start on the same letters."""
    causal = causal_mask(LENGTH)
    loss, test = _train(causal, causal, steps, seed)
    loss_open, test_open = _train(torch.ones_like(causal), causal, steps, seed)
    return Cheating(loss, loss_open, test, test_open, LETTERS)


def _train(mask: Tensor, at_test: Tensor, steps: int, seed: int) -> tuple[Floats, float]:
    lots = torch.Generator().manual_seed(seed)
    with seeded(seed):
        net = Transformer(_CONFIG)
    optimiser = torch.optim.AdamW(net.parameters(), lr=5e-3)
    losses = []
    for _ in range(steps):
        loss = _loss(net, _letters(lots), mask)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    with torch.inference_mode():
        test = sum(_loss(net.eval(), _letters(lots), at_test).item() for _ in range(8)) / 8
    return np.array(losses, np.float32), test


def _letters(lots: torch.Generator) -> Tensor:
    return torch.randint(_FIRST, _FIRST + LETTERS, (BATCH, LENGTH), generator=lots)


def _loss(net: Transformer, letters: Tensor, mask: Tensor) -> Tensor:
    """Cross-entropy of each letter given `<s>` and the letters before it; the source says nothing."""
    src = torch.full((len(letters), 1), _EOS)
    inputs = torch.cat([torch.full((len(letters), 1), _BOS), letters[:, :-1]], dim=1)
    logits = net.details(src, inputs, mask).output.logits
    return F.cross_entropy(logits.flatten(0, 1), letters.flatten())
