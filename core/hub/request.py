"""How the Hub is spoken to: a model's name goes out and nothing else; each refusal is a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from core.errors import ModelError

Answer = TypeVar("Answer")
CHUNK = 1 << 20  # bytes between two words on how far a download is; it can be stopped at each


def host() -> str:
    """Who is asked: huggingface.co, or the mirror that the environment variable HF_ENDPOINT names."""
    from huggingface_hub import constants

    return urlsplit(constants.ENDPOINT).netloc


def hold_back() -> None:
    """From now on huggingface_hub, which transformers uses too, asks for nothing of its own accord."""
    from huggingface_hub import constants

    constants.HF_HUB_DISABLE_TELEMETRY = True  # else it tells which libraries are here, and fetches a list for that
    constants.HF_HUB_DISABLE_XET = True  # its downloads cannot be stopped, and come from yet another server
    constants.DOWNLOAD_CHUNK_SIZE = CHUNK


def asked(name: str, ask: Callable[[], Answer]) -> Answer:
    """What the Hub answers; raises `ModelError` for what it refuses, and for its silence."""
    from huggingface_hub.errors import GatedRepoError, HTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled
    from huggingface_hub.errors import HfHubHTTPError as Refused
    from huggingface_hub.errors import RepositoryNotFoundError as Missing

    hold_back()
    try:
        return ask()
    except GatedRepoError as error:  # a kind of "not found": it must come first
        raise ModelError("hub_gated", name=name) from error
    except Missing as error:
        raise ModelError("hub_missing", name=name) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HTTPError, Refused, OSError) as error:
        if status := _status(error) or _status(error.__cause__):
            raise ModelError("hub_refused", name=name, status=status) from error
        if getattr(error, "errno", None):  # the disk's, not the network's
            raise ModelError("hub_write", name=name) from error
        raise ModelError("hub_offline", name=name) from error


def _status(error: Any) -> int | None:
    return getattr(getattr(error, "response", None), "status_code", None)
