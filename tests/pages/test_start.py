"""The page Start here, and the bar of the path over a page, in both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.i18n import LANGUAGES, translate
from core.measures import by_word
from core.models import load_model
from core.tour import STEPS, chapter
from core.tracing import trace
from tests.pages.seen import component, opened, said

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
TEXT = "Tom loves Mary and the cat sleeps."


@pytest.fixture(autouse=True)
def _shelf(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))


def button(at: AppTest, key: str):
    return next(one for one in at.button if one.key == key)


@EVERY_LANGUAGE
def test_the_picture_is_the_mean_of_every_head(language: str, models: Path):
    at = opened("start", language, TEXT)
    _, weights = component(at, "links")
    cross = by_word(trace(load_model("tiny", models), TEXT)["cross"])
    np.testing.assert_allclose(weights, cross.weights.mean((0, 1)), atol=1e-6)
    assert at.title[0].value == translate(language, "start.title")
    assert translate(language, "start.what") in said(at)


@EVERY_LANGUAGE
def test_every_step_is_in_the_list_and_none_is_seen_yet(language: str):
    at = opened("start", language, TEXT)
    labels = [one.label for one in at.button if (one.key or "").removeprefix("start.") in STEPS]
    titles = {f"{i}. {translate(language, f'tour.{name}.title')}" for i, name in enumerate(STEPS, 1)}
    assert set(labels) == titles
    assert translate(language, "start.seen", seen=0, of=len(STEPS)) in said(at)


def app(language: str, step: str, page: str = "heads") -> AppTest:
    """The whole app as a link to a step opens it."""
    at = AppTest.from_file("../../app.py", default_timeout=60)
    at.query_params.update({"lang": language, "path": step, "sentence": TEXT})
    return at.run()


@EVERY_LANGUAGE
def test_a_link_to_a_step_says_what_to_look_for(language: str):
    at = app(language, "heads")
    assert not at.exception
    place = translate(
        language, "tour.place", chapter=translate(language, f"tour.chapter.{chapter('heads')}"),
        n=list(STEPS).index("heads") + 1, of=len(STEPS),
    )  # fmt: skip
    assert place in said(at)
    assert translate(language, "tour.heads.ask") in said(at).replace("\\", "")


def test_the_path_can_be_left():
    at = app("en", "heads")
    button(at, "tour.leave").click().run()
    assert translate("en", "tour.heads.ask") not in said(at).replace("\\", "")
    assert "path" not in at.query_params


@EVERY_LANGUAGE
def test_beside_the_path_a_click_leads_back(language: str):
    at = app(language, "leak")  # on the page Masks, and this is Heads
    name = translate(language, "masks.nav")
    assert translate(language, "tour.strayed", n=list(STEPS).index("leak") + 1, page=name) in said(at)
    assert button(at, "tour.return")


@pytest.mark.parametrize("step", ["", "nothing", "<b>", "heads "])
def test_a_step_that_is_none_is_no_step(step: str):
    at = app("en", step)
    assert not at.exception
    assert not [one for one in at.button if (one.key or "").startswith("tour.")]
