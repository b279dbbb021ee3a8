"""The page Positions as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from core.i18n import translate
from core.lab.positions import Encoding, backwards
from core.lab.reordered import added, shuffle
from core.models import load_model
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
MODEL, TEXT = "transformer-en-fr", "Tom loves Mary."


def drawn(page, key, trace, values):
    """Numbers of a Plotly picture as the browser has them."""
    picture = page.locator(f".st-key-{key.replace('.', '-')} .js-plotly-plot").first
    picture.wait_for()
    return np.array(picture.evaluate(f"p => Array.from(p.calcdata[{trace}], point => point.{values})"), float)


def test_a_sentence_is_turned_round_and_the_slider_moves_by_keys(open_app):
    page = open_app("positions?lang=en")
    page.get_by_role("button", name=translate("en", "sample.positions_who")).click()
    settle(page)
    model = load_model(MODEL)
    found = shuffle(model, TEXT, backwards(added(model, TEXT).src))
    for written in (found.straight_on, found.shuffled_on):
        page.get_by_role("cell", name=written, exact=True).first.wait_for()
    np.testing.assert_allclose(drawn(page, "positions.moved", 0, "s1"), found.on.cosine[-1], atol=1e-4)
    np.testing.assert_allclose(drawn(page, "positions.moved", 1, "s1"), found.off.cosine[-1], atol=1e-4)
    assert "positions.order=backwards" in page.url

    page.get_by_role("slider", name=translate("en", "positions.pair")).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    settle(page)
    assert "positions.pair=2" in page.url
    wave = f"{Encoding(16).wavelengths[2]:,.1f}"
    page.get_by_text(f"one turn in {wave} positions", exact=False).first.wait_for()
    page.reload()
    settle(page)
    page.get_by_text(f"one turn in {wave} positions", exact=False).first.wait_for()
    expect(
        page.get_by_role("cell", name=found.shuffled_on, exact=True).first, "the link keeps the view"
    ).to_be_visible()


def test_a_rotation_on_a_phone_in_korean(open_app):
    page = open_app(
        "positions?lang=ko&positions.part=turn&positions.p=3&positions.k=4", width=400, height=800, dark=True
    )
    page.get_by_text(translate("ko", "positions.turn", p=3, k=4, sum=7), exact=True).first.wait_for()
    page.locator(".st-key-positions-turn .js-plotly-plot").wait_for()
    settle(page)
    assert np.isclose(page.evaluate("document.documentElement.scrollWidth"), 400, atol=1), "nothing sticks out"
