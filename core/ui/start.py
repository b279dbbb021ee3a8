"""The page Start here: the ways on from it, and the path as a list."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from core.tour import CHAPTERS, STEPS, number
from core.ui import tour
from core.ui.language import language, t

COLUMNS = (("before", "attention"), ("transformer",), ("descendants", "check"))  # of like height


def ways() -> None:
    """Where one may go from here, the path first."""
    step = tour.at()
    first = step.name if step else next(iter(STEPS))
    label = t("start.on", n=number(first), title=t(f"tour.{first}.title")) if step else t("start.begin")
    st.button(label, key="start.begin", icon="🧭", type="primary", help=t("start.begin.help", of=len(STEPS)),
              on_click=tour.go, args=(first,))  # fmt: skip
    st.caption(t("start.begin.help", of=len(STEPS)))
    with suppress(StreamlitPageNotFoundError):  # a page that runs alone has no others
        for target, text, icon in (("heads", "start.look", "🔦"), ("quiz", "start.check", "🙈")):
            label = f"{t(text)}: {t(f'{target}.nav')}"
            st.page_link(f"pages/{target}.py", label=label, icon=icon, query_params={"lang": language()})


def path() -> None:
    """All steps by chapter; those that were seen are marked."""
    seen = tour.seen()
    st.subheader(t("start.path"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("start.seen", seen=len(seen), of=len(STEPS)), width="content")
        if seen:
            st.button(t("start.forget"), key="start.forget", type="tertiary", on_click=tour.forget)
    with st.container(key="steps"):
        for column, chapters in zip(st.columns(len(COLUMNS), gap="medium"), COLUMNS, strict=True):
            with column:
                for chapter in chapters:
                    _chapter(chapter, seen)


def _chapter(chapter: str, seen: set[str]) -> None:
    st.markdown(f"**{t(f'tour.chapter.{chapter}')}**")
    with st.container(gap=None):
        for step in CHAPTERS[chapter]:
            name = f"{number(step.name)}. {t(f'tour.{step.name}.title')}"
            st.button(name, key=f"start.{step.name}", icon="✅" if step.name in seen else "▫️", type="tertiary",
                      on_click=tour.go, args=(step.name,))  # fmt: skip
