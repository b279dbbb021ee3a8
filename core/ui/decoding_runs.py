"""The page Decoding: its runs, kept for whoever asks for the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.measures import Pick, pooled
from core.search import Sampling, Search, Tree
from core.trace import Floats, Trace
from core.ui.running import load, run
from core.ui.waiting import OnStep

if TYPE_CHECKING:
    from core.lab.decoding import Forcing, Timing, Work
    from core.lab.wordwise import Film


@st.cache_data(max_entries=64, show_spinner=False)
def tree(name: str, text: str, width: int, alpha: float, prefix: tuple[int, ...], _on_step: OnStep) -> Tree:
    """All that a beam considered; raises `UserError`."""
    from core.lab import decoding

    return decoding.considered(load(name), text, Search(width, alpha, prefix=prefix), _on_step)


@st.cache_data(max_entries=128, show_spinner=False)
def outcome(name: str, text: str, tokens: tuple[int, ...]) -> Trace:
    """The text read with these tokens as the output, ended or not; raises `UserError`."""
    from core.tracing import trace_output

    return trace_output(load(name), text, tokens)


@st.cache_data(max_entries=64, show_spinner=False)
def drawn(name: str, text: str, tokens: tuple[int, ...], sampling: Sampling, ids: list[list[int]]) -> Floats:
    """What sampling gave to each candidate of each step, [step, candidate]."""
    from core.lab import decoding

    return decoding.drawn_from(load(name), text, tokens, sampling, ids)


def film(trace: Trace, layer: Pick, head: Pick, unit: str) -> Film:
    """The frames of an output, a piece or a word each."""
    from core.lab import wordwise
    from core.tracing import axis

    cross = pooled(trace["cross"], layer, head)
    if unit == "piece":
        return wordwise.by_piece(cross, trace.steps)
    return wordwise.by_word(cross, trace.steps, axis(load(trace.model).tokenizer, written(trace)))


@st.cache_data(max_entries=64, show_spinner=False)
def forcing(name: str, text: str, reference: str, _on_step: OnStep) -> Forcing:
    """A reference under teacher forcing; raises `UserError` for either text."""
    from core.lab import decoding

    return decoding.teacher_forcing(load(name), text, reference, _on_step)


def losses_by_word(found: Forcing) -> Forcing:
    """A loss a word."""
    from core.lab import wordwise

    return wordwise.losses_by_word(found)


def work(name: str, text: str) -> Work:
    """What greedy decoding of this text computes."""
    from core.lab.decoding import Work

    trace = run(name, text)
    if "cross" in trace.kinds:
        return Work(len(trace["cross"].keys), len(trace.steps))
    from core.tracing import read

    return Work(len(read(load(name), text).ids) + 1, len(trace.steps))


def timing(name: str, text: str, runs: int, on_step: OnStep) -> Timing:
    """Measured anew each time it is asked for."""
    from core.lab import decoding

    return decoding.timing(load(name), text, runs, on_step)


def text_of(name: str, tokens: tuple[int, ...]) -> str:
    """An output as people read it."""
    return load(name).tokenizer.decode(tokens)


def written(trace: Trace) -> tuple[int, ...]:
    """The ids of an output, as far as they are known."""
    ids = [step.written.id for step in trace.steps]
    return tuple(i for i in ids if i is not None)
