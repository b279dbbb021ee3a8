"""The page Next word as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from core.i18n import translate
from core.lab.nextword import next_words
from core.models import load_model
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
LINK = "nextword?lang=en"


def typed(page):
    return page.get_by_label(translate("en", "ask.sentence"), exact=True)


def test_a_typed_beginning_and_a_clicked_bar(open_app):
    page = open_app(LINK)
    typed(page).fill("We went to")
    page.keyboard.press("Enter")
    settle(page)
    model = load_model("markov-en")
    expected = next_words(model, "We went to", 3).top
    third = page.locator(".js-plotly-plot").nth(2)
    labels = third.locator(".ytick text").all_text_contents()
    assert labels == [c.token for c in expected]
    shown = [float(text.rstrip("%")) / 100 for text in third.locator(".bartext").all_text_contents()]
    np.testing.assert_allclose(shown, np.exp([c.log_prob for c in expected]), atol=0.0006)
    third.scroll_into_view_if_needed()
    bar = third.locator(".point path").first.bounding_box()
    page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    wanted = f"We went to {expected[0].token}"
    page.wait_for_function(
        "text => [...document.querySelectorAll('input')].some(i => i.value === text)", arg=wanted, timeout=60000
    )  # fmt: skip
    settle(page)
    expect(typed(page)).to_have_value(wanted)


def test_keys_add_a_piece_and_the_link_keeps_the_text(open_app):
    page = open_app(f"{LINK}&prefix=Once%20upon")
    first = next_words(load_model("markov-en"), "Once upon", 3).top[0].token
    pill = page.locator("[data-testid=stButtonGroup] button", has_text=first).first
    pill.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => new URL(location.href).searchParams.get('prefix') !== 'Once upon'", timeout=60000)
    settle(page)
    expect(typed(page)).to_have_value(f"Once upon {first}")
    again = open_app(page.url.split("/")[-1])
    expect(typed(again)).to_have_value(f"Once upon {first}", timeout=60000)
