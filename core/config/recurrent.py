"""The recurrent models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.config.record import NoMaps, Record, check_common, check_positive

CELLS = ("rnn", "lstm", "gru")
ATTENTIONS = ("none", "bahdanau", "dot", "general", "concat", "local-m", "local-p")


@dataclass(frozen=True)
class Seq2SeqConfig(Record):
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
        check_positive(self, "vocab_size", "d_model", "hidden", "window", "max_len")
        for name, known in (("cell", CELLS), ("attention", ATTENTIONS)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} {getattr(self, name)!r} is none of {', '.join(known)}")
        if self.tied and self.d_model != self.hidden:
            raise ValueError(f"tied weights need d_model {self.d_model} to be hidden {self.hidden}")
        if self.attention == "dot" and self.bidirectional:
            raise ValueError(f"a dot product of {self.hidden} with {2 * self.hidden} numbers: use 'general'")
        if self.input_feeding and self.attention in ("none", "bahdanau"):
            raise ValueError(f"input_feeding is Luong's; attention is {self.attention!r}")
        check_common(self)

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
class LanguageModelConfig(NoMaps):
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
        check_positive(self, "vocab_size", "d_model", "hidden", "n_layers", "max_len")
        if self.cell not in CELLS:
            raise ValueError(f"cell {self.cell!r} is none of {', '.join(CELLS)}")
        if self.activation not in ("tanh", "relu") or (self.activation == "relu" and self.cell != "rnn"):
            raise ValueError(f"activation {self.activation!r} does not go with {self.cell!r}")
        if self.tied and self.d_model != self.hidden:
            raise ValueError(f"tied weights need d_model {self.d_model} to be hidden {self.hidden}")
        check_common(self)

    @property
    def size(self) -> str:
        """In a few words, for a list of models."""
        return f"{self.cell} of {self.hidden}, {self.n_layers} layer{'s' * (self.n_layers > 1)}"
