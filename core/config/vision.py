"""The model that reads pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.config.record import Record, check_positive


@dataclass(frozen=True)
class ViTConfig(Record):
    """A Vision Transformer: an encoder alone, pre-norm, over patches of a square picture (Dosovitskiy et al. 2021)."""

    image_size: int = 8  # pixels along a side
    patch_size: int = 2  # pixels along a side of a patch
    channels: int = 1  # colours
    full: int = 16  # a pixel of full ink; the network reads pixels divided by it
    classes: int = 10
    d_model: int = 64
    n_heads: int = 4
    n_layers: int = 4
    d_ff: int = 128
    dropout: float = 0.1

    def __post_init__(self) -> None:
        check_positive(
            self, "image_size", "patch_size", "channels", "full", "classes", "d_model", "n_heads", "n_layers", "d_ff"
        )
        if self.image_size % self.patch_size:
            raise ValueError(f"image_size {self.image_size} is not divisible by patch_size {self.patch_size}")
        if self.d_model % self.n_heads:
            raise ValueError(f"d_model {self.d_model} is not divisible by n_heads {self.n_heads}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout {self.dropout} is not in [0, 1)")

    @property
    def d_head(self) -> int:
        return self.d_model // self.n_heads

    @property
    def side(self) -> int:
        """Patches along a side."""
        return self.image_size // self.patch_size

    @property
    def n_patches(self) -> int:
        return self.side**2

    @property
    def norm(self) -> Literal["pre"]:
        return "pre"

    @property
    def activation(self) -> Literal["gelu"]:
        """Between the two matrices of the feed-forward: 0.5 x (1 + erf(x / sqrt(2)))."""
        return "gelu"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which attention maps a run leaves."""
        return ("encoder_self",)

    @property
    def size(self) -> str:
        """In a few words, for a list of models."""
        return f"{self.n_layers} layers, {self.n_heads} heads, {self.side} x {self.side} patches"
