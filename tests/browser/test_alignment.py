"""The page Alignment as a person uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.i18n import translate
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser


def test_a_sentence_is_typed_and_a_clicked_row_is_followed(open_app):
    page = open_app("alignment?lang=en")
    field = page.get_by_label(translate("en", "ask.sentence"), exact=True)
    field.wait_for(timeout=90000)
    field.fill("You are very kind.")
    field.press("Enter")
    page.get_by_text("Vous êtes", exact=False).or_(page.get_by_text("Tu es", exact=False)).first.wait_for(timeout=60000)
    settle(page)
    item = page.locator(".compare .item").last
    canvas = item.locator("canvas")
    canvas.wait_for(timeout=90000)
    canvas.focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('alignment.word=')")
    settle(page)
    mark = page.locator(".compare .item").last.locator(".mark.held")
    expect(mark, "the followed row stays outlined").to_be_visible()
    before = mark.bounding_box()
    page.reload()
    settle(page)
    mark = page.locator(".compare .item").last.locator(".mark.held")
    mark.wait_for(timeout=60000)
    assert abs(mark.bounding_box()["y"] - before["y"]) < 40, "the link keeps the row"


def test_a_phone_in_korean_and_dark(open_app):
    page = open_app("alignment?lang=ko&alignment.part=length", width=400, height=800, dark=True)
    page.locator(".compare canvas").first.wait_for(timeout=60000)
    page.get_by_text(translate("ko", "alignment.entropy"), exact=True).first.wait_for()
    page.locator(".st-key-alignment-length .js-plotly-plot").wait_for(timeout=60000)
    assert abs(page.evaluate("document.documentElement.scrollWidth") - 400) <= 1, "nothing sticks out"
