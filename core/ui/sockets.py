"""Small messages leave at once."""

from __future__ import annotations

import contextlib
import gc
import socket


def send_at_once() -> None:
    """Set TCP_NODELAY on every TCP socket of this process; a connection inherits it from the socket that listens.

    A click is answered in several small messages. Nagle's algorithm holds the second back until the first is
    acknowledged, and the other side acknowledges late: 40 ms for nothing. asyncio turns it off only for sockets
    that name their protocol, and streamlit's (1.67) does not; streamlit and uvicorn have no option for it, and keep
    the socket to themselves.
    """
    for thing in gc.get_objects():
        # Not isinstance: it would wake whatever lazy object claims a class of its own.
        if type(thing) is socket.socket and _tcp(thing):
            with contextlib.suppress(OSError):  # its other end has just gone
                thing.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _tcp(one: socket.socket) -> bool:
    is_open = one.fileno() >= 0
    return is_open and one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM
