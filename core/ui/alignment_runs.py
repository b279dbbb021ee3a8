"""The page Alignment: its runs, cached over all sessions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from core.errors import UserError
from core.shelf import ModelInfo, same_pieces
from core.trace import Trace
from core.ui import running
from core.ui.running import load, run
from core.ui.waiting import OnStep

if TYPE_CHECKING:
    from core.lab.alignment import Bottleneck, Looks
    from core.lab.sequential import Growth
    from core.trace import Floats

Fault = tuple[str, tuple[tuple[str, str | int | float], ...]]  # code and values of a `UserError`


class Found(NamedTuple):
    """traces: name and run of those that could; failed: name and reason of the others."""

    traces: tuple[tuple[str, Trace], ...]
    failed: tuple[tuple[str, Fault], ...]


class Target(NamedTuple):
    """A text to be written. tokens: its very pieces, where one of `known` wrote it; others cut it themselves."""

    text: str
    tokens: tuple[int, ...] = ()
    known: tuple[str, ...] = ()


def written(trace: Trace, infos: Iterable[ModelInfo]) -> Target:
    """What a model wrote, piece by piece for all that cut text as it does."""
    infos = list(infos)
    author = next(info for info in infos if info.name == trace.model)
    return Target(trace.tgt_text.strip(), trace.ids, tuple(info.name for info in infos if same_pieces(author, info)))


def all_of(names: tuple[str, ...], text: str, target: Target | None, heard: OnStep) -> Found:
    """Each model's run, with its own output, or with `target` where there is one. Raises where none can."""
    traces, failed, first = [], [], None
    for i, name in enumerate(names):
        heard(i, len(names))
        try:
            traces.append((name, forced(name, text, target) if target else run(name, text)))
        except UserError as error:
            first = first or error
            failed.append((name, (error.code, tuple(error.values.items()))))
    if first and not traces:
        raise first
    return Found(tuple(traces), tuple(failed))


def forced(name: str, text: str, target: Target) -> Trace:
    """The run of a text whose output is given; raises `UserError`."""
    known = target.tokens and name in target.known
    return running.forced(name, text, target.tokens if known else _cut(name, target.text))


@st.cache_data(max_entries=128, show_spinner=False)
def _cut(name: str, target: str) -> tuple[int, ...]:
    """A text as this model's own pieces; raises `UserError`."""
    from core.lab.alignment_runs import pieces_of

    return tuple(pieces_of(load(name), target))


@st.cache_data(max_entries=128, show_spinner=False)
def looks(name: str, text: str, tokens: tuple[int, ...]) -> Looks:
    from core.lab.alignment_runs import looks

    return looks(load(name), text, tokens)  # type: ignore[arg-type]


@st.cache_data(max_entries=64, show_spinner=False)
def bottleneck(name: str, text: str) -> Bottleneck:
    from core.lab.alignment_runs import bottleneck

    return bottleneck(load(name), text)  # type: ignore[arg-type]


@st.cache_data(max_entries=256, show_spinner=False)
def answers(
    name: str, text: str, tokens: tuple[int, ...], at: int, context: Floats
) -> tuple[tuple[str, float], ...]:  # fmt: skip
    from core.lab.alignment_runs import answers

    return answers(load(name), text, tokens, at, context)  # type: ignore[arg-type]


def growth(names: tuple[str, ...], repeats: int, heard: OnStep) -> Growth:
    """A measurement: not cached here, it is taken when somebody asks for it."""
    from core.lab.sequential import SIZES, growth

    return growth([load(name) for name in names], heard, SIZES, repeats)
