"""The page Masks as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest

from core.i18n import translate
from core.lab.masked_runs import leak, scores
from core.lab.masks import apply
from core.models import load_model
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
MODEL, TEXT = "transformer-en-fr", "I like your idea."
LINK = "masks?lang=en&sentence=I%20like%20your%20idea.&masks.pads=0&layer=2&head=3"


def canvas(page, title):
    """The matrix of that title, rolled into view."""
    found = page.get_by_role("application", name=translate("en", title), exact=False).first
    found.scroll_into_view_if_needed()
    return found


def last_row(page, title):
    """What hovering over the last row of a matrix without row names tells, column by column."""
    square = canvas(page, title)
    box, row, tip = square.bounding_box(), [], page.locator(".matrices .tip")
    x, y = box["x"] + 4, box["y"] + box["height"] - 8
    while True:
        page.mouse.move(x, y)
        if not tip.is_visible():  # beyond the last column
            return row
        row.append(tip.locator(".value").inner_text())
        x += square.locator("xpath=..").locator(".mark.cell").bounding_box()["width"] - 2


def expected(mask, one):
    row = apply(one.scores[1, 2], mask)
    return [f"{weight:.3f}" if seen else "–" for weight, seen in zip(row.weights[-1], mask[-1], strict=True)]


def test_a_mask_is_drawn_by_mouse_and_by_keys_and_the_weights_follow(open_app):
    page = open_app(LINK)
    one = scores(load_model(MODEL), TEXT)["decoder_self"]
    mask = one.own.copy()
    assert last_row(page, "masks.weights") == expected(mask, one)

    square = canvas(page, "masks.square.caption")
    box = square.bounding_box()
    page.mouse.click(box["x"] + 6, box["y"] + box["height"] - 8)  # last row, first column
    settle(page)
    mask[-1, 0] = False
    assert "masks.mask=drawn" in page.url
    assert last_row(page, "masks.weights") == expected(mask, one)

    canvas(page, "masks.square.caption").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    settle(page)
    mask[-1, 1] = False
    assert last_row(page, "masks.weights") == expected(mask, one)

    page.reload()
    settle(page)
    assert last_row(page, "masks.weights") == expected(mask, one), "the link keeps what was drawn"


def test_a_row_that_is_hidden_whole_is_named(open_app):
    page = open_app(LINK)
    canvas(page, "masks.square.caption").focus()
    page.keyboard.press("Enter")  # the first row has one cell, and the cursor begins there
    one = scores(load_model(MODEL), TEXT)["decoder_self"]
    name = f"‘<s> → {one.queries.writes[0]}’"
    page.get_by_text(translate("en", "masks.blind", queries=name), exact=True).wait_for()
    assert "nan" not in page.locator(".matrices").first.inner_text().lower()
    page.get_by_role("button", name=translate("en", "masks.reset")).click()
    page.get_by_text(translate("en", "masks.own"), exact=True).wait_for()


def test_the_future_leaks_on_a_phone_in_korean(open_app):
    query = "masks?lang=ko&sentence=I%20like%20your%20idea.&masks.view=leak"
    page = open_app(query, width=400, height=800, dark=True)
    found = leak(load_model(MODEL), TEXT)
    on, off = f"{found.loss.mean():.2f}", f"{found.loss_open.mean():.2f}"
    text = translate("ko", "masks.leak.losses", on=on, off=off).replace("**", "")
    page.get_by_text(text, exact=False).first.wait_for()
    page.get_by_role("heading", name=translate("ko", "masks.cheat.title")).wait_for()
    settle(page)
    assert np.isclose(page.evaluate("document.documentElement.scrollWidth"), 400, atol=1), "nothing sticks out"


def test_a_decoder_alone_has_the_causal_mask_and_needs_no_other(open_app):
    page = open_app("masks?lang=en&sentence=I%20like%20your%20idea.&masks.pads=0&layer=2&head=3&model=gpt-en")
    one = scores(load_model("gpt-en"), TEXT)["decoder_self"]
    assert last_row(page, "masks.weights") == expected(one.own, one)
    page.get_by_role("radio", name=translate("en", "masks.view.batch")).click()
    settle(page)
    assert "no padding mask" in page.get_by_role("main").inner_text()
