"""What a model is, and how it was trained: plain, frozen, validated records."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

CELLS = ("rnn", "lstm", "gru")
ATTENTIONS = ("none", "bahdanau", "dot", "general", "concat", "local-m", "local-p")


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

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which attention maps a run leaves."""
        return "encoder_self", "decoder_self", "cross"

    @property
    def size(self) -> str:
        """In a few words, for a list of models."""
        return f"{self.n_encoder_layers}+{self.n_decoder_layers} layers, {self.n_heads} heads"


@dataclass(frozen=True)
class Seq2SeqConfig(_Record):
    """A recurrent encoder-decoder, one layer each, with or without attention.

    attention: "none" (Sutskever et al. 2014), "bahdanau" (Bahdanau et al. 2015); the rest from Luong et al. 2015:
    three global scores, and the local attentions with the score "general" inside a window.
    """

    vocab_size: int
    d_model: int = 256  # of a word vector
    hidden: int = 256  # of a state; a bidirectional encoder has as many in each direction
    cell: Literal["rnn", "lstm", "gru"] = "lstm"
    bidirectional: bool = False  # the encoder
    attention: Literal["none", "bahdanau", "dot", "general", "concat", "local-m", "local-p"] = "none"
    window: int = 5  # D: local attention sees 2D + 1 places
    input_feeding: bool = False  # Luong et al. 2015, section 3.3; without it training needs no loop over the output
    dropout: float = 0.2
    tied: bool = True  # one matrix for both embeddings and the output projection
    max_len: int = 512  # tokens, `<s>` and `</s>` included: no position ends here, but memory does
    pad: int = 0
    bos: int = 1
    eos: int = 2

    def __post_init__(self) -> None:
        _check_positive(self, "vocab_size", "d_model", "hidden", "window", "max_len")
        for name, known in (("cell", CELLS), ("attention", ATTENTIONS)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} {getattr(self, name)!r} is none of {', '.join(known)}")
        if self.tied and self.d_model != self.hidden:
            raise ValueError(f"tied weights need d_model {self.d_model} to be hidden {self.hidden}")
        if self.attention == "dot" and self.bidirectional:
            raise ValueError(f"a dot product of {self.hidden} with {2 * self.hidden} numbers: use 'general'")
        if self.input_feeding and self.attention in ("none", "bahdanau"):
            raise ValueError(f"input_feeding is Luong's; attention is {self.attention!r}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout {self.dropout} is not in [0, 1)")
        if not max(self.pad, self.bos, self.eos) < self.vocab_size:
            raise ValueError(f"pad, bos and eos must be below vocab_size {self.vocab_size}")

    @property
    def d_memory(self) -> int:
        """Numbers of an encoder state: both directions side by side."""
        return self.hidden * (2 if self.bidirectional else 1)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which attention maps a run leaves."""
        return () if self.attention == "none" else ("cross",)

    @property
    def size(self) -> str:
        """In a few words, for a list of models."""
        ways = "bidirectional " if self.bidirectional else ""
        return f"{ways}{self.cell} of {self.hidden}, attention {self.attention}"


@dataclass(frozen=True)
class LanguageModelConfig(_Record):
    """A recurrent language model of one language."""

    vocab_size: int
    d_model: int = 128  # of a word vector
    hidden: int = 128
    n_layers: int = 1
    cell: Literal["rnn", "lstm", "gru"] = "lstm"
    activation: Literal["tanh", "relu"] = "tanh"  # of the plain RNN
    dropout: float = 0.1
    tied: bool = True  # one matrix for the embedding and the output projection
    max_len: int = 512
    pad: int = 0
    bos: int = 1
    eos: int = 2

    def __post_init__(self) -> None:
        _check_positive(self, "vocab_size", "d_model", "hidden", "n_layers", "max_len")
        if self.cell not in CELLS:
            raise ValueError(f"cell {self.cell!r} is none of {', '.join(CELLS)}")
        if self.activation not in ("tanh", "relu") or (self.activation == "relu" and self.cell != "rnn"):
            raise ValueError(f"activation {self.activation!r} does not go with {self.cell!r}")
        if self.tied and self.d_model != self.hidden:
            raise ValueError(f"tied weights need d_model {self.d_model} to be hidden {self.hidden}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout {self.dropout} is not in [0, 1)")
        if not max(self.pad, self.bos, self.eos) < self.vocab_size:
            raise ValueError(f"pad, bos and eos must be below vocab_size {self.vocab_size}")

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which attention maps a run leaves."""
        return ()

    @property
    def size(self) -> str:
        """In a few words, for a list of models."""
        return f"{self.cell} of {self.hidden}, {self.n_layers} layer{'s' * (self.n_layers > 1)}"


ModelConfig = TransformerConfig | Seq2SeqConfig | LanguageModelConfig
ARCHITECTURES: dict[str, type[ModelConfig]] = {
    "transformer": TransformerConfig,
    "seq2seq": Seq2SeqConfig,
    "rnn_lm": LanguageModelConfig,
}
TRANSLATORS = ("transformer", "seq2seq")  # the architectures that read one language and write another


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
