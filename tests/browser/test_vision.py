"""The page Vision as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from core.i18n import translate
from core.lab import vision
from core.lab.drawing import counts, fitted, from_code
from core.models import load_picture_model
from tests.browser.conftest import settle
from tests.browser.controls import held, press

pytestmark = pytest.mark.browser
LINK = "vision?lang=en"
GALLERY = translate("en", "vision.gallery")


@pytest.fixture(scope="module")
def model():
    return load_picture_model("vit-digits")


def told(chances: np.ndarray) -> str:
    first, second = np.argsort(-chances)[:2]
    return translate(
        "en", "vision.said", digit=first, chance=f"{chances[first]:.1%}", second=second,
        other=f"{chances[second]:.1%}",
    )  # fmt: skip


def opened(open_app, query: str = ""):
    """The first visitor waits until torch is there."""
    page = open_app(f"{LINK}{query}")
    page.get_by_role("application").first.wait_for(timeout=180_000)
    settle(page)
    return page


def test_another_digit_another_head_and_a_patch_that_looks(open_app, model):
    page = opened(open_app)
    found = vision.held_out(model)
    order = found.each(2)
    gallery = page.get_by_role("application", name=GALLERY)
    gallery.scroll_into_view_if_needed()
    gallery.focus()
    page.keyboard.press("End")  # the second 9
    page.wait_for_function("n => new URL(location.href).searchParams.get('digit') === n", arg=str(order[-1]))
    settle(page)
    expect(page.get_by_role("heading", name=told(found.chances[order[-1]]))).to_be_visible()
    heads = page.get_by_role("application", name=translate("en", "vision.all.title"))
    box = heads.bounding_box()
    heads.click(position={"x": box["width"] - 20, "y": 45})  # the last head of the first layer
    page.wait_for_function("() => new URL(location.href).searchParams.get('layer') === '1'")
    settle(page)
    large = page.get_by_role("application", name=translate("en", "vision.large"))
    box = large.bounding_box()
    large.click(position={"x": box["width"] * 0.9, "y": box["height"] * 0.1})  # first row, fourth column
    page.wait_for_function("() => new URL(location.href).searchParams.get('vision.asks') === '4'")
    settle(page)
    who = translate("en", "vision.who", place=translate("en", "vision.place", row=1, column=4))
    expect(page.get_by_text(f"{who} looks at")).to_be_visible()


def test_a_digit_drawn_with_the_mouse_comes_back_by_its_link(open_app, model):
    page = opened(open_app)
    press(page, translate("en", "vision.from.draw"))
    expect(page.get_by_text(translate("en", "vision.draw"))).to_be_visible()
    square = page.get_by_role("application", name=translate("en", "drawing.label"))
    square.scroll_into_view_if_needed()
    box = square.bounding_box()
    path = [(0.25, 0.15), (0.75, 0.15), (0.45, 0.9)]  # a seven
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]
    page.mouse.move(*at[0])
    page.mouse.down()
    for to in at[1:]:
        page.mouse.move(*to, steps=12)
    page.mouse.up()
    page.wait_for_function("() => new URL(location.href).searchParams.has('drawn')")
    settle(page)
    points = from_code(held(page)["drawn"][0])
    assert 100 < points.sum() < 400
    chances = vision.chances(model, counts(fitted(points))[None])[0]
    assert chances.argmax() == 7
    expect(page.get_by_role("heading", name=told(chances))).to_be_visible()
    again = open_app(page.url.split("/")[-1])
    expect(again.get_by_role("heading", name=told(chances))).to_be_visible()
    dark = again.get_by_role("application", name=translate("en", "drawing.label")).evaluate(
        "c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;"
        " for (let i = 3; i < d.length; i += 4) n += d[i] > 200; return n / (d.length / 4); }"
    )
    assert abs(dark - points.mean()) < 0.02


def test_a_digit_drawn_by_keys(open_app, model):
    """Upright, from near the top to near the bottom: a one."""
    page = opened(open_app, "&vision.from=draw")
    square = page.get_by_role("application", name=translate("en", "drawing.label"))
    square.focus()
    for key in [*["Shift+ArrowUp"] * 3, " ", *["Shift+ArrowDown"] * 6, " "]:
        page.keyboard.press(key)
    page.wait_for_function("() => new URL(location.href).searchParams.has('drawn')")
    settle(page)
    points = from_code(held(page)["drawn"][0])
    rows, columns = np.flatnonzero(points.any(1)), np.flatnonzero(points.any(0))
    assert len(rows) > 24 > 6 > len(columns)
    expect(
        page.get_by_role("heading", name=told(vision.chances(model, counts(fitted(points))[None])[0]))
    ).to_be_visible()
