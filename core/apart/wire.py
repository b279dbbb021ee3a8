"""How two processes talk over a pipe: a line of JSON, and after it as many bytes as it says."""

from __future__ import annotations

import json
from typing import IO, Any


def send(pipe: IO[bytes], message: dict[str, Any], data: bytes = b"") -> None:
    """One message, all of it."""
    pipe.write(json.dumps({**message, "bytes": len(data)}).encode() + b"\n" + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """The next message and its bytes; `EOFError` if the other side is gone."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        raise EOFError("the pipe has ended")
    message = json.loads(line)
    data = pipe.read(size := message.pop("bytes"))
    if len(data) != size:
        raise EOFError("the pipe has ended within a message")
    return message, data
