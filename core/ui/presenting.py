"""Presenting: large type and no chrome, keys along the path, and a QR code that opens the same view."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import streamlit as st

from core.components.presenter import WORDS, Press, presenter
from core.tour import STEPS, beside, number
from core.ui import tour
from core.ui.language import t, texts

ON, ASKED = "present", "present.asked"
STYLE = Path(__file__).parent.parent.parent / "assets" / "present.css"
NOWHERE = "192.0.2.1"  # an address kept for documentation (RFC 5737): nothing is sent to it


def presenting() -> bool:
    """Is this session presenting? A link may say so."""
    if ON not in st.session_state:
        st.session_state[ON] = st.query_params.get(ON) == "on"
    return bool(st.session_state[ON])


def wide(width: int) -> int:
    """Pixels of a box: its words are larger while presenting."""
    return round(1.6 * width) if presenting() else width


def start_button() -> None:
    """At the foot of a page."""
    if not presenting():
        st.button(
            t("present.start"), key="present.start", icon="🖥️", help=t("present.help"), on_click=_set, args=(True,)
        )


def present(page: str) -> None:
    """After the page: take away what is not the page, and add the controls."""
    if not presenting():
        st.query_params.pop(ON, None)
        return
    st.query_params[ON] = "on"
    st.html("<style>" + STYLE.read_text("utf-8") + "</style>")
    asked = for_others(str(st.session_state.pop(ASKED, "")))
    drawn: tuple[str, ...] = ()
    if asked:
        from core.qr import code

        drawn = code(asked)
    step = tour.at()
    place = t("present.place", n=number(step.name), of=len(STEPS)) if step else ""
    presenter(
        place=place, code=drawn, address=asked, alone=_is_here(urlsplit(asked).hostname or ""),
        words=texts(WORDS), key="presenter", on_press=lambda press: _move(press, page),
        on_asked=lambda address: st.session_state.update({ASKED: address}),
    )  # fmt: skip


def _set(on: bool) -> None:
    st.session_state[ON] = on


def _move(press: Press, page: str) -> None:
    """Along the path; who is not on it enters it where it passes this page, else at its beginning."""
    if press == "leave":
        _set(False)
        return
    step = tour.at()
    here = step.name if step else next((one.name for one in STEPS.values() if one.page == page), "")
    target = beside(here, 1 if press == "next" else -1) if here else next(iter(STEPS.values()))
    if target:
        tour.go(target.name)


def for_others(address: str) -> str:
    """The same view for those who look on: not presenting, and by this machine's name in its network."""
    if not address:
        return ""
    parts = urlsplit(address)
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != ON]
    host = parts.netloc
    if _is_here(parts.hostname or "") and (found := _in_the_network()):
        host = found if parts.port is None else f"{found}:{parts.port}"
    return urlunsplit((parts.scheme, host, parts.path, urlencode(query), ""))


def _is_here(host: str) -> bool:
    """Does the name lead every machine to itself?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _in_the_network() -> str:
    """This machine's address as others know it; empty where there is no network. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        try:
            found.connect((NOWHERE, 9))
            host = str(found.getsockname()[0])
        except OSError:
            return ""
    return "" if _is_here(host) else host
