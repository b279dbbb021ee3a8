"""The models on disk: a folder each, with weights (safetensors), config, tokenizer and card."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.config import TransformerConfig
from core.nn.transformer import Transformer
from core.text.tokenizer import Tokenizer

MODELS = Path(__file__).parent.parent / "assets" / "models"
WEIGHTS, CONFIG, TOKENIZER, CARD = "model.safetensors", "config.json", "tokenizer.json", "README.md"


class ModelError(ValueError):
    """A model that cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True)
class ModelInfo:
    """What config.json says, without loading any weights."""

    name: str
    architecture: str
    src: str  # language codes, as in ISO 639-1
    tgt: str
    config: TransformerConfig
    folder: Path


@dataclass(frozen=True)
class Model:
    """A loaded model, ready to be asked: in evaluation mode, in single precision."""

    info: ModelInfo
    net: Transformer
    tokenizer: Tokenizer


def installed(root: Path = MODELS) -> list[str]:
    """Names of the models under `root`, in alphabetical order."""
    return sorted(path.parent.name for path in root.glob(f"*/{CONFIG}"))


def read_info(name: str, root: Path = MODELS) -> ModelInfo:
    """The model's config, or `ModelError` naming the file that is missing or foreign."""
    path = root / name / CONFIG
    if name not in installed(root):  # also keeps `../` and absolute paths out
        raise ModelError(f"there is no model {name!r}; installed are: {', '.join(installed(root)) or 'none'}")
    try:
        record = json.loads(path.read_text("utf-8"))
        config = TransformerConfig.from_dict(record["model"])
        return ModelInfo(name, record["architecture"], record["src"], record["tgt"], config, path.parent)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: is not a model's config ({error})") from error


def load_model(name: str, root: Path = MODELS) -> Model:
    """Weights, config and tokenizer of an installed model; `ModelError` names the file that is at fault."""
    info = read_info(name, root)
    if info.architecture != "transformer":
        raise ModelError(f"{info.folder / CONFIG}: unknown architecture {info.architecture!r}")
    net = Transformer(info.config)
    load_weights(net, info.folder / WEIGHTS)
    path = info.folder / TOKENIZER
    try:
        tokenizer = Tokenizer.load(path)
    except Exception as error:  # the tokenizers library raises bare Exception
        raise ModelError(f"{path}: is not a tokenizer ({error})") from error
    if len(tokenizer) != info.config.vocab_size:
        raise ModelError(f"{path}: has {len(tokenizer)} pieces, the model {info.config.vocab_size}")
    return Model(info, net.eval(), tokenizer)


def load_weights(net: torch.nn.Module, path: Path) -> None:
    """Copy the weights of a safetensors file into `net`; `ModelError` if they are missing, foreign or not finite."""
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path}: cannot be read ({error})") from error
    broken = [name for name, tensor in tensors.items() if not tensor.isfinite().all()]
    if broken:
        raise ModelError(f"{path}: {broken[0]} has values that are not finite")
    own = own_tensors(net)
    if set(tensors) != set(own):
        odd = sorted(set(tensors) ^ set(own))
        raise ModelError(f"{path}: does not fit the config, {odd[0]} is {'extra' if odd[0] in tensors else 'missing'}")
    for name, tensor in tensors.items():
        if tensor.shape != own[name].shape:
            raise ModelError(f"{path}: {name} is {tuple(tensor.shape)}, the config asks for {tuple(own[name].shape)}")
        own[name].data.copy_(tensor)


def save_model(
    folder: Path, net: torch.nn.Module, tokenizer: Tokenizer, record: dict[str, Any], weights: dict[str, Tensor] | None = None
) -> None:
    """Write weights (half precision; `weights` in place of the net's own), config and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().half().contiguous() for name, tensor in (weights or own_tensors(net)).items()}
    write(folder / WEIGHTS, tensors)
    (folder / CONFIG).write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    tokenizer.save(folder / TOKENIZER)


def write(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    """Whole or not at all: a broken-off write leaves the old file."""
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, metadata)
    partial.replace(path)


def own_tensors(net: torch.nn.Module) -> dict[str, Tensor]:
    """Each parameter once: a tied matrix under its first name alone."""
    return dict(net.named_parameters())
