"""The encoder-decoder Transformer (Vaswani et al. 2017, section 3), read from the bottom up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.config import TransformerConfig
from core.nn.layers import DecoderLayer, DecoderLayerDetails, EncoderLayer, EncoderLayerDetails
from core.nn.masks import causal_mask, padding_mask
from core.nn.positional import positions


class Output(NamedTuple):
    logits: Tensor  # [b, tgt, vocab]
    encoder_self: Tensor  # [b, layer, head, src, src]
    decoder_self: Tensor  # [b, layer, head, tgt, tgt]
    cross: Tensor  # [b, layer, head, tgt, src]

    @property
    def maps(self) -> dict[str, Tensor]:
        """The weights by kind, in the order in which they are computed."""
        return {"encoder_self": self.encoder_self, "decoder_self": self.decoder_self, "cross": self.cross}

    @property
    def normalised(self) -> bool:
        """Does every row sum to 1?"""
        return True


class Embedded(NamedTuple):
    """Token + position, each [b, n, d_model]."""

    token: Tensor  # sqrt(d_model) * E[token]
    position: Tensor  # [n, d_model]
    total: Tensor


class Encoded(NamedTuple):
    """The source, read: all that the decoder gets to know of it."""

    mask: Bool[Tensor, "b 1 src"]
    embedded: Embedded
    layers: tuple[EncoderLayerDetails, ...]
    memory: Tensor  # [b, src, d_model]: the encoder's last word
    cross: tuple[tuple[Tensor, Tensor], ...]  # its keys and values, [b, head, src, d_head], for each decoder layer


class Details(NamedTuple):
    """All that one teacher-forced pass computed."""

    output: Output
    src_embedded: Embedded
    tgt_embedded: Embedded
    encoder: tuple[EncoderLayerDetails, ...]
    decoder: tuple[DecoderLayerDetails, ...]
    memory: Tensor  # [b, src, d_model]: the encoder's last word, read by every decoder layer


class DecoderState(NamedTuple):
    """What incremental decoding remembers: keys and values, [b, head, n, d_head] a layer."""

    src_mask: Bool[Tensor, "b 1 src"] | None  # None: no sentence is padded
    cross: tuple[tuple[Tensor, Tensor], ...]  # computed once
    past: tuple[tuple[Tensor, Tensor], ...]  # grows by one position a step; empty at the start


class Transformer(nn.Module):
    """Tokens in, logits and every weight out. Also a `Stepper` (core/decode.py): start, step, reorder."""

    positions: Tensor
    encoder: Sequence[EncoderLayer]
    decoder: Sequence[DecoderLayer]

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.src_embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.tgt_embedding = self.src_embedding if config.tied else nn.Embedding(config.vocab_size, config.d_model)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        if config.tied:
            self.output.weight = self.src_embedding.weight
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.n_encoder_layers))  # type: ignore[assignment]
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.n_decoder_layers))  # type: ignore[assignment]
        pre = config.norm == "pre"  # a pre-norm stack never normalised what it hands on
        self.encoder_norm = nn.LayerNorm(config.d_model) if pre else nn.Identity()
        self.decoder_norm = nn.LayerNorm(config.d_model) if pre else nn.Identity()
        table = positions(config)
        if isinstance(table, nn.Parameter):
            self.register_parameter("positions", table)
        else:
            self.register_buffer("positions", table, persistent=False)
        self.apply(_initialise)
        for embedding in (self.src_embedding, self.tgt_embedding):
            nn.init.normal_(embedding.weight, std=config.d_model**-0.5)  # times sqrt(d_model): unit variance

    def forward(self, src: Int[Tensor, "b src"], tgt: Int[Tensor, "b tgt"]) -> Output:
        """`tgt` are the decoder's inputs: `<s>`, y1, y2, ... ; row i of the logits predicts y_(i+1)."""
        return self.details(src, tgt).output

    def details(
        self,
        src: Int[Tensor, "b src"],
        tgt: Int[Tensor, "b tgt"],
        tgt_mask: Bool[Tensor, "#b #tgt tgt"] | None = None,
        src_mask: Bool[Tensor, "b 1 src"] | None = None,
    ) -> Details:
        """The one teacher-forced computation; `forward` returns a field of it.

        Masks to try instead of the model's own, True where a query may look: `tgt_mask` among the decoder's inputs
        (its own is causal), `src_mask` whenever the source is looked at (its own hides padding).
        """
        return self.decode(self.encode(src, src_mask), tgt, tgt_mask)

    def encode(self, src: Int[Tensor, "b src"], src_mask: Bool[Tensor, "b 1 src"] | None = None) -> Encoded:
        mask = padding_mask(src, self.config.pad) if src_mask is None else src_mask
        embedded = self.embed(self.src_embedding, src)
        x, layers = embedded.total, []
        for layer in self.encoder:
            layers.append(layer(x, mask))
            x = layers[-1].out
        memory = self.encoder_norm(x)
        cross = tuple(layer.cross.keys_values(memory) for layer in self.decoder)
        return Encoded(mask, embedded, tuple(layers), memory, cross)

    def decode(
        self, source: Encoded, tgt: Int[Tensor, "b tgt"], tgt_mask: Bool[Tensor, "#b #tgt tgt"] | None = None
    ) -> Details:
        """The second half of `details`: one source can be read with several outputs."""
        tgt_embedded = self.embed(self.tgt_embedding, tgt)
        # Padding stands last, so the causal mask hides it from every real query; a `<pad>` that search wrote is seen.
        x, mask = tgt_embedded.total, causal_mask(tgt.size(1)) if tgt_mask is None else tgt_mask
        mask, decoder = mask.to(tgt.device), []
        for layer, cross in zip(self.decoder, source.cross, strict=True):
            decoder.append(layer(x, mask, None, cross, source.mask))
            x = decoder[-1].out
        output = Output(
            self.output(self.decoder_norm(x)),
            torch.stack([layer.attention.weights for layer in source.layers], dim=1),
            torch.stack([layer.attention.weights for layer in decoder], dim=1),
            torch.stack([layer.cross.weights for layer in decoder], dim=1),
        )
        return Details(output, source.embedded, tgt_embedded, source.layers, tuple(decoder), source.memory)

    def embed(self, embedding: nn.Module, tokens: Int[Tensor, "b n"], at: int = 0) -> Embedded:
        """sqrt(d_model) E[token] + P[at + n] (sections 3.4, 3.5). Raises where the positions end."""
        if at + tokens.size(1) > self.config.max_len:
            raise ValueError(f"{at + tokens.size(1)} tokens are more than the model's {self.config.max_len} positions")
        token = embedding(tokens) * math.sqrt(self.config.d_model)
        position = self.positions[at : at + tokens.size(1)]
        return Embedded(token, position, self.dropout(token + position))

    def start(self, src: Int[Tensor, "b src"]) -> DecoderState:
        source = self.encode(src)
        return DecoderState(None if source.mask.all() else source.mask, source.cross, ())

    def step(self, state: DecoderState, tokens: Int[Tensor, " b"]) -> tuple[Float[Tensor, "b vocab"], DecoderState]:
        """Log-probabilities of the next token after one more, [b] -> [b, vocab]."""
        at = state.past[0][0].size(2) if state.past else 0
        x = self.embed(self.tgt_embedding, tokens[:, None], at).total
        past = []
        for i, layer in enumerate(self.decoder):
            # One query, the last: all that is there is its past, so nothing needs a mask.
            details = layer(x, None, state.past[i] if state.past else None, state.cross[i], state.src_mask)
            past.append((details.attention.k, details.attention.v))
            x = details.out
        logits = self.output(self.decoder_norm(x[:, 0]))
        return logits.log_softmax(-1), state._replace(past=tuple(past))

    def reorder(self, state: DecoderState, rows: Int[Tensor, " b"]) -> DecoderState:
        """Keep these rows of the batch, in this order, repeats allowed: a beam's survivors."""
        return DecoderState(
            None if state.src_mask is None else state.src_mask[rows],
            tuple((k[rows], v[rows]) for k, v in state.cross),
            tuple((k[rows], v[rows]) for k, v in state.past),
        )


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
