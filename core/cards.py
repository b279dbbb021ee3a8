"""How good a model on the shelf is, as its config.json and its card say; nothing is computed here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from core.shelf import CONFIG

CARD = "README.md"
_GREEDY = re.compile(r"^\|\s*greedy\s*\|\s*([\d.]+)\s*\|\s*([\d.]+)\s*\|", re.MULTILINE)

_HEAD = re.compile(r"^\|\s*words\s*\|\s*sentences\s*\|\s*BLEU\s*\|\s*chrF\s*\|")
_NUMBER = r"\s*(\d+(?:\.\d+)?)\s*\|"
_BY_LENGTH = re.compile(rf"^\|\s*((\d+)(?:-\d+|\+))\s*\|\s*([\d,]+)\s*\|{_NUMBER}{_NUMBER}")


@dataclass(frozen=True, slots=True)
class Scores:
    """None is what nobody wrote down. loss: validation, nats a piece; bleu and chrf: of greedy outputs, test set."""

    epochs: int | None = None
    loss: float | None = None
    bleu: float | None = None
    chrf: float | None = None


@dataclass(frozen=True, slots=True)
class LengthScore:
    """Greedy outputs of the test sentences with so many words, `low` at least. joined: two or three made one first."""

    words: str
    low: int
    n: int
    bleu: float
    chrf: float
    joined: bool


def read_lengths(folder: Path) -> list[LengthScore]:
    """The card's tables by the number of words (`core.evaluate --table`), in its order; joined is one whose paragraph
    before names `--joined`."""
    found: list[LengthScore] = []
    paragraph, inside, after = "", False, ""
    for line in _text(folder / CARD).splitlines():
        if _HEAD.match(line):
            inside = True
        elif inside and (row := _BY_LENGTH.match(line)):
            words, low, n, bleu, chrf = row.groups()
            scores = float(bleu), float(chrf)
            found.append(LengthScore(words, int(low), int(n.replace(",", "")), *scores, "--joined" in paragraph))
        elif not line.strip():
            inside = False
        elif not line.startswith("|"):
            paragraph = f"{paragraph} {line}" if after.strip() else line
        after = line
    return found


def read_scores(folder: Path) -> Scores:
    """What the model's folder tells; a missing or foreign file tells nothing."""
    progress, greedy = _progress(folder / CONFIG), _GREEDY.search(_text(folder / CARD))
    epochs, loss = progress.get("epoch"), progress.get("best")
    return Scores(
        epochs if isinstance(epochs, int) else None,
        float(loss) if isinstance(loss, int | float) else None,
        *(float(number) for number in (greedy.groups() if greedy else ())),
    )


def read_perplexity(folder: Path, order: int | None = None) -> float | None:
    """Of a language model on the test set, as the card's table says; order: of a Markov model, as one of this."""
    name = "perplexity" if order is None else str(order)
    row = re.search(rf"^\|\s*{name}\s*\|\s*([\d.]+)\s*\|", _text(folder / CARD), re.MULTILINE)
    return float(row.group(1)) if row else None


def read_follows(folder: Path) -> float | None:
    """Of a BERT: in how many of 100 held-out pairs it tells rightly whether the second sentence follows."""
    row = re.search(r"^\|\s*does the second sentence follow\?[^|]*\|\s*([\d.]+) %", _text(folder / CARD), re.MULTILINE)
    return float(row.group(1)) if row else None


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
