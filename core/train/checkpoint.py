"""The state of a run, from which it goes on as if it had never stopped: tensors in safetensors, counters in JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor
from torch.optim import Optimizer

from core.models import own_tensors, write

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
    """Copy a saved state into net, optimizer and ema; a fresh `Progress` if there is none."""
    path = folder / STATE
    if not path.exists():
        return Progress()
    tensors = load_file(path)
    for name, parameter in own_tensors(net).items():
        parameter.data.copy_(tensors[f"net.{name}"])
        ema[name].copy_(tensors[f"ema.{name}"])
        keys = [key.split(".")[1] for key in tensors if key.startswith("optimizer.") and key.split(".", 2)[2] == name]
        optimizer.state[parameter] = {key: tensors[f"optimizer.{key}.{name}"].clone() for key in keys}
    with safe_open(path, "pt") as file:
        return Progress(**json.loads(file.metadata()["progress"]))
