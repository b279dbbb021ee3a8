"""A lesson along the path, in Korean, on a sentence of one's own; and presenting it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from core.i18n import translate
from core.tour import CHAPTERS, STEPS
from tests.browser.conftest import settle
from tests.browser.test_heads import SMALL

pytestmark = pytest.mark.browser
TEXT = "The old teacher reads a book because it is new."
# What each page draws: Plotly, or a component of ours.
PICTURE = (
    ".js-plotly-plot .main-svg, .links svg, .decoding canvas, :is(.overview, .matrices, .whole, .compare, .walk) canvas"
)


def t(key: str, **values: object) -> str:
    return translate("ko", key, **values)


def arrive(page: Page, name: str) -> None:
    """At this step: its page, its bar, a picture, and no error."""
    step = STEPS[name]
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("path") == [name])
    settle(page)
    bar = page.locator(".st-key-tour")
    expect(bar.get_by_text(t(f"tour.{name}.ask"))).to_be_visible()
    expect(bar.get_by_text(t(f"tour.{name}.look")[:30])).to_be_visible()
    expect(page.get_by_role("heading", level=1, name=t(f"{step.page}.title"))).to_be_visible()
    expect(page.locator(PICTURE).filter(visible=True).first).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def test_a_lesson_on_the_transformer_in_korean(open_app):
    page = open_app("start?lang=ko")
    typed = page.get_by_label(t("ask.sentence"), exact=True)
    typed.fill(TEXT)
    typed.press("Enter")
    settle(page)
    expect(page.locator(".links svg")).to_be_visible()
    names = [step.name for step in CHAPTERS["transformer"]]
    first = f"{list(STEPS).index(names[0]) + 1}. {t(f'tour.{names[0]}.title')}"
    page.get_by_role("button", name=first).click()
    for name in names[:-1]:  # the last measures times, on another page
        arrive(page, name)
        expect(page.get_by_label(t("ask.sentence"), exact=True)).to_have_value(TEXT)
        page.get_by_role("button", name=t("tour.next"), exact=True).click()
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("path") == [names[-1]])
    settle(page)
    expect(page.locator(".st-key-tour").get_by_text(t(f"tour.{names[-1]}.ask"))).to_be_visible()
    page.get_by_role("link", name=t("tour.end")).click()
    page.wait_for_url("**/start**")
    settle(page)
    expect(page.get_by_text(t("start.seen", seen=len(names), of=len(STEPS)))).to_be_visible()


def test_presenting_by_keys_with_a_code_for_students(open_app):
    page = open_app("masks?lang=ko&path=mask&present=on")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    controls = page.get_by_role("group", name=t("present.label"))
    expect(controls).to_be_visible()
    expect(page.locator(".st-key-lesson")).to_be_hidden()
    page.keyboard.press("PageDown")
    arrive(page, "leak")
    page.keyboard.press("PageUp")
    arrive(page, "mask")
    page.keyboard.press("q")
    sheet = page.get_by_role("dialog", name=t("present.open"))
    expect(sheet).to_be_visible()
    shown = sheet.get_by_role("link").get_attribute("href")
    assert shown
    query = parse_qs(urlsplit(shown).query)
    assert query.get("path") == ["mask"], shown
    assert "present" not in query
    assert sheet.get_by_role("img").get_attribute("aria-label") == shown
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    expect(controls).to_have_count(0)
    # what a student's browser opens
    student = open_app(f"{urlsplit(shown).path.lstrip('/')}?{urlsplit(shown).query}")
    arrive(student, "mask")
    expect(student.get_by_test_id("stSidebar")).to_be_visible()


def test_the_last_row_can_read_plotlys_pictures_too(open_app):
    page = open_app("gradients?lang=ko&present=on", width=1920, height=1080)
    page.locator(".st-key-presenter, .presenter").first.wait_for(state="attached")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert page.locator(".js-plotly-plot text").count() > 10
    assert page.evaluate(SMALL) == []
