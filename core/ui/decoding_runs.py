"""The page Decoding: its runs, kept for whoever asks for the same again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.measures import Pick, pooled
from core.search import Sampling, Search, Tree
from core.trace import Axis, Floats, Trace
from core.ui import named
from core.ui.running import load, run
from core.ui.waiting import OnStep

if TYPE_CHECKING:
    from core.lab.decoding import Forcing, Timing, Work
    from core.lab.wordwise import Film


@contextmanager
def _lab(name: str) -> Iterator[tuple[Any, Any]]:
    """The experiments on a model, and the model: a named one has experiments of its own, under the same names."""
    if named.is_named(name):
        from core.hub import decoding as foreign

        with named.using(name) as model:
            yield foreign, model
    else:
        from core.lab import decoding

        yield decoding, load(name)


@st.cache_data(max_entries=64, show_spinner=False)
def tree(name: str, text: str, width: int, alpha: float, prefix: tuple[int, ...], _on_step: OnStep) -> Tree:
    """All that a beam considered; raises `UserError`."""
    with _lab(name) as (lab, model):
        found: Tree = lab.considered(model, text, Search(width, alpha, prefix=prefix), _on_step)
        return found


@st.cache_data(max_entries=64, show_spinner=False)
def drawn(name: str, text: str, tokens: tuple[int, ...], sampling: Sampling, ids: list[list[int]]) -> Floats:
    """What sampling gave to each candidate of each step, [step, candidate]."""
    with _lab(name) as (lab, model):
        found: Floats = lab.drawn_from(model, text, tokens, sampling, ids)
        return found


def film(name: str, trace: Trace, layer: Pick, head: Pick, unit: str) -> Film:
    """The frames of an output, a piece or a word each, with what each looks at in the text."""
    from core.lab import wordwise

    rows = pooled(trace[trace.kinds[-1]], layer, head)  # of a model without a source: what stands before
    if unit == "piece":
        return wordwise.by_piece(rows, trace.steps)
    return wordwise.by_word(rows, trace.steps, _written_axis(name, trace.ids))


@st.cache_data(max_entries=64, show_spinner=False)
def _written_axis(name: str, tokens: tuple[int, ...]) -> Axis:
    if named.is_named(name):
        from core.hub.tracing import written_axis

        with named.using(name) as model:
            return written_axis(model, tokens)
    from core.tracing import axis

    return axis(load(name).tokenizer, tokens)


@st.cache_data(max_entries=64, show_spinner=False)
def forcing(name: str, text: str, reference: str, _on_step: OnStep) -> Forcing:
    """A reference under teacher forcing; raises `UserError` for either text."""
    with _lab(name) as (lab, model):
        found: Forcing = lab.teacher_forcing(model, text, reference, _on_step)
        return found


def losses_by_word(found: Forcing) -> Forcing:
    """A loss a word."""
    from core.lab import wordwise

    return wordwise.losses_by_word(found)


def work(name: str, text: str) -> Work:
    """What greedy decoding of this text computes; of a model with an encoder."""
    from core.lab.decoding import Work

    trace = run(name, text)
    if "cross" in trace.kinds:
        return Work(len(trace["cross"].keys), len(trace.steps))
    from core.tracing import read

    return Work(len(read(load(name), text).ids) + 1, len(trace.steps))


def timing(name: str, text: str, runs: int, on_step: OnStep) -> Timing:
    """Measured anew each time it is asked for."""
    with _lab(name) as (lab, model):
        found: Timing = lab.timing(model, text, runs, on_step)
        return found


def text_of(name: str, tokens: tuple[int, ...]) -> str:
    """An output as people read it."""
    if named.is_named(name):
        from core.hub.decoding import text_of as foreign

        with named.using(name) as model:
            return foreign(model, tokens)
    return load(name).tokenizer.decode(tokens)


@st.cache_data(max_entries=64, show_spinner=False)
def given(name: str, text: str) -> int:
    """How many steps of a run wrote the text itself: a model without an encoder goes on with it."""
    if not named.is_named(name):
        return 0
    from core.hub.decoding import given as counted

    with named.using(name) as model:
        return counted(model, text)
