"""The process that runs models: reads requests from its standard input until that ends."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from queue import SimpleQueue
from typing import IO, Any

import torch

from core.apart.wire import receive, send
from core.errors import StopError, UserError
from core.models import Model, load_model
from core.search import Sampling, Search
from core.tracing import trace

BEAT = 0.1  # seconds between two words about how far a run is


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Answer each request with steps and then a trace, an error, or that it was stopped.

    A defect ends the process; whoever asked runs the model itself, and sees the defect there.
    """
    requests: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    stop = threading.Event()
    threading.Thread(target=_listen, args=(source, requests, stop), daemon=True).start()
    send(sink, {"ready": True})
    while request := requests.get():
        stop.clear()  # one that came after its run had ended
        send(sink, *_answer(request, _beat(sink, stop)))


def _listen(source: IO[bytes], requests: SimpleQueue[dict[str, Any] | None], stop: threading.Event) -> None:
    try:
        while True:
            message, _ = receive(source)
            if "stop" in message:
                stop.set()
            else:
                requests.put(message)
    except EOFError:
        stop.set()
        requests.put(None)


def _beat(sink: IO[bytes], stop: threading.Event) -> Callable[[int, int], None]:
    last = time.monotonic()

    def heard(step: int, limit: int) -> None:
        nonlocal last
        if stop.is_set():
            raise StopError
        if time.monotonic() - last >= BEAT:
            last = time.monotonic()
            send(sink, {"step": [step, limit]})

    return heard


def _answer(request: dict[str, Any], on_step: Callable[[int, int], None]) -> tuple[dict[str, Any], bytes]:
    wanted = request["search"]
    sampling = Sampling(**wanted["sampling"]) if wanted["sampling"] else None
    search = Search(**{**wanted, "sampling": sampling, "prefix": tuple(wanted["prefix"])})
    try:
        found = trace(_model(request["model"]), request["text"], search, request["chosen"], on_step)
        return {}, found.to_npz(small=False)
    except StopError:
        return {"stopped": True}, b""
    except UserError as error:
        return {"error": type(error).__name__, "code": error.code, "values": error.values}, b""


@cache
def _model(name: str) -> Model:
    """One copy of each model on the shelf."""
    return load_model(name)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the app, and ends this with it
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the messages
    torch.set_num_threads(1)
    gc.freeze()
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
