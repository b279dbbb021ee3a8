"""The page Self-attention as a person uses it."""

from __future__ import annotations

import pytest

from core.i18n import translate
from core.lab.headsteps import Change, steps
from core.lab.selfattention import projections, readings
from core.models import load_model
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
MODEL, TEXT = "transformer-en-fr", "I like your idea."
LINK = "selfattention?lang=en&sentence=I%20like%20your%20idea.&query=1&key=0"


def t(key, **values):
    return translate("en", key, **values)


def wait_text(page, text):
    page.get_by_text(text, exact=False).first.wait_for()


def test_a_what_if_is_turned_and_its_effect_is_read(open_app):
    page = open_app(LINK)
    page.get_by_text(t("selfattention.effect.none")).wait_for()
    slider = page.get_by_role("slider", name=t("selfattention.temperature"))
    for _ in range(5):  # to 0, dictionary look-up; a press may fall between two drawings
        slider.press("Home")
        page.wait_for_timeout(500)
        settle(page)
        if "temperature=0" in page.url.split("&") or page.url.endswith("temperature=0"):
            break
    settle(page)
    model = load_model(MODEL)
    reading, learned = readings(model, TEXT).sublayers["encoder_self"][0], projections(model, "encoder_self", 0)
    new = steps(reading, learned, 0, Change(temperature=0))
    wait_text(page, "→ 0.00 bits")
    wait_text(page, f"now {new.weights[1, 0]:.3f}")
    assert "temperature=0" in page.url
    page.reload()
    settle(page)
    wait_text(page, "→ 0.00 bits")  # the link keeps it


def test_a_clicked_row_is_followed_and_steps_are_keys(open_app):
    page = open_app(LINK)
    walk = page.locator(".matrices").first
    canvas = walk.get_by_role("application", name="weights").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 8)  # the last row: </s>
    page.get_by_text("One score: the query ‘</s>’", exact=False).wait_for()
    assert "query=5" in page.url
    canvas.focus()
    page.keyboard.press("ArrowUp")
    page.get_by_text("One score: the query ‘.’", exact=False).wait_for()
    canvas.focus()
    page.keyboard.press("Home")
    assert walk.locator(".step").inner_text() == t("matrices.step", shown=1, total=15, title="X")
    assert walk.locator(".item.later").count() == 14
    walk.get_by_role("button", name=t("matrices.next")).click()
    assert walk.locator(".item.later").count() == 13
    walk.get_by_role("button", name=t("matrices.all"), exact=True).click()
    assert walk.locator(".item.later").count() == 0


def test_hovered_numbers_are_the_models(open_app):
    page = open_app(LINK)
    model = load_model(MODEL)
    reading, learned = readings(model, TEXT).sublayers["encoder_self"][0], projections(model, "encoder_self", 0)
    expected = steps(reading, learned, 0).weights
    canvas = page.locator(".matrices").first.get_by_role("application", name="weights").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    seen = set()
    for x in range(60, int(box["width"]), 9):
        page.mouse.move(box["x"] + x, box["y"] + box["height"] - 8)
        tip = page.locator(".matrices .tip .value").first
        if tip.is_visible():
            seen.add(tip.inner_text())
    assert {f"{weight:.3f}" for weight in expected[-1]} == seen


def test_it_fits_a_phone(open_app):
    page = open_app("selfattention?lang=ko", width=400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    for figure in page.locator(".matrices figure").all():
        assert figure.bounding_box()["width"] <= 400
