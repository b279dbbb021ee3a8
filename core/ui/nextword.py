"""The page Next word: which language models there are, their cached runs, and how a word is added."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import streamlit as st

from core.cards import read_perplexity, read_scores
from core.config import LANGUAGE_MODELS
from core.shelf import ModelInfo, shelf
from core.ui.asking import come_through_app, known_models
from core.ui.language import md, t
from core.ui.running import load
from core.ui.waiting import attempt

if TYPE_CHECKING:
    from core.lab.nextword import NextWords
    from core.models import Model

LANGUAGE = "en"
ORDERS = (1, 2, 3)
LOOKS = ("markov-1", "markov-2", "markov-3", "window", "rnn", "lstm", "gru", "gpt")  # by how far they see


class Column(NamedTuple):
    """One model as the page shows it; a Markov model is three."""

    look: str
    info: ModelInfo[Any]
    order: int | None = None

    @property
    def title(self) -> str:
        return t(f"nextword.model.{self.look}")

    @property
    def held_out(self) -> float | None:
        """Perplexity of the test set, as the card says."""
        return read_perplexity(self.info.folder, self.order)


def columns() -> list[Column]:
    """Every language model on the shelf. Ends the page with a sentence if there is none."""
    come_through_app()
    infos = known_models(LANGUAGE_MODELS, st.sidebar.warning).values()
    found = [column for info in infos if info.src == LANGUAGE for column in _columns(info)]
    if not found:
        st.error(t("model.none", folder=md(str(shelf()))))
        st.stop()
    return sorted(found, key=lambda one: LOOKS.index(one.look))


def _columns(info: ModelInfo[Any]) -> list[Column]:
    if info.architecture == "markov":
        return [Column(f"markov-{order}", info, order) for order in ORDERS if order <= info.config.order]
    return [Column(info.config.cell if info.architecture == "rnn_lm" else info.architecture, info)]


def missing(found: list[Column]) -> list[str]:
    """The names of those that are not there (yet)."""
    there = {column.look for column in found}
    return [t(f"nextword.model.{look}") for look in LOOKS if look not in there]


def behind_counting(found: list[Column]) -> list[tuple[Column, int]]:
    """Trained models that counting beats on the test set, and the epochs that each has been trained for."""
    counted = [one.held_out for one in found if one.order and one.held_out]
    late = [one for one in found if not one.order and counted and one.held_out and one.held_out > min(counted)]
    return [(one, epochs) for one in late if (epochs := read_scores(one.info.folder).epochs)]


@st.cache_data(max_entries=512, show_spinner=False)
def expected(name: str, order: int | None, text: str) -> NextWords:
    """Raises `UserError`."""
    from core.lab.nextword import next_words

    return next_words(cast("Model[Any]", load(name)), text, order)


def read(found: list[Column], text: str) -> dict[Column, NextWords]:
    """What each model makes of the text; a sentence instead where one cannot read it."""
    out: dict[Column, NextWords] = {}
    for column in found:
        one = attempt(
            lambda heard, column=column: expected(column.info.name, column.order, text),  # type: ignore[misc]
            f"nextword {column.info.name} {column.order} {text}",
        )
        if one is None:
            return out  # the same is wrong with the rest: they have the same pieces, and the shortest reach comes last
        out[column] = one
    return out


def add(column: Column, text: str, token: int | None) -> None:
    """In a callback: one more piece at the end of what is typed."""
    from core.lab.nextword import added

    if token is not None:
        st.session_state.prefix = added(cast("Model[Any]", load(column.info.name)), text, token)


def clicked(key: str, column: Column, text: str, tokens: list[int | None]) -> Callable[[], None]:
    """A callback for a click on a bar."""

    def take() -> None:
        points = st.session_state[key].selection.points
        if points:
            add(column, text, tokens[points[0]["point_index"]])

    return take


def fresh(name: str, text: str) -> str:
    """A key that another text makes another: a bar that was clicked is not still chosen in the next picture."""
    return f"{name}.{zlib.crc32(text.encode('utf-8', 'replace')):x}"
