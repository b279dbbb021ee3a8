"""A server's messages are not held back until the one before is acknowledged."""

from __future__ import annotations

import socket
import threading

import pytest

from core.ui.sockets import send_at_once


def held_back(one: socket.socket) -> bool:
    return not one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["IPv4", "IPv6"])
def listening(request):
    """As streamlit opens it: it does not name its protocol, which is why asyncio leaves it alone."""
    family, address = request.param
    with socket.socket(family) as server:
        try:
            server.bind((address, 0))
        except OSError:
            pytest.skip("this machine has no such address")
        server.listen()
        yield server


def accepted(server: socket.socket) -> tuple[socket.socket, socket.socket]:
    client = socket.create_connection(server.getsockname()[:2])
    return client, server.accept()[0]


def test_connections_from_before_and_after_send_at_once(listening):
    before = accepted(listening)
    assert held_back(before[1])
    send_at_once()
    after = accepted(listening)
    assert not held_back(before[1])
    assert not held_back(after[1])
    for one in (*before, *after):
        one.close()


def test_other_sockets_are_left_alone():
    with socket.socket() as closed:
        pass
    left, right = socket.socketpair()
    with left, right, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        send_at_once()
        assert closed.fileno() == -1
        assert datagrams.fileno() >= 0


def test_what_another_thread_is_making_is_left_alone():
    """`tuple` of a generator raises SystemError if, while it grows, anyone else gets hold of it: as `gc` would."""
    stop = threading.Event()

    def again_and_again():
        while not stop.is_set():
            send_at_once()

    beside = threading.Thread(target=again_and_again)
    beside.start()
    try:
        for _ in range(100):
            assert len(tuple(i for i in range(50_000))) == 50_000
    finally:
        stop.set()
        beside.join()
