"""The files of a named model: those of a folder, or fetched from the Hub, the one thing that leaves the machine.

Weights are taken from safetensors only: a pickle may run whatever its author likes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.hub.naming import Named, hub_allowed

INDEX = "model.safetensors.index.json"
# Configuration and vocabularies of every tokenizer there is, and no code.
_SMALL = ("*.json", "*.txt", "*.model", "*.spm", "*.jinja")
_WEIGHTS = ("model.safetensors", "model-*.safetensors", INDEX)
OnBytes = Callable[[int, int], None]  # (bytes so far, bytes in all); what it raises ends the download


def found(name: Named) -> Path | None:
    """The folder of a model that is on this machine already; asks nobody."""
    if name.folder is not None:
        return checked(name.folder)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import IncompleteSnapshotError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name.name, local_files_only=True, allow_patterns=[*_SMALL, *_WEIGHTS]))
    except (LocalEntryNotFoundError, IncompleteSnapshotError):
        return None
    return folder if _weights(folder) and (folder / "config.json").exists() else None


def download_size(name: Named) -> int:
    """How many bytes `fetch` would bring; asks the Hub, and so do its errors."""
    return sum(size for _, size in _listed(name))


def fetch(name: Named, on_bytes: OnBytes) -> Path:
    """Bring a model of the Hub here; raises `ModelError` with the reason why it could not be brought."""
    from huggingface_hub import hf_hub_download

    files = _listed(name)
    total, done, folder = sum(size for _, size in files), 0, None
    for file, size in files:
        get = partial(hf_hub_download, name.name, file, tqdm_class=_progress(done, total, on_bytes))
        path = Path(_asked(name, get))
        done += size
        on_bytes(done, total)
        folder = path if folder is None else folder
    if folder is None:
        raise ModelError("hub_folder", name=name.name)
    return checked(folder.parent)


def checked(folder: Path) -> Path:
    """A folder with safetensors whose every file is its own, else `ModelError`."""
    if not _weights(folder):
        raise ModelError("hub_safetensors", name=str(folder.name))
    return folder


def _weights(folder: Path) -> list[Path]:
    """The weights' files; an index may name only files beside it."""
    if (folder / "model.safetensors").exists():
        return [folder / "model.safetensors"]
    try:
        shards = set(json.loads((folder / INDEX).read_text("utf-8"))["weight_map"].values())
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return []
    if not all(isinstance(shard, str) and Path(shard).name == shard for shard in shards):
        raise ModelError("hub_outside", name=str(folder.name))
    return [folder / shard for shard in shards if (folder / shard).exists()]


def _listed(name: Named) -> list[tuple[str, int]]:
    """The files to fetch with their sizes, config first."""
    from fnmatch import fnmatch

    from huggingface_hub import HfApi

    if not hub_allowed():
        raise ModelError("hub_off", name=name.name)
    info = _asked(name, lambda: HfApi().model_info(name.name, files_metadata=True, timeout=10))
    sizes = {s.rfilename: s.size or 0 for s in info.siblings or ()}
    weights = [file for file in sizes if any(fnmatch(file, p) for p in _WEIGHTS)]
    if "model.safetensors" in weights:  # one file; the shards beside it hold the same
        weights = ["model.safetensors"]
    if "config.json" not in sizes:
        raise ModelError("hub_missing", name=name.name)
    if not any(file.endswith(".safetensors") for file in weights):
        raise ModelError("hub_safetensors", name=name.name)
    small = [f for f in sizes if f not in weights and "/" not in f and any(fnmatch(f, p) for p in _SMALL)]
    small = [f for f in small if f != INDEX and not f.endswith(".index.json")]
    return [(f, sizes[f]) for f in ("config.json", *sorted(set(small) - {"config.json"}), *sorted(weights))]


def _asked(name: Named, ask: Callable[[], Any]) -> Any:
    """What the Hub answers; its refusals, and its silence, as sentences."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        return ask()
    except GatedRepoError as error:  # a kind of "not found": it must come first
        raise ModelError("hub_gated", name=name.name) from error
    except RepositoryNotFoundError as error:
        raise ModelError("hub_missing", name=name.name) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HTTPError, HfHubHTTPError, OSError) as error:
        raise ModelError("hub_offline", name=name.name) from error


def _progress(done: int, total: int, on_bytes: OnBytes) -> type:
    """A progress bar that draws nothing, and passes on how many bytes of all have come."""
    from tqdm.auto import tqdm

    class Heard(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})
            self.bytes = 0

        def update(self, n: float | None = 1) -> bool | None:
            self.bytes += int(n or 0)
            on_bytes(min(done + self.bytes, total), total)
            return None

    return Heard
