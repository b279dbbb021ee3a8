"""What a model is, and how it was trained: plain, frozen, validated records."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self


class _Record:
    """To and from a JSON object; unknown or missing names raise `ValueError`."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
        if unknown := sorted(set(values) - known):
            raise ValueError(f"{cls.__name__} does not know {', '.join(unknown)}")
        try:
            return cls(**values)
        except TypeError as error:
            raise ValueError(f"{cls.__name__}: {error}") from error


def _check_positive(record: Any, *names: str) -> None:
    for name in names:
        if getattr(record, name) < 1:
            raise ValueError(f"{name} must be at least 1, not {getattr(record, name)}")


@dataclass(frozen=True)
class TransformerConfig(_Record):
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
        _check_positive(
            self, "vocab_size", "d_model", "n_heads", "n_encoder_layers", "n_decoder_layers", "d_ff", "max_len"
        )
        if self.d_model % self.n_heads:
            raise ValueError(f"d_model {self.d_model} is not divisible by n_heads {self.n_heads}")
        if self.positions not in ("sinusoidal", "learned", "none"):
            raise ValueError(f"positions {self.positions!r} are neither 'sinusoidal' nor 'learned' nor 'none'")
        if self.positions == "sinusoidal" and self.d_model % 2:
            raise ValueError(f"d_model {self.d_model} is odd: sin and cos come in pairs")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout {self.dropout} is not in [0, 1)")
        if self.norm not in ("post", "pre"):
            raise ValueError(f"norm {self.norm!r} is neither 'post' nor 'pre'")
        if not max(self.pad, self.bos, self.eos) < self.vocab_size:
            raise ValueError(f"pad, bos and eos must be below vocab_size {self.vocab_size}")

    @property
    def d_head(self) -> int:
        return self.d_model // self.n_heads


@dataclass(frozen=True)
class Augmentation(_Record):
    """How often a training pair is written as people write, not as the corpus does (core/train/augment.py)."""

    plain: float = 0.10  # the source lower-cased, unpunctuated or both
    joined: float = 0.10  # two or three pairs made one
    names: float = 0.50  # of the pairs with a name that can be swapped

    def __post_init__(self) -> None:
        for f in fields(self):
            if not 0 <= getattr(self, f.name) <= 1:
                raise ValueError(f"{f.name} {getattr(self, f.name)} is not a share between 0 and 1")


@dataclass(frozen=True)
class TrainConfig(_Record):
    """One training run. Batches are counted in padded tokens, source and target together."""

    epochs: int = 12
    batch_tokens: int = 3000
    lr: float = 1e-3  # the peak, reached after `warmup` steps
    warmup: int = 1000
    label_smoothing: float = 0.1
    clip: float = 1.0
    ema: float = 0.999  # decay of the averaged weights that are shipped; 0 ships the last ones
    patience: int = 3  # epochs without a better validation loss before an early stop
    max_tokens: int = 100  # longer sentences are left out of training
    seed: int = 1
    vocab_size: int = 8000

    def __post_init__(self) -> None:
        _check_positive(self, "epochs", "batch_tokens", "warmup", "patience", "max_tokens", "vocab_size")
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema {self.ema} is not in [0, 1)")
        if not 0 <= self.label_smoothing < 1:
            raise ValueError(f"label_smoothing {self.label_smoothing} is not in [0, 1)")
