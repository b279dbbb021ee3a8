"""The page Predict, then look, run as streamlit runs it, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.i18n import LANGUAGES, translate
from core.models import load_model
from core.quiz import Question, questions
from core.tracing import trace
from tests.pages.seen import opened, said

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
TEXT = "Tom loves Mary and the cat sleeps."


@pytest.fixture(autouse=True)
def _shelf(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))


def asked(models: Path, turn: int = 1) -> tuple[Question, ...]:
    return questions(trace(load_model("tiny", models), TEXT), turn)


def plain(at: AppTest) -> str:
    boxes = "\n".join(one.value for one in (*at.success, *at.warning))
    return f"{said(at)}\n{boxes}".replace("\\", "")


@EVERY_LANGUAGE
def test_numbers_come_after_the_answer_and_are_counted(language: str, models: Path):
    at = opened("quiz", language, TEXT)
    made = asked(models)
    assert [one.options for one in at.radio] == [list(one.options) for one in made]
    assert not at.success
    assert not at.warning
    for i, one in enumerate(made):
        assert translate(language, f"quiz.{one.kind}.ask", **dict(one.said)) in plain(at)
        wrong = (one.answer + 1) % len(one.options)
        at.radio[i].set_value(one.answer if i else wrong).run()
        assert not at.exception
        assert f"{one.options[one.answer]} {one.numbers[one.answer]:.2f}" in plain(at)
        assert at.radio[i].disabled, "an answer counts once"
    assert translate(language, "quiz.score", right=len(made) - 1, answered=len(made), of=len(made)) in said(at)
    assert len(at.success) == len(made) - 1
    assert at.get("download_button")


def test_another_round_asks_anew(models: Path):
    at = opened("quiz", text=TEXT)
    at.radio[0].set_value(0).run()
    next(one for one in at.button if one.key == "quiz.again").click().run()
    assert not at.exception
    assert [one.options for one in at.radio] == [list(one.options) for one in asked(models, 2)]
    assert all(one.value is None for one in at.radio)
    assert at.query_params["quiz.turn"] in ("2", ["2"])


@pytest.mark.parametrize("turn", ["0", "-3", "x", "999999", "٣"])
def test_a_round_that_is_none_is_the_first(models: Path, turn: str):
    at = opened("quiz", text=TEXT, quiz__turn=turn)
    assert [one.options for one in at.radio] == [list(one.options) for one in asked(models)]


@EVERY_LANGUAGE
def test_nothing_typed_gets_a_sentence(language: str):
    at = opened("quiz", language, " ")
    assert translate(language, "error.empty") in "\n".join(one.value for one in at.info).replace("\\", "")
    assert not at.radio
