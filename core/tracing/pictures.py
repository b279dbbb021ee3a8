"""A picture read by our Vision Transformer -> Trace: the patches stand where the words of a sentence stand."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.config import ViTConfig
from core.models import PictureModel
from core.trace import AttentionMap, Axis, Candidate, Floats, Step, Trace

CLS = "[CLS]"


@torch.inference_mode()
def trace_picture(model: PictureModel, picture: Floats, name: str = "") -> Trace:
    """What every head looks at, and as its one step the class with all others, likeliest first.

    picture: [row, column], 0 to `full`; patch `r2c3` is in the second row, third column, counted from 1.
    """
    output = model.net(pixels(model.info.config, picture))
    classes = output.logits[0].log_softmax(-1)
    order = classes.argsort(descending=True).tolist()
    top = tuple(Candidate(str(i), float(classes[i]), i) for i in order)
    axis = patch_axis(model.info.config)
    weights = np.asarray(output.encoder_self[0].numpy(), np.float32)
    return Trace(
        model.info.name, name, top[0].token, (AttentionMap("encoder_self", weights, axis, axis),), (Step(top[0], top),)
    )


def pixels(config: ViTConfig, picture: Floats) -> Tensor:
    """As the network reads one picture: [1, 1, row, column], paper 0 and ink 1. Raises `ValueError` for no picture."""
    size = (config.image_size, config.image_size)
    if picture.shape != size or not np.isfinite(picture).all():
        raise ValueError(f"{picture.shape} is no picture of {size}")
    return torch.from_numpy(np.ascontiguousarray(picture, np.float32) / config.full)[None, None]


def patch_axis(config: ViTConfig) -> Axis:
    """The class token, then the patches from left to right, row after row."""
    places = [f"r{row + 1}c{column + 1}" for row in range(config.side) for column in range(config.side)]
    names = (CLS, *places)
    return Axis(names, tuple(range(len(names))), names, tuple(i == 0 for i in range(len(names))))
