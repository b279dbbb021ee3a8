"""Bound widgets keep what came by a link."""

from __future__ import annotations

import streamlit as st


def keep(key: str) -> None:
    """Before a widget bound to the link: say its value anew.

    What came by a link, and was not changed since, the browser would forget on the way to another page.
    """
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]
