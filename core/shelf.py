"""Which models are on the shelf, and what their config.json says; loads no weights and no torch.

The shelf is assets/models, or the folder that the environment variable
HEADLIGHT_MODELS names: a class can have models of its own beside the program.
"""

from __future__ import annotations

import filecmp
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any, Generic

from typing_extensions import TypeVar

from core.config import ARCHITECTURES, ModelConfig, TransformerConfig
from core.errors import ModelError

SHIPPED = Path(__file__).parent.parent / "assets" / "models"
CONFIG, TOKENIZER = "config.json", "tokenizer.json"


ConfigT = TypeVar("ConfigT", bound=ModelConfig, default=TransformerConfig)


@dataclass(frozen=True)
class ModelInfo(Generic[ConfigT]):
    """What config.json says; `ModelInfo` alone is a Transformer's.

    trained: the pieces that 99 of 100 sentences of its training had at most, or the most that any had, if the config
    tells.
    """

    name: str
    architecture: str
    src: str  # language codes, as in ISO 639-1; "" for both of what reads pictures
    tgt: str
    config: ConfigT
    folder: Path
    trained: int | None = None


def shelf() -> Path:
    """The folder of all models, asked anew each time."""
    return Path(os.environ.get("HEADLIGHT_MODELS") or SHIPPED)


def installed(root: Path | None = None) -> list[str]:
    """Names of the models under `root`, in alphabetical order."""
    return sorted(path.parent.name for path in (root or shelf()).glob(f"*/{CONFIG}"))


def read_info(name: str, root: Path | None = None) -> ModelInfo[Any]:
    """The model's config, or `ModelError` naming the file that is missing or foreign."""
    path = (root or shelf()) / name / CONFIG
    # A folder's own name, and no way to another: neither `../` nor an absolute path.
    if PurePath(name).name != name or name in (".", "..") or not path.is_file():
        raise ModelError("model_missing", name=name, installed=", ".join(installed(root)) or "-")
    try:
        record = _record(path, path.stat().st_mtime_ns)
        architecture = _text(record, "architecture")
        if architecture not in ARCHITECTURES:
            raise ValueError(f"{architecture!r} is none of {', '.join(ARCHITECTURES)}")
        config = ARCHITECTURES[architecture].from_dict(record["model"])
        trained = record.get("data", {}).get("typical_tokens") or record.get("train", {}).get("max_tokens")
        return ModelInfo(
            name, architecture, _text(record, "src"), _text(record, "tgt"), config, path.parent,
            int(trained) if trained else None,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("model_config", file=str(path), detail=str(error)) from error


def same_pieces(a: ModelInfo[Any], b: ModelInfo[Any]) -> bool:
    """Do both models cut text into the same pieces?"""
    try:
        return a.name == b.name or filecmp.cmp(a.folder / TOKENIZER, b.folder / TOKENIZER, shallow=False)
    except OSError:
        return False


@lru_cache(64)
def _record(path: Path, changed: int) -> dict[str, Any]:
    """What the file says, read anew when it has changed: every page asks for all of them at every click."""
    return dict(json.loads(path.read_text("utf-8")))


def _text(record: dict[str, object], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} is {value!r}, not a text")
    return value
