"""What the server does before the first page is asked for."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
import streamlit as st
from streamlit.web.server.app_discovery import discover_asgi_app

from core.ui import serving

ROOT = Path(__file__).parents[2]


@pytest.fixture
def opened(monkeypatch):
    """The addresses that a browser was opened with."""
    addresses = []
    monkeypatch.setattr(serving, "open_browser", addresses.append)
    return addresses


def begun(monkeypatch, **options) -> None:
    """`begin` in a server with these options, an underscore for a dot."""
    known = {name.replace("_", ".", 1): value for name, value in options.items()}
    ask = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: known.get(name, ask(name)))

    async def start() -> None:
        serving.begin()
        await asyncio.sleep(0)  # what is called soon has been called

    asyncio.run(start())


def test_streamlit_finds_the_app():
    assert discover_asgi_app(ROOT / "app.py").import_string == "app:app"


def test_the_first_connection_sends_at_once(monkeypatch, opened):
    with socket.create_server(("127.0.0.1", 0)) as server:
        begun(monkeypatch, server_headless=True)
        with socket.create_connection(server.getsockname()), server.accept()[0] as first:
            assert first.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert not opened


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ({}, "localhost"),
        ({"server_address": "0.0.0.0"}, "localhost"),
        ({"server_address": "192.0.2.7"}, "192.0.2.7"),
        ({"server_address": "192.0.2.7", "browser_serverAddress": "school.example"}, "school.example"),
    ],
)
def test_a_browser_opens_where_the_server_is(monkeypatch, opened, options, host):
    begun(monkeypatch, server_headless=False, **options)
    assert opened == [f"http://{host}:{st.get_option('server.port')}"]


def test_no_browser_opens_without_an_address(monkeypatch, opened):
    begun(monkeypatch, server_headless=False, server_address="unix:///tmp/headlight.sock")
    assert not opened
