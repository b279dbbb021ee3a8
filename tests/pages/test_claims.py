"""The page True or false, run as streamlit runs it, in both languages."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.i18n import LANGUAGES, translate
from core.lab.claims import CLAIMS, TURNED
from core.lab.claims.deciding import decide
from core.lab.claims.record import read_run
from core.models import load_model
from core.ui.claims_shown import written
from tests.pages.seen import opened, said

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
TEXT = "The cat sleeps."


@pytest.fixture(autouse=True)
def _shelf(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))


def button(at: AppTest, key: str) -> object:
    return next(one for one in at.button if one.key == key)


@pytest.mark.parametrize(("language", "claim"), list(zip(itertools.cycle(LANGUAGES), CLAIMS, strict=False)))
def test_numbers_come_after_the_prediction(language: str, claim: str, models: Path):
    at = opened("claims", language, TEXT, claim=claim)
    form = "right" if claim in TURNED else "wrong"
    statement = translate(language, f"claims.{claim}.{form}")
    assert statement in said(at).replace("\\", "")
    assert {one.value for one in at.metric} == {"?"}
    button(at, "claims.true").click().run()
    assert not at.exception
    one = decide(claim, read_run(load_model("tiny", models), TEXT))
    assert one is not None
    names = [translate(language, f"claims.{claim}.{name}") for name, _ in one.numbers]
    assert [metric.label for metric in at.metric] == names
    assert [metric.value for metric in at.metric] == [written(value) for _, value in one.numbers]
    truth = one.holds != (claim in TURNED)
    shown = "\n".join(element.value for element in (*at.success, *at.warning))
    assert translate(language, "claims.is.true" if truth else "claims.is.false") in shown
    assert translate(language, "claims.right" if truth else "claims.wrong") in shown
    assert bool(at.success) == truth


def test_answers_are_kept_counted_and_forgotten():
    at = opened("claims", text=TEXT, claim="after")
    button(at, "claims.false").click().run()
    button(at, "claims.next").click().run()
    assert at.session_state.claim == "periods"
    button(at, "claims.false").click().run()
    assert translate("en", "claims.score", right=1, said=2, of=len(CLAIMS)) in said(at)
    assert at.get("download_button")
    button(at, "claims.back").click().run()
    assert at.success, "the answer is still there"
    assert not any(one.key == "claims.true" for one in at.button)
    button(at, "claims.again").click().run()
    assert {one.value for one in at.metric} == {"?"}
    assert at.session_state.claim == "after"


@EVERY_LANGUAGE
def test_nothing_typed_gets_a_sentence_and_no_numbers(language: str):
    at = opened("claims", language, "   ")
    assert translate(language, "error.empty") in "\n".join(one.value for one in at.info).replace("\\", "")
    assert not at.metric


def test_a_claim_that_is_none_falls_back_to_the_first():
    at = opened("claims", text=TEXT, claim="nonsense")
    assert at.session_state.claim == CLAIMS[0]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (1.0, "1"), (628.32, "628.320"), (8e-7, "0.0000008"), (-2.2, "-2.200")]
)
def test_small_numbers_are_not_zero(value: float, text: str):
    assert written(value) == text
