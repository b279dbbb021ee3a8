"""The typed text once more, with the words marked that its model hardly met: only where there are any."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from core.errors import TextError
from core.shelf import ModelInfo
from core.text import words
from core.text.script import check_script
from core.ui.language import md, t

MOST = 1000  # characters: what is longer no model reads


def echo(info: ModelInfo, text: str) -> None:
    """A model that nobody wrote the words down of says nothing, and so does one that cannot read the script."""
    known = _known(info.folder)
    try:
        check_script(text, info.src)
    except TextError:
        return
    if known is None or len(text) > MOST or not (found := words.unknown(text, known)):
        return
    marked, at = "", 0
    for start, end in found:
        marked += f"{_between(text[at:start])}:gray-background[**{md(text[start:end])}**]"
        at = end
    st.markdown(f"“{marked}{_between(text[at:])}”  \n:small[:gray[{t('echo.unknown', times=words.MET)}]]")


def _between(text: str) -> str:
    """`md` keeps no spaces at the ends."""
    inner = md(text)
    left, right = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{left}{inner}{right}" if inner else left


@lru_cache(32)
def _known(folder: Path) -> frozenset[str] | None:
    return words.load(folder)
