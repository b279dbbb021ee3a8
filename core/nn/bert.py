"""An encoder alone, trained to fill blanks and to tell what follows (Devlin et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional

from core.config import BertConfig
from core.nn.gpt import initialise
from core.nn.layers import EncoderLayer, EncoderLayerDetails
from core.nn.masks import padding_mask


class Embedded(NamedTuple):
    """Token + position + segment, then LayerNorm; each [b, n, d_model]."""

    token: Tensor
    position: Tensor  # [n, d_model]
    segment: Tensor
    total: Tensor  # normed


class Output(NamedTuple):
    logits: Tensor  # [b, n, vocab], or [chosen, vocab]: the word at each place
    follows: Tensor  # [b, 2]: logits of "the second follows the first" and of "it does not" (NSP, section 3.1)
    encoder_self: Tensor  # [b, layer, head, n, n]

    @property
    def maps(self) -> dict[str, Tensor]:
        return {"encoder_self": self.encoder_self}

    @property
    def normalised(self) -> bool:
        """Does every row sum to 1?"""
        return True


class Details(NamedTuple):
    output: Output
    embedded: Embedded
    layers: tuple[EncoderLayerDetails, ...]
    pooled: Tensor  # [b, d_model]: tanh(W x + b) of the first token, what "follows" is read from


class Bert(nn.Module):
    """Tokens in; a word for each place, whether the second sentence follows, and every weight out."""

    layers: Sequence[EncoderLayer]

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config = config
        d = config.d_model
        self.embedding = nn.Embedding(config.vocab_size, d)
        self.positions = nn.Embedding(config.max_len, d)
        self.segments = nn.Embedding(2, d)
        self.embedding_norm = nn.LayerNorm(d)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.n_layers))  # type: ignore[assignment]
        self.pooler = nn.Linear(d, d)
        self.follows = nn.Linear(d, 2)
        self.transform, self.transform_norm = nn.Linear(d, d), nn.LayerNorm(d)
        self.output = nn.Linear(d, config.vocab_size)
        self.output.weight = self.embedding.weight
        self.apply(initialise)

    def forward(
        self,
        tokens: Int[Tensor, "b n"],
        segments: Int[Tensor, "b n"] | None = None,
        chosen: Bool[Tensor, "b n"] | None = None,
    ) -> Output:
        """`<s> a </s>` or `<s> a </s> b </s>`, padding last. chosen: words for these places alone (training)."""
        return self.details(tokens, segments, chosen).output

    def details(
        self,
        tokens: Int[Tensor, "b n"],
        segments: Int[Tensor, "b n"] | None = None,
        chosen: Bool[Tensor, "b n"] | None = None,
    ) -> Details:
        """The one computation; `forward` returns a field of it. Without `segments` all is the first sentence."""
        embedded = self.embed(tokens, torch.zeros_like(tokens) if segments is None else segments)
        mask = padding_mask(tokens, self.config.pad)
        x, layers = embedded.total, []
        for layer in self.layers:
            layers.append(layer(x, mask))
            x = layers[-1].out
        pooled = self.pooler(x[:, 0]).tanh()
        logits = self.words(x if chosen is None else x[chosen])
        maps = torch.stack([layer.attention.weights for layer in layers], dim=1)
        return Details(Output(logits, self.follows(pooled), maps), embedded, tuple(layers), pooled)

    def embed(self, tokens: Int[Tensor, "b n"], segments: Int[Tensor, "b n"]) -> Embedded:
        """Raises where the positions end."""
        n = tokens.size(1)
        if n > self.config.max_len:
            raise ValueError(f"{n} tokens are more than the model's {self.config.max_len} positions")
        token, position, segment = self.embedding(tokens), self.positions.weight[:n], self.segments(segments)
        total = self.dropout(self.embedding_norm(token + position + segment))
        return Embedded(token, position, segment, total)

    def words(self, x: Float[Tensor, "*n d_model"]) -> Float[Tensor, "*n vocab"]:
        """What word stands at a place, from its last vector: a layer of its own before the tied matrix."""
        logits: Tensor = self.output(self.transform_norm(functional.gelu(self.transform(x))))
        return logits
