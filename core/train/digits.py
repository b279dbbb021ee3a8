"""Handwritten digits as arrays: where they come from, which are held out, and how they are moved about in training."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

HELD_OUT = 360  # a fifth
INK = 16  # a pixel counts the dark points of a block of 4 x 4


@dataclass(frozen=True)
class Digits:
    images: Int[Tensor, "n 8 8"]  # uint8, 0 to 16
    labels: Tensor  # [n]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def pixels(self) -> Float[Tensor, "n 1 8 8"]:
        """As the network reads them: 0 is paper, 1 is ink."""
        return (self.images.float() / INK)[:, None]


def all_digits() -> Digits:
    """The 1,797 pictures that scikit-learn brings along, in its order."""
    from sklearn.datasets import load_digits  # needed for training alone

    found = load_digits()
    return Digits(torch.tensor(found.images).to(torch.uint8), torch.tensor(found.target))


def split(digits: Digits) -> tuple[Digits, Digits]:
    """For training, and held out: the last ones. Pictures of one writer stand together, so most of those who wrote
    the last ones wrote none of the others."""
    return Digits(digits.images[:-HELD_OUT], digits.labels[:-HELD_OUT]), Digits(
        digits.images[-HELD_OUT:], digits.labels[-HELD_OUT:]
    )


def moved(pixels: Float[Tensor, "n 1 8 8"], generator: torch.Generator) -> Float[Tensor, "n 1 8 8"]:
    """Each turned a little, made larger or smaller, slanted, and shifted by up to a pixel: as hands write it."""
    n, size = len(pixels), pixels.size(-1)

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, generator=generator)

    angle, slant = between(-12, 12) * math.pi / 180, between(-0.2, 0.2)
    wide, high = between(0.9, 1.2), between(0.95, 1.15)
    x, y = (between(-0.8, 0.8) * 2 / size for _ in range(2))
    cos, sin = angle.cos(), angle.sin()
    rows = [cos * wide, (slant - sin) * high, x, sin * wide, cos * high, y]
    grid = functional.affine_grid(torch.stack(rows, -1).view(n, 2, 3), list(pixels.shape), align_corners=False)
    drawn = functional.grid_sample(pixels, grid, padding_mode="zeros", align_corners=False)
    return (drawn * between(0.9, 1.4)[:, None, None, None]).clamp(max=1)  # pens are thin or thick
