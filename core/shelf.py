"""Which models are on the shelf, and what their config.json says; loads no weights and no torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from core.config import TransformerConfig
from core.errors import ModelError

MODELS = Path(__file__).parent.parent / "assets" / "models"
CONFIG = "config.json"


@dataclass(frozen=True)
class ModelInfo:
    """What config.json says."""

    name: str
    architecture: str
    src: str  # language codes, as in ISO 639-1
    tgt: str
    config: TransformerConfig
    folder: Path


def installed(root: Path = MODELS) -> list[str]:
    """Names of the models under `root`, in alphabetical order."""
    return sorted(path.parent.name for path in root.glob(f"*/{CONFIG}"))


def read_info(name: str, root: Path = MODELS) -> ModelInfo:
    """The model's config, or `ModelError` naming the file that is missing or foreign."""
    path = root / name / CONFIG
    if name not in installed(root):  # also keeps `../` and absolute paths out
        raise ModelError("model_missing", name=name, installed=", ".join(installed(root)) or "-")
    try:
        record = json.loads(path.read_text("utf-8"))
        config = TransformerConfig.from_dict(record["model"])
        return ModelInfo(name, record["architecture"], record["src"], record["tgt"], config, path.parent)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError("model_config", file=str(path), detail=str(error)) from error
