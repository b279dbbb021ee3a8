"""The person's language, and text that is safe to show."""

from __future__ import annotations

import re

import streamlit as st

from core import i18n
from core.errors import UserError

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=^@/\"'])")


def language() -> str:
    """The link's (`?lang=ko`), else the one chosen, else the browser's."""
    chosen = st.session_state.get("language")  # asked once: every text on the page comes by here
    if chosen is None:
        asked = st.query_params.get("lang")
        chosen = st.session_state.language = asked if asked in i18n.LANGUAGES else i18n.preferred(st.context.locale)
    return str(chosen)


def t(key: str, /, **values: object) -> str:
    """The text of `key`. Values go in as they are: put user text through `md` first."""
    return i18n.translate(language(), key, **values)


def texts(keys: tuple[str, ...]) -> dict[str, str]:
    """Texts with their places unfilled, for a component that fills them in the browser."""
    catalog = i18n.catalog(language())
    return {key: catalog[key] for key in keys}


def md(text: str) -> str:
    """User text inside Markdown: nothing in it is obeyed, neither link nor formula nor colour."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def why(error: UserError) -> str:
    """What went wrong, as a sentence for Markdown."""
    return md(i18n.sentence(language(), error))


def language_picker() -> None:
    """In the sidebar; remembered in a key of no widget, which a page switch would reset."""

    def choose() -> None:
        st.session_state.language = st.session_state.language_picker

    st.session_state.language_picker = language()
    st.sidebar.selectbox(
        "언어 · Language",
        list(i18n.LANGUAGES),
        format_func=i18n.LANGUAGES.__getitem__,
        key="language_picker",
        on_change=choose,
    )
    if st.query_params.get("lang") != language():
        st.query_params["lang"] = language()
