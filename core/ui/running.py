"""Models and runs, cached over all sessions. The model runs once per text."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from core import samples
from core.apart import GoneError
from core.search import Sampling, Search
from core.shelf import ModelInfo
from core.trace import Trace
from core.ui import named
from core.ui.collecting import keep_short
from core.ui.many import apart
from core.ui.named import Beside
from core.ui.remembering import Remembered
from core.ui.waiting import OnStep, attempt

if TYPE_CHECKING:
    from core.models import Model


# Searches side by side only take the processor's caches from each other: in turn, all of them are done sooner.
_ONE_AT_A_TIME = threading.Lock()
MOST, STEP = 300_000_000, 3_000  # bytes of runs that are kept; of a step with its ten candidates


@st.cache_resource(max_entries=8, show_spinner=False)  # the page Alignment has five at once
def load(name: str) -> Model:
    """A model and its weights, one copy for all sessions."""
    import torch

    from core.models import load_model

    torch.set_num_threads(1)  # each request thread would build a pool of its own
    return load_model(name)


def run(
    name: str,
    text: str,
    beam: int = 1,
    chosen: int = 0,
    sampling: Sampling | None = None,
    prefix: tuple[int, ...] = (),
    on_step: OnStep | None = None,
    beside: Beside = named.NOTHING,
) -> Trace:
    """Everything a model did with a text; raises `UserError`. `on_step` hears how far it is, and changes no answer.

    beside: what a named model reads with the text, or in its place.
    """
    search = Search(beam, sampling=sampling, prefix=prefix)
    if named.is_named(name):
        return named.run(name, text, search, chosen, beside, _on_step=on_step or _unheard)
    if search == Search() and (found := samples.stored(name, text)):
        return found
    return _remembered((name, text, search, chosen), lambda: _run(name, text, search, chosen, on_step or _unheard))


def _run(name: str, text: str, search: Search, chosen: int, on_step: OnStep) -> Trace:
    if other := apart():
        with suppress(GoneError):
            return other.trace(name, text, search, chosen, on_step)
    from core.tracing import trace

    return trace(load(name), text, search, chosen, on_step)


def forced(name: str, text: str, tokens: tuple[int, ...]) -> Trace:
    """The run of a text whose output is given, ended or not; raises `UserError`."""
    if named.is_named(name):
        return named.forced(name, text, tokens)

    def make() -> Trace:
        from core.tracing import trace_output

        return trace_output(load(name), text, tokens)

    return _remembered((name, text, tokens), make)


@st.cache_resource(show_spinner=False)
def _runs() -> Remembered[Trace]:
    return Remembered(MOST, size)


def size(trace: Trace) -> int:
    """About how many bytes a run takes: of a network without attention it has steps and no map."""
    return trace.nbytes + STEP * (1 + len(trace.steps))


def _remembered(key: Hashable, make: Callable[[], Trace]) -> Trace:
    if found := _runs().get(key):
        return found
    with _ONE_AT_A_TIME:
        if found := _runs().get(key):  # somebody asked for the same while this one waited
            return found
        found = make()
        for one in found.maps:
            one.weights.flags.writeable = False  # all sessions have the same one
        return _runs().put(key, found)


def _unheard(step: int, limit: int) -> None:
    pass


def run_or_say(
    info: ModelInfo,
    text: str,
    beam: int = 1,
    chosen: int = 0,
    sampling: Sampling | None = None,
    prefix: tuple[int, ...] = (),
    beside: Beside = named.NOTHING,
) -> Trace | None:
    """The run, or a sentence on the page that says why there is none; a long one shows how far it is."""
    return attempt(
        lambda heard: run(info.name, text, beam, chosen, sampling, prefix, heard, beside),
        f"run {info.name} {beam} {sampling} {prefix} {beside.pair} {beside.name} {hash(beside.picture)} {text}",
    )


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Beside the first page, not before it: import pandas and torch. Then keep all of it out of garbage collection."""

    def work() -> None:
        time.sleep(3)  # the first picture is being drawn; importing would take the processor from it
        import pandas  # noqa: F401 - for tables

        import core.tracing  # noqa: F401

        keep_short()

    threading.Thread(target=work, daemon=True).start()
