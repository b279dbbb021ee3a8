"""The language models that see a few tokens back and no further."""

from __future__ import annotations

from dataclasses import dataclass

from core.config.record import NoMaps, check_common, check_positive


@dataclass(frozen=True)
class MarkovConfig(NoMaps):
    """Counts of what came after the last `order` tokens, and after fewer."""

    vocab_size: int
    order: int = 3
    entries: int = 1  # different sequences of order + 1 tokens that were counted
    max_len: int = 512
    dropout: float = 0.0  # counts have none
    pad: int = 0
    bos: int = 1
    eos: int = 2

    def __post_init__(self) -> None:
        check_positive(self, "vocab_size", "order", "entries", "max_len")
        if self.vocab_size > 2**15:
            raise ValueError(f"vocab_size {self.vocab_size} does not fit the 16 bits that each token has")
        check_common(self)

    @property
    def size(self) -> str:
        """In a few words, for a list of models."""
        return f"the last {self.order} tokens, {self.entries} counts"


@dataclass(frozen=True)
class WindowConfig(NoMaps):
    """A neural language model of a fixed window (Bengio et al. 2003)."""

    vocab_size: int
    window: int = 4  # tokens that it sees
    d_model: int = 128  # of a word vector
    hidden: int = 128
    dropout: float = 0.1
    max_len: int = 512
    pad: int = 0
    bos: int = 1
    eos: int = 2

    def __post_init__(self) -> None:
        check_positive(self, "vocab_size", "window", "d_model", "hidden", "max_len")
        check_common(self)

    @property
    def size(self) -> str:
        """In a few words, for a list of models."""
        return f"the last {self.window} tokens, hidden {self.hidden}"
