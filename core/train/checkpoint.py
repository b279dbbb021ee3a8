"""The state of a run, from which it goes on as if it had never stopped: tensors in safetensors, counters in JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor
from torch.optim import Optimizer

from core.models import WEIGHTS, load_weights, own_tensors, write
from core.shelf import CONFIG

STATE = "state.safetensors"


@dataclass
class Progress:
    """Where a run is. Data order and dropout noise follow from the seed and these counters alone."""

    epoch: int = 0  # finished epochs
    batch: int = 0  # finished batches of the epoch under way
    step: int = 0  # finished updates
    seconds: float = 0.0
    best: float = float("inf")  # validation loss
    bad_epochs: int = 0  # since the best


def _from_model(folder: Path, net: torch.nn.Module, ema: dict[str, Tensor]) -> Progress:
    if not (folder / WEIGHTS).exists():
        return Progress()
    load_weights(net, folder / WEIGHTS)
    for name, parameter in own_tensors(net).items():
        ema[name].copy_(parameter.detach())
    return Progress(**json.loads((folder / CONFIG).read_text("utf-8"))["progress"])


def save_state(
    folder: Path, net: torch.nn.Module, optimizer: Optimizer, ema: dict[str, Tensor], progress: Progress
) -> None:
    """One file, written whole or not at all: counters travel in its metadata."""
    tensors = {}
    for name, parameter in own_tensors(net).items():
        tensors[f"net.{name}"] = parameter.detach()
        tensors[f"ema.{name}"] = ema[name]
        for key, value in optimizer.state[parameter].items():
            tensors[f"optimizer.{key}.{name}"] = value
    write(folder / STATE, tensors, {"progress": json.dumps(asdict(progress))})


def load_state(folder: Path, net: torch.nn.Module, optimizer: Optimizer, ema: dict[str, Tensor]) -> Progress:
    """Copy a saved state into net, optimizer and ema; else the model that the folder holds; else begin afresh.

    A model alone (a copy of an installed one) knows its averaged weights and how far it came, but no longer the
    optimizer's moments: they are found again within some hundred updates. Raises `ValueError` for a state that
    cannot be read.
    """
    path = folder / STATE
    if not path.exists():
        return _from_model(folder, net, ema)
    try:
        return _from_state(path, net, optimizer, ema)
    except (OSError, SafetensorError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path}: is damaged or of another model; without it, training goes on from the model beside it"
        ) from error


def _from_state(path: Path, net: torch.nn.Module, optimizer: Optimizer, ema: dict[str, Tensor]) -> Progress:
    tensors = load_file(path)
    for name, parameter in own_tensors(net).items():
        if {tensors[f"{kind}.{name}"].shape for kind in ("net", "ema")} != {parameter.shape}:
            raise ValueError(f"{name} is of another shape")  # copying would spread a single number over all
        parameter.data.copy_(tensors[f"net.{name}"])
        ema[name].copy_(tensors[f"ema.{name}"])
        keys = [key.split(".")[1] for key in tensors if key.startswith("optimizer.") and key.split(".", 2)[2] == name]
        optimizer.state[parameter] = {key: tensors[f"optimizer.{key}.{name}"].clone() for key in keys}
    with safe_open(path, "pt") as file:
        return Progress(**json.loads(file.metadata()["progress"]))
