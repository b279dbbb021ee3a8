"""What a named model reads beside the sentence, or in its place: a second text, a picture."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st

from core.errors import TextError
from core.shelf import ModelInfo
from core.ui.keeping import keep
from core.ui.language import md, t
from core.ui.named import SEERS, Beside, is_named

KINDS = ("png", "jpg", "jpeg")
SMALL = 160  # pixels of the longer side of the picture on the page


def second_text() -> str:
    """A pair's second text; the link holds it."""
    keep("anymodel.pair")
    typed: str = st.text_input(
        t("anymodel.pair"), key="anymodel.pair", bind="query-params", help=t("anymodel.pair.help")
    )
    return typed.strip()


def chosen_picture() -> Beside | None:
    """A picture that this session has chosen, here or on another page; the file is asked for where there is none."""
    file = st.file_uploader(t("anymodel.picture"), KINDS, key="anymodel.picture")
    if file is not None:
        st.session_state["named.picture"] = Beside(picture=file.getvalue(), name=file.name)
    found: Beside | None = st.session_state.get("named.picture")
    if found:
        _shown(found)
    return found


def _shown(chosen: Beside) -> None:
    from core.hub.vision import thumbnail

    with st.container(horizontal=True, vertical_alignment="center"):
        with suppress(TextError):  # no picture: the run says so
            st.image(thumbnail(chosen.picture, SMALL), alt=chosen.name)
        st.caption(t("anymodel.picture.shown", name=md(chosen.name)), width="stretch")


def second_beside(first: ModelInfo[Any], info: ModelInfo[Any], of_first: Beside) -> Beside | None:
    """What a second model on the same page reads: the same pair, the same picture; asked for if the first has none."""
    both_named = is_named(first.name) and is_named(info.name)
    alike = both_named and (first.architecture in SEERS) == (info.architecture in SEERS)
    return of_first if alike else beside(info)


def beside(info: ModelInfo[Any]) -> Beside | None:
    """Ask for what this model reads beside the sentence; None while a picture is wanted and there is none."""
    if info.architecture in SEERS:
        return chosen_picture()
    return Beside(second_text()) if is_named(info.name) else Beside()
