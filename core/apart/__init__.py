"""Runs in a process of its own: pages and models do not wait for the same interpreter lock.

`Apart` is the side that asks, without torch; `python -m core.apart` is the side that runs the models.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from core.apart.asking import ask
from core.apart.wire import receive
from core.search import Search
from core.shelf import shelf
from core.trace import Trace

__all__ = ["Apart", "GoneError"]

ROOT = Path(__file__).parent.parent.parent


class GoneError(Exception):
    """The process has ended; whoever asked has to run the model itself."""


class Apart:
    """The other process. It takes one text after the other: whoever asks has to see to that.

    `ready` turns true once it has loaded what it needs, `gone` when it has ended. It ends with this process.
    """

    def __init__(self) -> None:
        self.ready = self.gone = False
        here = {**os.environ, "HEADLIGHT_MODELS": str(shelf().resolve())}  # it may be relative to another folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=ROOT, env=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin  # for the type checker: both are pipes
        assert self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        threading.Thread(target=self._greet, daemon=True).start()

    def _greet(self) -> None:
        try:
            receive(self._from)
            self.ready = True
        except EOFError:
            self.close()

    def trace(self, name: str, text: str, search: Search, chosen: int, on_step: Callable[[int, int], None]) -> Trace:
        """What `core.tracing.trace` gives for an installed model, and what it raises; `GoneError` if nobody answers.

        `on_step` hears how far it is, now and then; its `StopError` ends the run.
        """
        request = {"model": name, "text": text, "search": asdict(search), "chosen": chosen}
        try:
            return ask(self._to, self._from, request, on_step)
        except (EOFError, OSError) as error:
            self.close()
            raise GoneError from error

    def close(self) -> None:
        """End the process, if it has not ended."""
        self.ready, self.gone = False, True
        self._process.kill()
        self._process.wait()
