"""Where a token stands: sinusoids, a trained table, or nothing (Vaswani et al. 2017, section 3.5)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.config import TransformerConfig


def sinusoidal(length: int, d_model: int, base: float = 10000.0) -> Float[Tensor, "length d_model"]:
    """PE(pos, 2i) = sin(pos / base^(2i/d)), PE(pos, 2i+1) = cos(pos / base^(2i/d)).

    Raises `ValueError` for an odd `d_model`: each sine needs its cosine.
    """
    if d_model % 2:
        raise ValueError(f"d_model {d_model} is odd: sin and cos come in pairs")
    position = torch.arange(length, dtype=torch.float64)[:, None]
    angle = position / base ** (torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1).float()  # sin, cos, sin, cos, ...


def positions(config: TransformerConfig) -> Float[Tensor, "max_len d_model"]:
    """The table of a new model: an `nn.Parameter` where it is learned, zeros where there is none.

    A learned table starts small beside the embeddings' unit variance and finds its size in training; a row that
    no sentence of the training was long enough for stays as it started.
    """
    if config.positions == "sinusoidal":
        return sinusoidal(config.max_len, config.d_model)
    if config.positions == "none":
        return torch.zeros(config.max_len, config.d_model)
    return nn.Parameter(torch.randn(config.max_len, config.d_model) * config.d_model**-0.5)
