"""Garbage collection that stays short, whatever has been loaded.

Streamlit collects after every rerun of every session, and a collection takes as long as there are objects to look
through: 5 ms with the first page, 60 ms once a class has opened a few others, and all other sessions wait meanwhile.
`gc.freeze` takes what is there out of later collections. What is loaded after it makes them long again; so whenever
one has been long, what it left is frozen, too. Now and then all of it is looked through: some is garbage by then.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from typing import Any

LONG = 0.012  # seconds of the processor that a collection may take
REST, ALL = 5.0, 600.0  # seconds, at least: from one freezing to the next, and between two looks through everything


def keep_short() -> Callable[[], None]:
    """Freeze what is there, and watch the collections from now on; what is given back ends that."""
    stop = threading.Event()
    watch = _Watch()
    _look_through()
    gc.callbacks.append(watch)
    threading.Thread(target=_freeze_again, args=(watch, stop), daemon=True).start()

    def end() -> None:
        gc.callbacks.remove(watch)
        stop.set()
        watch.long.set()

    return end


class _Watch:
    """One of `gc.callbacks`: is a full collection long?"""

    def __init__(self) -> None:
        self.long = threading.Event()
        self.began = 0.0

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        """Both calls of a collection come in the thread that collects."""
        if info["generation"] < 2:
            return
        if phase == "start":
            self.began = time.thread_time()
        elif time.thread_time() - self.began > LONG:
            self.long.set()


def _freeze_again(watch: _Watch, stop: threading.Event) -> None:
    looked = time.monotonic()
    while watch.long.wait() and not stop.is_set():
        if time.monotonic() - looked > ALL:
            _look_through()
            looked = time.monotonic()
        gc.freeze()
        watch.long.clear()
        stop.wait(REST)


def _look_through() -> None:
    gc.unfreeze()
    gc.collect()
    gc.freeze()
