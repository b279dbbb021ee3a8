"""A wait that says how far it is, and that can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import ParamSpec, TypeVar

import streamlit as st

from core.errors import StopError, UserError
from core.ui.language import md, t, why

Found = TypeVar("Found")
P = ParamSpec("P")
OnStep = Callable[[int, int], None]  # (step, limit)
HEAD_START = 0.8  # seconds
PATIENCE, TICK = 0.4, 0.1  # seconds until a wait is shown, and between two looks at it


def let_draw() -> None:
    """Once a session: a moment for the browser to draw what it was sent, before it gets a Plotly chart.

    Reading Plotly keeps a browser busy for one or two seconds, in which it draws nothing else.
    """
    if "let_draw" not in st.session_state:
        st.session_state.let_draw = True
        time.sleep(HEAD_START)


def attempt(work: Callable[[OnStep], Found], name: str, *, step: str = "run.step") -> Found | None:
    """What `work` gives, or None and a sentence on the page: why there is nothing, or that the person stopped it.

    The work runs beside the script, and calls back after each step. `name` tells it from the page's other works,
    and from the same work on another text: a work that was stopped is not begun again by itself. `step` is the key of
    the text that says how far it is.
    """
    stopped = f"stopped {name}"
    if stopped in st.session_state:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(t("run.stopped"))
            st.button(t("run.again"), key=f"again {name}", on_click=st.session_state.pop, args=(stopped,))
        return None
    try:
        return _watched(work, name, step, lambda: st.session_state.update({stopped: True}))
    except UserError as error:
        say = st.info if error.code == "empty" else st.warning
        say(why(error))
        return None


def tried(run: Callable[P, Found], *args: P.args, **kwargs: P.kwargs) -> Found | None:
    """A short run, or a sentence on the page that says why there is none; of several lines, which one is meant."""
    try:
        with st.spinner(t("run.busy"), show_time=True):
            return run(*args, **kwargs)
    except UserError as error:
        line = md(t("masks.line", n=error.values["line"])) if "line" in error.values else ""
        (st.info if error.code == "empty" else st.warning)(f"{line} {why(error)}".strip())
        return None


def _watched(work: Callable[[OnStep], Found], name: str, said: str, on_stop: Callable[[], None]) -> Found:
    """Whatever interrupts the script while it waits here (a stop, another sentence) also ends the work."""
    at, going = (0, 0), True

    def heard(step: int, limit: int) -> None:
        nonlocal at
        at = (step, limit)
        if not going:
            raise StopError

    place, pool = st.empty(), ThreadPoolExecutor(1)
    try:
        future = pool.submit(work, heard)
        if not _done(future, PATIENCE):
            with place.container(horizontal=True, vertical_alignment="center"):
                bar = st.progress(0.0, t("run.busy"))
                st.button(t("run.stop"), key=f"stop {name}", on_click=on_stop)
            while not _done(future, TICK):
                step, limit = at
                bar.progress(step / (limit or 1), t(said, step=step, limit=limit) if step else t("run.busy"))
    finally:
        going = False
        pool.shutdown(wait=False)
    place.empty()
    return future.result()


def _done(future: Future[Found], seconds: float) -> bool:
    return bool(wait([future], seconds).done)
