"""The path: where the person is on it, the bar that says so above each page, and the way from step to step."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from core.tour import STEPS, Step, beside, chapter, number
from core.ui.language import language, md, t

AT, GO, SEEN = "tour.at", "tour.go", "tour.seen"
LINK = "path"  # what the link calls it


def at() -> Step | None:
    """The step the person is at; a link may begin with one."""
    if AT not in st.session_state:
        asked = st.query_params.get(LINK, "")
        st.session_state[AT] = asked if asked in STEPS else ""
    return STEPS.get(st.session_state[AT])


def seen() -> set[str]:
    """The steps that this session has been shown."""
    found: set[str] = st.session_state.setdefault(SEEN, set())
    return found


def forget() -> None:
    """In a callback: begin anew."""
    st.session_state[AT], st.session_state[SEEN] = "", set()


def go(name: str) -> None:
    """In a callback: to this step, its page in the state that it needs; an empty name leaves the path."""
    st.session_state[AT] = name
    if name:
        st.session_state.update(STEPS[name].state)  # over what was chosen there before
        st.session_state[GO] = True


def follow() -> None:
    """Open the page that a callback has asked for. Before anything of the old page is drawn."""
    step = at()
    if st.session_state.pop(GO, False) and step:
        st.switch_page(f"pages/{step.page}.py", query_params={**step.state, LINK: step.name, "lang": language()})
    if step:
        st.query_params[LINK] = step.name
    elif LINK in st.query_params:
        del st.query_params[LINK]


def bar(page: str) -> None:
    """What the step shows and asks, and the ways on; nothing for those who are not on the path."""
    step = at()
    if step is None or page == "start":
        return
    with st.container(border=True, key="tour", gap="xsmall"):
        if step.page == page:
            seen().add(step.name)
            chapter_name = t(f"tour.chapter.{chapter(step.name)}")
            _ways(step, t("tour.place", chapter=chapter_name, n=number(step.name), of=len(STEPS)), there=True)
            said = {part: md(t(f"tour.{step.name}.{part}")) for part in ("title", "look", "ask")}
            st.markdown(f"**{said['title']}** — {said['look']}  \n🤔 *{said['ask']}*")
        else:
            _ways(step, t("tour.strayed", n=number(step.name), page=t(f"{step.page}.nav")), there=False)


def _ways(step: Step, place: str, there: bool) -> None:
    before, after = beside(step.name, -1), beside(step.name, 1)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(place, width="stretch")
        if not there:
            st.button(t("tour.return"), key="tour.return", icon="↩️", type="primary", on_click=go, args=(step.name,))
        elif before:
            st.button(t("tour.back"), key="tour.back", icon="⬅️", on_click=go, args=(before.name,))
        if there and after:
            st.button(t("tour.next"), key="tour.next", icon="➡️", type="primary", on_click=go, args=(after.name,))
        overview_link("tour.end")
        st.button("✕", key="tour.leave", type="tertiary", help=t("tour.leave"), on_click=go, args=("",))


def overview_link(label: str) -> None:
    """To the page that lists the path; `label` is the key of its text."""
    with suppress(StreamlitPageNotFoundError):  # a page that runs alone has no others
        st.page_link("pages/start.py", label=t(label), icon="🧭", query_params={"lang": language()})
