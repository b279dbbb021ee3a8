"""Small messages leave at once."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

OPEN_FILES = Path("/dev/fd")  # on Linux and macOS; Windows has none


def send_at_once() -> None:
    """Set TCP_NODELAY on every TCP socket of this process; a connection inherits it from the socket that listens.

    A click is answered in several small messages. Nagle's algorithm holds the second back until the first is
    acknowledged, and the other side acknowledges late: 40 ms for nothing. asyncio turns it off only for sockets
    that name their protocol, and streamlit's (1.67) does not; streamlit and uvicorn have no option for it, and keep
    the socket to themselves. So the operating system is asked for it. (Not the garbage collector: a tuple that another
    thread is still filling must not be seen by anyone, or Python raises SystemError there.)
    """
    for number in _numbers():
        with contextlib.suppress(OSError), _opened_again(number) as one:  # it has been closed, or its other end has
            if one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _numbers() -> Iterator[int]:
    """The file descriptors that are sockets."""
    for name in os.listdir(OPEN_FILES) if OPEN_FILES.is_dir() else ():
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                yield int(name)


def _opened_again(number: int) -> socket.socket:
    """Another descriptor of the same socket, to be closed without closing it; kind and family are the system's word."""
    copy = os.dup(number)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
