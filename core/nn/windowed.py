"""Language models with a horizon: Bengio et al. 2003's network over a fixed window."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor, nn

from core.config import WindowConfig


class Output(NamedTuple):
    logits: Tensor  # [b, n, vocab]; row i predicts token i + 1


class WindowModel(nn.Module):
    """U tanh(H [C(x_t-n+1); ...; C(x_t)] + d) + b (eq. 1, without the direct connections W)."""

    def __init__(self, config: WindowConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)  # C
        self.hidden = nn.Linear(config.window * config.d_model, config.hidden)  # H, d
        self.output = nn.Linear(config.hidden, config.vocab_size)  # U, b
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, tokens: Int[Tensor, "b n"]) -> Output:
        """`tokens` begin with `<s>`, which also stands in for what would come before it."""
        x = self.embedding(self.windows(tokens)).flatten(2)
        return Output(self.output(self.dropout(self.hidden(self.dropout(x)).tanh())))

    def windows(self, tokens: Int[Tensor, "b n"]) -> Int[Tensor, "b n window"]:
        """What each place sees: itself last."""
        before = tokens.new_full((len(tokens), self.config.window - 1), self.config.bos)
        return torch.cat([before, tokens], 1).unfold(1, self.config.window, 1)
