"""The models made of attention: encoder and decoder, one of them alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from core.config.record import Record, check_common, check_positive


class LayerShape(Protocol):
    """What one layer has to know."""

    @property
    def d_model(self) -> int: ...
    @property
    def n_heads(self) -> int: ...
    @property
    def d_ff(self) -> int: ...
    @property
    def dropout(self) -> float: ...
    @property
    def norm(self) -> str: ...
    @property
    def activation(self) -> str: ...


@dataclass(frozen=True)
class TransformerConfig(Record):
    """An encoder-decoder Transformer (Vaswani et al. 2017, table 3)."""

    vocab_size: int
    d_model: int = 256
    n_heads: int = 8
    n_encoder_layers: int = 3
    n_decoder_layers: int = 3
    d_ff: int = 1024
    dropout: float = 0.1
    norm: Literal["post", "pre"] = (
        "post"  # post: LayerNorm(x + Sublayer(x)), section 3.1; pre: x + Sublayer(LayerNorm(x))
    )
    tied: bool = True  # one matrix for both embeddings and the output projection, section 3.4
    max_len: int = 512  # positions, `<s>` and `</s>` included
    # sinusoidal: section 3.5; learned: a trained vector a position, the same for encoder and decoder
    positions: Literal["sinusoidal", "learned", "none"] = "sinusoidal"
    pad: int = 0
    bos: int = 1
    eos: int = 2

    def __post_init__(self) -> None:
        check_positive(
            self, "vocab_size", "d_model", "n_heads", "n_encoder_layers", "n_decoder_layers", "d_ff", "max_len"
        )
        _check_heads(self)
        if self.norm not in ("post", "pre"):
            raise ValueError(f"norm {self.norm!r} is neither 'post' nor 'pre'")
        if self.positions not in ("sinusoidal", "learned", "none"):
            raise ValueError(f"positions {self.positions!r} are neither 'sinusoidal' nor 'learned' nor 'none'")
        if self.positions == "sinusoidal" and self.d_model % 2:
            raise ValueError(f"d_model {self.d_model} is odd: sin and cos come in pairs")
        check_common(self)

    @property
    def d_head(self) -> int:
        return self.d_model // self.n_heads

    @property
    def activation(self) -> Literal["relu"]:
        """Between the two matrices of the feed-forward: the paper's."""
        return "relu"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which attention maps a run leaves."""
        return "encoder_self", "decoder_self", "cross"

    @property
    def size(self) -> str:
        """In a few words, for a list of models."""
        return f"{self.n_encoder_layers}+{self.n_decoder_layers} layers, {self.n_heads} heads"


@dataclass(frozen=True)
class _StackConfig(Record):
    """A Transformer of one stack, as its paper has it: gelu, learned positions, one matrix in and out."""

    vocab_size: int
    d_model: int = 256
    n_heads: int = 8
    n_layers: int = 4
    d_ff: int = 1024
    dropout: float = 0.1
    max_len: int = 128  # positions, special tokens included
    pad: int = 0
    bos: int = 1
    eos: int = 2

    def __post_init__(self) -> None:
        check_positive(self, "vocab_size", "d_model", "n_heads", "n_layers", "d_ff", "max_len")
        _check_heads(self)
        check_common(self)

    @property
    def d_head(self) -> int:
        return self.d_model // self.n_heads

    @property
    def activation(self) -> Literal["gelu"]:
        """Between the two matrices of the feed-forward: 0.5 x (1 + erf(x / sqrt(2)))."""
        return "gelu"

    @property
    def size(self) -> str:
        """In a few words, for a list of models."""
        return f"{self.n_layers} layers, {self.n_heads} heads"


@dataclass(frozen=True)
class GPTConfig(_StackConfig):
    """A decoder alone, pre-norm (Radford et al. 2019)."""

    @property
    def norm(self) -> Literal["pre"]:
        return "pre"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which attention maps a run leaves."""
        return ("decoder_self",)


@dataclass(frozen=True)
class BertConfig(_StackConfig):
    """An encoder alone, post-norm (Devlin et al. 2019).

    `<s>` is its [CLS], `</s>` its [SEP]; its tokenizer alone knows `<mask>`.
    """

    @property
    def norm(self) -> Literal["post"]:
        return "post"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which attention maps a run leaves."""
        return ("encoder_self",)


def _check_heads(config: TransformerConfig | _StackConfig) -> None:
    if config.d_model % config.n_heads:
        raise ValueError(f"d_model {config.d_model} is not divisible by n_heads {config.n_heads}")
