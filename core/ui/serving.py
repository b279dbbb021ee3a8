"""What the server does once, before the first page is asked for."""

from __future__ import annotations

import asyncio

import streamlit as st
from streamlit.cli_util import open_browser
from streamlit.web.server.server_util import get_display_address, get_url

from core.ui.sockets import send_at_once


def begin() -> None:
    """Of the first visit's seventy files none waits for the browser to acknowledge its header (40 ms each, some at a
    time); and a browser opens, which `streamlit run` does by itself only for an app without a beginning."""
    send_at_once()
    if not st.get_option("server.headless") and (host := _host()):
        asyncio.get_running_loop().call_soon(open_browser, get_url(host))


def _host() -> str:
    """As the browser of this machine names the server; "" where it listens to no address."""
    bound, named = st.get_option("server.address") or "", st.get_option("browser.serverAddress")
    if bound.startswith("unix:"):
        return ""
    return get_display_address(bound) if bound and named == "localhost" else named
