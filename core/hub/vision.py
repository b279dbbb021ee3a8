"""A picture read by a Vision Transformer -> Trace: the patches stand where the words of a sentence stand."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.errors import ModelError, TextError
from core.hub import reading
from core.hub.calling import called
from core.hub.loading import HubModel
from core.hub.tracing import attention_map
from core.trace import Axis, Trace

MAX_PIXELS = 50_000_000  # a small file may unpack to a picture of any size
BEFORE = ("[CLS]", "[DIST]")  # what stands before the patches: the class token, and DeiT's second one
HALF = [0.5, 0.5, 0.5]
# What Pillow raises for files that are no pictures, or only look like one: of its own, and of the decoders below it.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, ArithmeticError, MemoryError, struct.error, zlib.error)


@torch.inference_mode()
def trace_picture(model: HubModel, picture: bytes, name: str = "") -> Trace:
    """What every head looks at in a picture; patch `r2c3` is in the second row, third column, counted from 1.

    Raises `TextError` for bytes that are no picture, `ModelError` for a model that reads no pictures.
    """
    if model.family != "vision":
        raise ModelError("hub_no_picture", name=model.name)
    height, width = _two(model, "image_size")
    rows, columns = height // _two(model, "patch_size")[0], width // _two(model, "patch_size")[1]
    heads = reading.n_maps(model.config)
    if 4 * heads * (rows * columns + len(BEFORE)) ** 2 > reading.MAX_BYTES:
        raise ModelError("hub_attentions", name=model.name)
    output = called(model, pixel_values=pixels(model, picture))
    axis = _axis(model, output, rows, columns)
    return Trace(
        model.name,
        name,
        _class_named(model, output),
        (attention_map(model, "encoder_self", output.attentions, axis, axis),),
    )


def _class_named(model: HubModel, output: Any) -> str:
    """What the model takes the picture for; nothing where it was saved without classes, as DINO's are."""
    logits = getattr(output, "logits", None)
    if logits is None:
        return ""
    best = int(logits[0].argmax())
    return str((model.config.id2label or {}).get(best, best))


def pixels(model: HubModel, picture: bytes) -> Tensor:
    """The picture as the model was trained to get it: [1, colour, row, column]."""
    from PIL import Image

    height, width = _two(model, "image_size")
    try:
        told = _told(model)
        sampling = Image.Resampling(told.get("resample", Image.Resampling.BILINEAR))
        mean, std = (torch.tensor(told.get(f"image_{key}", HALF), dtype=torch.float32).view(3, 1, 1)
                     for key in ("mean", "std"))  # fmt: skip
    except (ValueError, TypeError, RuntimeError) as error:
        raise ModelError("hub_config", name=model.name) from error
    resized = _changed(picture, lambda opened: opened.convert("RGB").resize((width, height), sampling))
    values = torch.from_numpy(resized.copy()).permute(2, 0, 1).float() / 255
    if told.get("do_normalize", True):
        values = (values - mean) / std
    return values[None]


def thumbnail(picture: bytes, longest: int) -> np.ndarray:
    """The picture so small that no side has more than `longest` pixels: [row, column, colour]."""

    def smaller(opened: Any) -> Any:
        opened.thumbnail((longest, longest))
        return opened.convert("RGB")

    return _changed(picture, smaller)


def _changed(picture: bytes, change: Callable[[Any], Any]) -> np.ndarray:
    """A file as an array, after `change`; `TextError` if it is no picture, or one that unpacks to too much."""
    from PIL import Image

    large = TextError("hub_picture_large", limit=MAX_PIXELS // 1_000_000)
    try:
        with Image.open(io.BytesIO(picture), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise large
            return np.asarray(change(opened))
    except TextError:
        raise
    except Image.DecompressionBombError as error:
        raise large from error
    except _BROKEN as error:
        raise TextError("hub_no_image") from error


def _told(model: HubModel) -> dict[str, Any]:
    """preprocessor_config.json, or nothing: ViT's own values hold then."""
    try:
        told = json.loads((model.folder / "preprocessor_config.json").read_text("utf-8"))
    except OSError:
        return {}
    except ValueError as error:
        raise ModelError("hub_config", name=model.name) from error
    return told if isinstance(told, dict) else {}


def _axis(model: HubModel, output: Any, rows: int, columns: int) -> Axis:
    """Names for the tokens, if there are as many as this picture has patches."""
    patches = [f"r{row + 1}c{column + 1}" for row in range(rows) for column in range(columns)]
    found = output.attentions[0].size(-1) if output.attentions else 0
    before = found - len(patches)
    if not 0 <= before <= len(BEFORE):  # Swin's kind: windows, fewer patches in each layer
        raise ModelError("hub_attentions", name=model.name)
    names = (*BEFORE[:before], *patches)
    return Axis(names, tuple(range(found)), names, tuple(i < before for i in range(found)))


def _two(model: HubModel, key: str) -> tuple[int, int]:
    """Height and width, which a config may give as one number."""
    value = getattr(model.config, key, None)
    if isinstance(value, int):
        value = (value, value)
    if not isinstance(value, (list, tuple)) or len(value) != 2 or min(value) < 1:
        raise ModelError("hub_config", name=model.name)
    return int(value[0]), int(value[1])
