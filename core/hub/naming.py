"""What a person named: a folder of this machine, or a model of the Hugging Face Hub."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelError

# As the Hub spells them: `gpt2`, `google-bert/bert-base-uncased`.
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")


@dataclass(frozen=True)
class Named:
    """folder: where it lies on this machine, or None for a model that only the Hub knows."""

    name: str
    folder: Path | None


def hub_allowed() -> bool:
    """Whether this server may ask the Hub: HEADLIGHT_HUB=off says no, for schools."""
    return os.environ.get("HEADLIGHT_HUB", "on").lower() not in ("off", "0", "no", "false")


def folders_allowed() -> Path | None:
    """The only folder whose models may be named (HEADLIGHT_FOLDERS), or None: any."""
    return Path(os.environ["HEADLIGHT_FOLDERS"]).resolve() if os.environ.get("HEADLIGHT_FOLDERS") else None


def named(text: str) -> Named:
    """Read what was typed; `ModelError` if it can be neither a folder nor a name on the Hub.

    What looks like a path (it starts with `/`, `.` or `~`, or has a backslash) is one, whether it exists or not.
    """
    text = text.strip()
    if not text or "\0" in text:
        raise ModelError("hub_name", name=text.replace("\0", ""))
    path = Path(text).expanduser()
    if text[0] in "/.~" or "\\" in text or path.is_dir():
        return Named(text, _folder(path, text))
    if not _NAME.fullmatch(text) or ".." in text:
        raise ModelError("hub_name", name=text)
    root = folders_allowed()
    if root is not None and (root / text).is_dir():  # what lies here needs no path, and the Hub is not asked
        return Named(text, _folder(root / text, text))
    return Named(text, None)


def _folder(path: Path, text: str) -> Path:
    """A folder with a config, inside what this server allows, its files too: nothing else about the disk is told."""
    root = folders_allowed()
    if root is not None and not path.resolve().is_relative_to(root):
        raise ModelError("hub_outside", name=text)
    if not (path / "config.json").is_file():
        raise ModelError("hub_folder", name=text)
    if root is not None and not all(file.resolve().is_relative_to(root) for file in path.iterdir()):
        raise ModelError("hub_outside", name=text)
    return path
