"""The path: every step opens a page there is, in a state that the page knows, and has its texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.i18n import LANGUAGES, catalog
from core.tour import CHAPTERS, STEPS, Step, beside, chapter, number

PAGES = Path(__file__).parent.parent / "pages"
# A page that a class comes to by itself, and the path leads through none of its states.
APART = {"start"}
EVERY_STEP = pytest.mark.parametrize("step", STEPS.values(), ids=lambda step: step.name)


@EVERY_STEP
def test_a_step_opens_a_page_in_a_state_that_it_knows(step: Step):
    assert (PAGES / f"{step.page}.py").exists()
    for key, code in step.state.items():
        assert f"{key}.{code}" in catalog("en"), f"no choice {key} has {code}"


@EVERY_STEP
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_has_its_texts_and_ends_in_a_question(step: Step, language: str):
    texts = [catalog(language)[f"tour.{step.name}.{part}"] for part in ("title", "look", "ask")]
    assert texts[2].endswith("?")
    assert len(texts[1]) < 320, "a text above a picture leaves room for the picture"


def test_the_path_goes_by_every_page():
    assert {step.page for step in STEPS.values()} | APART == {path.stem for path in PAGES.glob("*.py")}


def test_names_are_told_apart():
    assert sum(map(len, CHAPTERS.values())) == len(STEPS)


def test_from_step_to_step_and_no_further():
    names, at = [], next(iter(STEPS.values()))
    assert beside(at.name, -1) is None
    while at:
        names.append(at.name)
        assert number(at.name) == len(names)
        assert at in CHAPTERS[chapter(at.name)]
        after = beside(at.name, 1)
        assert after is None or beside(after.name, -1) == at
        at = after
    assert names == list(STEPS)
