"""Models to and from disk: a folder each, with weights (safetensors), config, tokenizer and card."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from typing_extensions import TypeVar

from core.config import TRANSLATORS, ViTConfig
from core.errors import ModelError
from core.nn.build import AnyNet, build
from core.nn.lean import LeanDecoder
from core.nn.transformer import Transformer
from core.nn.vit import VisionTransformer
from core.shelf import CONFIG, TOKENIZER, ModelInfo, installed, read_info
from core.text.tokenizer import Tokenizer

__all__ = [
    "CARD",
    "CONFIG",
    "TOKENIZER",
    "Model",
    "ModelInfo",
    "PictureModel",
    "installed",
    "load_held_out",
    "load_model",
    "load_picture_model",
    "read_info",
    "save_model",
]

WEIGHTS, CARD = "model.safetensors", "README.md"
HELD_OUT = "held_out.safetensors"  # of a model of pictures: `images` and `labels` that it did not learn from


NetT_co = TypeVar("NetT_co", bound=AnyNet, default=Transformer, covariant=True)


@dataclass(frozen=True)
class Model(Generic[NetT_co]):
    """A loaded model, ready to be asked: in evaluation mode, in single precision.

    `Model` alone is a Transformer: most experiments look into its layers. What works for each translator takes a
    `Model[Net]`.
    """

    info: ModelInfo[Any]
    net: NetT_co
    tokenizer: Tokenizer

    @cached_property
    def drafter(self: Model) -> LeanDecoder:
        """What drafts greedy outputs (core/drafting.py)."""
        return LeanDecoder(self.net)

    def checked(self, logits: Tensor) -> Tensor:
        """The same; `ModelError` where they are not numbers: finite weights can be so large that their sums are not."""
        return _finite(logits, self.info)


@dataclass(frozen=True)
class PictureModel:
    """A loaded model that reads pictures, ready to be asked: it knows no pieces, so it has no tokenizer."""

    info: ModelInfo[ViTConfig]
    net: VisionTransformer


def load_picture_model(name: str, root: Path | None = None) -> PictureModel:
    """Weights and config of an installed model of pictures; `ModelError` names the file that is at fault."""
    info = read_info(name, root)
    net = build(info.config)
    if not isinstance(net, VisionTransformer):
        raise ModelError("model_no_pictures", name=name)
    load_weights(net, info.folder / WEIGHTS)
    c: ViTConfig = info.config
    with torch.inference_mode():
        _finite(net.eval()(torch.zeros(1, c.channels, c.image_size, c.image_size)).logits, info)
    return PictureModel(info, net)


def load_held_out(model: PictureModel) -> tuple[Tensor, Tensor]:
    """Pictures, [n, row, column], and their classes, [n], that the model did not learn from."""
    path = model.info.folder / HELD_OUT
    try:
        tensors = load_file(path)
        return tensors["images"].float(), tensors["labels"].long()
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelError("model_unreadable", file=str(path)) from error


def load_model(name: str, root: Path | None = None) -> Model[Any]:
    """Weights, config and tokenizer of an installed model; `ModelError` names the file that is at fault."""
    info = read_info(name, root)
    if isinstance(info.config, ViTConfig):
        raise ModelError("model_no_text", name=name)
    net = build(info.config)
    load_weights(net, info.folder / WEIGHTS)
    path = info.folder / TOKENIZER
    try:
        tokenizer = Tokenizer.load(path)
    except Exception as error:  # the tokenizers library raises bare Exception
        raise ModelError("model_tokenizer", file=str(path)) from error
    if len(tokenizer) != info.config.vocab_size:
        raise ModelError("model_tokenizer", file=str(path))
    model = Model(info, net.eval(), tokenizer)
    with torch.inference_mode():  # a model that can count nowhere is not one to load
        src, tgt = torch.tensor([[tokenizer.eos]]), torch.tensor([[tokenizer.bos]])
        model.checked((net(src, tgt) if info.architecture in TRANSLATORS else net(tgt)).logits)
    return model


def _finite(logits: Tensor, info: ModelInfo[Any]) -> Tensor:
    if not logits.isfinite().all():
        raise ModelError("model_overflow", file=str(info.folder / WEIGHTS))
    return logits


def load_weights(net: torch.nn.Module, path: Path, whole: bool = True) -> None:
    """Copy the weights of a safetensors file into `net`; `ModelError` if they are missing, foreign or not finite.

    Unless `whole`, the file may lack some: what it does not have stays as it is.
    """
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError("model_unreadable", file=str(path)) from error
    own = own_tensors(net)
    for name in sorted(set(tensors) | set(own) if whole else tensors):
        if name not in own or name not in tensors or tensors[name].shape != own[name].shape:
            raise ModelError("model_foreign", file=str(path), tensor=name)
        if not tensors[name].isfinite().all():
            raise ModelError("model_not_finite", file=str(path), tensor=name)
        own[name].data.copy_(tensors[name])


def save_model(
    folder: Path,
    net: torch.nn.Module,
    tokenizer: Tokenizer | None,
    record: dict[str, Any],
    weights: dict[str, Tensor] | None = None,
) -> None:
    """Write weights (half precision; `weights` in place of the net's own), config and, if any, tokenizer; counts stay
    whole."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: (tensor.detach().half() if tensor.is_floating_point() else tensor.detach()).contiguous()
        for name, tensor in (weights or own_tensors(net)).items()
    }
    write(folder / WEIGHTS, tensors)
    (folder / CONFIG).write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    if tokenizer is not None:
        tokenizer.save(folder / TOKENIZER)


def write(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    """Whole or not at all: a broken-off write leaves the old file."""
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, metadata)
    partial.replace(path)


def own_tensors(net: torch.nn.Module) -> dict[str, Tensor]:
    """Each parameter once: a tied matrix under its first name alone."""
    return dict(net.named_parameters())
