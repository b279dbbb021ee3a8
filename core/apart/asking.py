"""One question to the other process, until it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any

from core.apart.wire import receive, send
from core.errors import ModelError, StopError, TextError, UserError
from core.trace import Trace

_ERRORS = {error.__name__: error for error in (UserError, TextError, ModelError)}


def ask(to: IO[bytes], source: IO[bytes], request: dict[str, Any], on_step: Callable[[int, int], None]) -> Trace:
    """The trace, or what `core.tracing.trace` raised there; `EOFError` or `OSError` if the other side goes away.

    `on_step` hears how far it is. When it raises `StopError`, the other side is told, and has answered before this
    raises it, too: the next question finds nothing left in the pipe.
    """
    send(to, request)
    stopped = False
    while True:
        said, data = receive(source)
        if "step" in said:
            try:
                on_step(*said["step"])
            except StopError:
                if not stopped:
                    send(to, {"stop": True})
                stopped = True
        elif stopped or "stopped" in said:
            raise StopError
        elif "error" in said:
            raise _ERRORS[said["error"]](said["code"], **said["values"])
        else:
            return Trace.from_npz(data)
