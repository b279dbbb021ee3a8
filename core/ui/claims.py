"""The page True or false: which claim, what the person said of each, and the experiment's cached answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.lab.claims import CLAIMS, TURNED
from core.shelf import ModelInfo
from core.ui.asking import from_link, into_link
from core.ui.language import t
from core.ui.running import load
from core.ui.waiting import OnStep, attempt

if TYPE_CHECKING:
    from core.lab.claims.record import Finding, Run

SAID = "claims.said"  # by claim: what the person said of the statement; a key of no widget, so it stays


@st.cache_data(max_entries=512, show_spinner=False)
def finding(name: str, text: str, claim: str) -> Finding | None:
    """Raises `UserError`."""
    from core.lab.claims.deciding import decide

    return decide(claim, _read(name, text))


@st.cache_resource(max_entries=4, show_spinner=False)
def _read(name: str, text: str) -> Run:
    """One run for all claims; raises `UserError`."""
    from core.lab.claims.record import read_run

    return read_run(load(name), text)


def found(info: ModelInfo, text: str, claim: str) -> tuple[Finding | None, bool]:
    """The finding, and whether the text could be read; a sentence on the page where it could not."""
    answer = attempt(lambda heard: (finding(info.name, text, claim),), f"claims {info.name} {claim} {text}")
    return (answer[0], True) if answer else (None, False)


def findings(info: ModelInfo, text: str, claims: Sequence[str]) -> dict[str, Finding | None]:
    """Of several claims; none, and a sentence on the page, where the text cannot be read."""

    def work(heard: OnStep) -> dict[str, Finding | None]:
        done = {}
        for i, claim in enumerate(claims):
            heard(i, len(claims))
            done[claim] = finding(info.name, text, claim)
        return done

    return attempt(work, f"claims {info.name} all {text}") or {}


def said() -> dict[str, bool]:
    """What the person predicted so far."""
    answers: dict[str, bool] = st.session_state.setdefault(SAID, {})
    return answers


def say(claim: str, answer: bool) -> None:
    """In a callback. The first word counts: who has seen the answer cannot predict it."""
    said().setdefault(claim, answer)


def forget() -> None:
    """In a callback: all from the beginning."""
    said().clear()
    st.session_state.claim = CLAIMS[0]


def truth(claim: str, one: Finding) -> bool:
    """Is the statement true, as it is put?"""
    return one.holds != (claim in TURNED)


def choose() -> str:
    """The claim that is looked at, kept in the link."""
    from_link("claim", CLAIMS)
    marks = {claim: f"{i}{' ✓' if claim in said() else ''}" for i, claim in enumerate(CLAIMS, 1)}
    chosen = st.segmented_control(
        t("claims.which"), CLAIMS, default=None if "claim" in st.session_state else CLAIMS[0], required=True,
        key="claim", format_func=marks.__getitem__, persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    return into_link("claim", str(chosen), CLAIMS[0])


def step(by: int) -> None:
    """In a callback: the next claim, or the one before."""
    at = CLAIMS.index(st.session_state.get("claim", CLAIMS[0]))
    st.session_state.claim = CLAIMS[(at + by) % len(CLAIMS)]
