"""A decoder alone: p(x_t | x_1 .. x_(t-1)) by causal self-attention (Radford et al. 2018, 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.config import GPTConfig
from core.nn.layers import EncoderLayer, EncoderLayerDetails
from core.nn.masks import causal_mask


class Output(NamedTuple):
    logits: Tensor  # [b, n, vocab]; row i predicts token i + 1
    decoder_self: Tensor  # [b, layer, head, n, n]

    @property
    def maps(self) -> dict[str, Tensor]:
        return {"decoder_self": self.decoder_self}

    @property
    def normalised(self) -> bool:
        """Does every row sum to 1?"""
        return True


class Details(NamedTuple):
    output: Output
    token: Tensor  # [b, n, d_model]: E[token]
    position: Tensor  # [n, d_model]: a learned vector a place
    layers: tuple[EncoderLayerDetails, ...]


class DecoderState(NamedTuple):
    """Keys and values of all tokens so far, [b, head, n, d_head] a layer."""

    past: tuple[tuple[Tensor, Tensor], ...]


class GPT(nn.Module):
    """Tokens in, logits of each one's successor and every weight out. Also a `Stepper`: the prompt is its source."""

    layers: Sequence[EncoderLayer]

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = nn.Embedding(config.max_len, config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.n_layers))  # type: ignore[assignment]
        self.norm = nn.LayerNorm(config.d_model)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.output.weight = self.embedding.weight
        self.apply(initialise)

    def forward(self, tokens: Int[Tensor, "b n"]) -> Output:
        """`tokens` begin with `<s>`; padding stands last, where no real token sees it."""
        return self.details(tokens).output

    def details(self, tokens: Int[Tensor, "b n"], mask: Bool[Tensor, "#b n n"] | None = None) -> Details:
        """The one computation; `forward` returns a field of it. mask: one to try instead of the causal one."""
        token, position = self.embed(tokens)
        x, layers = self.dropout(token + position), []
        mask = (causal_mask(tokens.size(1)) if mask is None else mask).to(tokens.device)
        for layer in self.layers:
            layers.append(layer(x, mask))
            x = layers[-1].out
        maps = torch.stack([layer.attention.weights for layer in layers], dim=1)
        return Details(Output(self.output(self.norm(x)), maps), token, position, tuple(layers))

    def embed(
        self, tokens: Int[Tensor, "b n"], at: int = 0
    ) -> tuple[Float[Tensor, "b n d_model"], Float[Tensor, "n d_model"]]:
        """E[token] and P[at + n]. Raises where the positions end."""
        if at + tokens.size(1) > self.config.max_len:
            raise ValueError(f"{at + tokens.size(1)} tokens are more than the model's {self.config.max_len} positions")
        return self.embedding(tokens), self.positions.weight[at : at + tokens.size(1)]

    def start(self, src: Int[Tensor, "b src"]) -> DecoderState:
        """Read a prompt, all but its last token, which the first `step` gets; no row is padded."""
        layers = self.details(src).layers
        return DecoderState(tuple((layer.attention.k, layer.attention.v) for layer in layers))

    def step(self, state: DecoderState, tokens: Int[Tensor, " b"]) -> tuple[Float[Tensor, "b vocab"], DecoderState]:
        """Log-probabilities of the next token after one more, [b] -> [b, vocab]."""
        token, position = self.embed(tokens[:, None], state.past[0][0].size(2))
        x, past = token + position, []
        for layer, before in zip(self.layers, state.past, strict=True):
            details = layer(x, None, before)  # one query, the last: nothing needs a mask
            past.append((details.attention.k, details.attention.v))
            x = details.out
        return self.output(self.norm(x[:, 0])).log_softmax(-1), DecoderState(tuple(past))

    def reorder(self, state: DecoderState, rows: Int[Tensor, " b"]) -> DecoderState:
        """Keep these rows of the batch, in this order, repeats allowed: a beam's survivors."""
        return DecoderState(tuple((k[rows], v[rows]) for k, v in state.past))


def initialise(module: nn.Module) -> None:
    """GPT's and BERT's: normal with a deviation of 0.02, biases 0."""
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
