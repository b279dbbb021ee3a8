"""How good a model on the shelf is, as its config.json and its card say; nothing is computed here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from core.shelf import CONFIG

CARD = "README.md"
_GREEDY = re.compile(r"^\|\s*greedy\s*\|\s*([\d.]+)\s*\|\s*([\d.]+)\s*\|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Scores:
    """None is what nobody wrote down. loss: validation, nats a piece; bleu and chrf: of greedy outputs, test set."""

    epochs: int | None = None
    loss: float | None = None
    bleu: float | None = None
    chrf: float | None = None


def read_scores(folder: Path) -> Scores:
    """What the model's folder tells; a missing or foreign file tells nothing."""
    progress, greedy = _progress(folder / CONFIG), _GREEDY.search(_text(folder / CARD))
    epochs, loss = progress.get("epoch"), progress.get("best")
    return Scores(
        epochs if isinstance(epochs, int) else None,
        float(loss) if isinstance(loss, int | float) else None,
        *(float(number) for number in (greedy.groups() if greedy else ())),
    )


def _progress(path: Path) -> dict[str, object]:
    try:
        record = json.loads(_text(path))
        return dict(record["progress"])
    except (ValueError, KeyError, TypeError):
        return {}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return ""
