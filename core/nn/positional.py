"""Sinusoidal positions (Vaswani et al. 2017, section 3.5)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def sinusoidal(length: int, d_model: int, base: float = 10000.0) -> Float[Tensor, "length d_model"]:
    """PE(pos, 2i) = sin(pos / base^(2i/d)), PE(pos, 2i+1) = cos(pos / base^(2i/d)).

    Raises `ValueError` for an odd `d_model`: each sine needs its cosine.
    """
    if d_model % 2:
        raise ValueError(f"d_model {d_model} is odd: sin and cos come in pairs")
    position = torch.arange(length, dtype=torch.float64)[:, None]
    angle = position / base ** (torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1).float()  # sin, cos, sin, cos, ...
