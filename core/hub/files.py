"""The files of a named model: those of a folder, or fetched from the Hub, the one thing that leaves the machine.

Weights are taken from safetensors only: a pickle may run whatever its author likes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.hub.loading import fits_memory
from core.hub.naming import Named, hub_allowed
from core.hub.request import asked, hold_back

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

    hold_back()
    try:
        folder = Path(snapshot_download(name.name, local_files_only=True, allow_patterns=[*_SMALL, *_WEIGHTS]))
    except (LocalEntryNotFoundError, IncompleteSnapshotError):
        return None
    return folder if _weights(folder) and (folder / "config.json").exists() else None


def download_size(name: Named) -> int:
    """How many bytes `fetch` would bring; asks the Hub. Raises `ModelError` for what has no room here, too."""
    size = sum(size for _, size in _listed(name))
    if size > (free := _free()):
        raise ModelError("hub_disk", name=name.name, needed=f"{size / 1e9:.1f}", there=f"{free / 1e9:.1f}")
    return size


def fetch(name: Named, on_bytes: OnBytes) -> Path:
    """Bring a model of the Hub here; raises `ModelError` with the reason why it could not be brought."""
    from huggingface_hub import hf_hub_download

    files = _listed(name)
    total, done, folder = sum(size for _, size in files), 0, None
    for file, size in files:
        get = partial(hf_hub_download, name.name, file, tqdm_class=_progress(done, total, on_bytes), token=False)
        path = Path(asked(name.name, get))
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
    from huggingface_hub import HfApi

    if not hub_allowed():
        raise ModelError("hub_off", name=name.name)
    # No token of this machine's owner: whoever sits at the page has not agreed to a gated model's terms.
    ask = partial(HfApi().model_info, name.name, files_metadata=True, timeout=10, token=False)
    info = asked(name.name, ask)
    sizes = {s.rfilename: s.size or 0 for s in info.siblings or ()}
    weights = [file for file in sizes if _among(file, _WEIGHTS)]
    if "model.safetensors" in weights:  # one file; the shards beside it hold the same
        weights = ["model.safetensors"]
    if "config.json" not in sizes:
        raise ModelError("hub_no_model", name=name.name)
    if not any(file.endswith(".safetensors") for file in weights):
        raise ModelError("hub_safetensors", name=name.name)
    if info.gated:
        raise ModelError("hub_gated", name=name.name)
    fits_memory(name.name, _bytes(info) or sum(sizes[file] for file in weights))
    small = [f for f in sizes if f not in weights and "/" not in f and _among(f, _SMALL)]
    small = [f for f in small if f != INDEX and not f.endswith(".index.json")]
    return [(f, sizes[f]) for f in ("config.json", *sorted(set(small) - {"config.json"}), *sorted(weights))]


def _among(file: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(file, pattern) for pattern in patterns)


def _bytes(info: Any) -> int:
    """Of the weights in single precision, where the Hub has counted them."""
    counted = getattr(info, "safetensors", None)
    return 4 * int(counted.total) if counted else 0


def _free() -> int:
    """Room for downloads on this machine's disk, in bytes."""
    from huggingface_hub import constants

    place = Path(constants.HF_HUB_CACHE)
    return shutil.disk_usage(next(path for path in (place, *place.parents) if path.exists())).free


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
