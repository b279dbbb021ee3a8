"""How a model was trained, and on what text."""

from __future__ import annotations

from dataclasses import dataclass, fields

from core.config.record import Record, check_positive


@dataclass(frozen=True)
class Augmentation(Record):
    """How often a training pair is written as people write, not as the corpus does (core/train/augment.py)."""

    plain: float = 0.10  # the source lower-cased, unpunctuated or both
    joined: float = 0.10  # two or three pairs made one
    names: float = 0.50  # of the pairs with a name that can be swapped
    months: float = 0.0  # of the pairs with a month, the same

    def __post_init__(self) -> None:
        for f in fields(self):
            if not 0 <= getattr(self, f.name) <= 1:
                raise ValueError(f"{f.name} {getattr(self, f.name)} is not a share between 0 and 1")


@dataclass(frozen=True)
class TrainConfig(Record):
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
        check_positive(self, "epochs", "batch_tokens", "warmup", "patience", "max_tokens", "vocab_size")
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema {self.ema} is not in [0, 1)")
        if not 0 <= self.label_smoothing < 1:
            raise ValueError(f"label_smoothing {self.label_smoothing} is not in [0, 1)")
