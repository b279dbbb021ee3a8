"""A recurrent language model: p(x_t | x_1 .. x_(t-1)) from one state (Mikolov et al. 2010)."""

from __future__ import annotations

import math
from typing import NamedTuple

from jaxtyping import Float, Int
from torch import Tensor, nn

from core.config import LanguageModelConfig
from core.nn.recurrent import Recurrent, RecurrentDetails


class Output(NamedTuple):
    logits: Tensor  # [b, n, vocab]; row i predicts token i + 1


class Details(NamedTuple):
    output: Output
    embedded: Tensor  # [b, n, d_model]
    recurrent: RecurrentDetails


class LanguageModel(nn.Module):
    """Tokens in, logits of each one's successor out. In training on PyTorch's fused layers, else on our cells."""

    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.recurrent = Recurrent(
            config.cell, config.d_model, config.hidden, config.n_layers, activation=config.activation
        )
        self.output = nn.Linear(config.hidden, config.vocab_size, bias=False)
        if config.tied:
            self.output.weight = self.embedding.weight
        self.dropout = nn.Dropout(config.dropout)
        nn.init.normal_(self.embedding.weight, std=config.d_model**-0.5)  # times sqrt(d_model): unit variance

    def forward(self, tokens: Int[Tensor, "b n"]) -> Output:
        """`tokens` begin with `<s>`; padding stands last, where no real token hears of it."""
        if not self.training:
            return self.details(tokens).output
        out, _ = self.recurrent(self.embed(tokens))
        return Output(self.output(self.dropout(out)))

    def details(self, tokens: Int[Tensor, "b n"]) -> Details:
        """The same computation with every gate and state."""
        embedded = self.embed(tokens)
        recurrent = self.recurrent.details(embedded)
        return Details(Output(self.output(self.dropout(recurrent.out))), embedded, recurrent)

    def embed(self, tokens: Int[Tensor, "b n"]) -> Float[Tensor, "b n d_model"]:
        """sqrt(d_model) E[token]."""
        embedded: Tensor = self.dropout(self.embedding(tokens) * math.sqrt(self.config.d_model))
        return embedded
