"""When many people are here, models run in a process of their own (core/apart): for a few it costs too much memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import streamlit as st
from streamlit import runtime

from core.apart import Apart

MANY = 4  # sessions since the server started; the fourth starts the process, which is ready some seconds later


@dataclass
class _Here:
    sessions: int = 0
    apart: Apart | None = None
    door: threading.Lock = field(default_factory=threading.Lock)  # sessions may come together


@st.cache_resource(show_spinner=False)
def _here() -> _Here:
    """Shared by all sessions."""
    return _Here()


def count_session() -> None:
    """On every run of the app: has somebody new come?"""
    if "counted" in st.session_state:
        return
    st.session_state.counted = True
    here = _here()
    with here.door:
        here.sessions += 1
        # In a test of one page the runtime only pretends to be one.
        if here.sessions >= MANY and type(runtime.get_instance()) is runtime.Runtime:
            here.apart = here.apart if here.apart and not here.apart.gone else Apart()


def apart() -> Apart | None:
    """The other process, if there is one and it is ready."""
    found = _here().apart
    return found if found and found.ready else None
