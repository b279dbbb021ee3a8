"""The encoder-decoder Transformer (Vaswani et al. 2017, section 3), read from the bottom up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.config import TransformerConfig
from core.nn.attention import AttentionDetails, MultiHeadAttention
from core.nn.masks import causal_mask, padding_mask
from core.nn.positional import positions


class Residual(NamedTuple):
    """One sublayer's way through Add and Norm, each [b, n, d_model]."""

    before: Tensor  # the residual stream as it came
    added: Tensor  # x + Sublayer(x); in pre-norm this is what leaves
    normed: Tensor  # post-norm: LayerNorm(added), which leaves; pre-norm: LayerNorm(before), which the sublayer read


class FeedForwardDetails(NamedTuple):
    out: Tensor  # [b, n, d_model]
    hidden: Tensor  # [b, n, d_ff]: relu(W_1 x + b_1); 0 is a unit that does not fire


class EncoderLayerDetails(NamedTuple):
    out: Tensor  # [b, src, d_model]
    attention: AttentionDetails
    attention_residual: Residual
    feed_forward: FeedForwardDetails
    feed_forward_residual: Residual


class DecoderLayerDetails(NamedTuple):
    out: Tensor  # [b, tgt, d_model]
    attention: AttentionDetails  # masked self-attention
    attention_residual: Residual
    cross: AttentionDetails
    cross_residual: Residual
    feed_forward: FeedForwardDetails
    feed_forward_residual: Residual


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


class FeedForward(nn.Module):
    """W_2 relu(W_1 x + b_1) + b_2, each position alone (section 3.3)."""

    def __init__(self, d_model: int, d_ff: int) -> None:
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x: Float[Tensor, "b n d"]) -> FeedForwardDetails:
        hidden = self.w_1(x).relu()
        return FeedForwardDetails(self.w_2(hidden), hidden)


class AddNorm(nn.Module):
    """The residual connection round a sublayer and its LayerNorm, after it (post) or before it (pre)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.pre = config.norm == "pre"
        self.norm = nn.LayerNorm(config.d_model)
        self.dropout = nn.Dropout(config.dropout)

    def read(self, x: Float[Tensor, "b n d"]) -> Float[Tensor, "b n d"]:
        """What the sublayer gets to see."""
        return self.norm(x) if self.pre else x

    def forward(
        self, x: Float[Tensor, "b n d"], read: Float[Tensor, "b n d"], sublayer_out: Float[Tensor, "b n d"]
    ) -> tuple[Float[Tensor, "b n d"], Residual]:
        """What leaves, and each step; `read` is what `self.read(x)` gave."""
        added = x + self.dropout(sublayer_out)
        if self.pre:
            return added, Residual(x, added, read)
        normed = self.norm(added)
        return normed, Residual(x, added, normed)


class EncoderLayer(nn.Module):
    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(config.d_model, config.n_heads, config.dropout)
        self.attention_norm = AddNorm(config)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.feed_forward_norm = AddNorm(config)

    def forward(self, x: Float[Tensor, "b src d"], mask: Bool[Tensor, "b 1 src"]) -> EncoderLayerDetails:
        read = self.attention_norm.read(x)
        attention = self.attention.details(read, read, mask)
        x, attention_residual = self.attention_norm(x, read, attention.out)
        read = self.feed_forward_norm.read(x)
        feed_forward = self.feed_forward(read)
        x, feed_forward_residual = self.feed_forward_norm(x, read, feed_forward.out)
        return EncoderLayerDetails(x, attention, attention_residual, feed_forward, feed_forward_residual)


class DecoderLayer(nn.Module):
    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(config.d_model, config.n_heads, config.dropout)
        self.attention_norm = AddNorm(config)
        self.cross = MultiHeadAttention(config.d_model, config.n_heads, config.dropout)
        self.cross_norm = AddNorm(config)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.feed_forward_norm = AddNorm(config)

    def forward(
        self,
        x: Float[Tensor, "b tgt d"],
        mask: Bool[Tensor, "#b tgt past_and_tgt"] | None,
        past: tuple[Tensor, Tensor] | None,
        cross: tuple[Tensor, Tensor],
        src_mask: Bool[Tensor, "b 1 src"] | None,
    ) -> DecoderLayerDetails:
        """`past`: keys and values of earlier positions, put before those of `x`; `cross`: of the encoder's output."""
        read = self.attention_norm.read(x)
        k, v = self.attention.keys_values(read)
        if past is not None:
            k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
        attention = self.attention.attend_to(read, k, v, mask)
        x, attention_residual = self.attention_norm(x, read, attention.out)
        read = self.cross_norm.read(x)
        cross_attention = self.cross.attend_to(read, *cross, src_mask)
        x, cross_residual = self.cross_norm(x, read, cross_attention.out)
        read = self.feed_forward_norm.read(x)
        feed_forward = self.feed_forward(read)
        x, feed_forward_residual = self.feed_forward_norm(x, read, feed_forward.out)
        return DecoderLayerDetails(
            x, attention, attention_residual, cross_attention, cross_residual, feed_forward, feed_forward_residual
        )


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
