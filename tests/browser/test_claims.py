"""The page True or false as a person uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.i18n import translate
from core.lab.claims import CLAIMS
from core.lab.claims.deciding import decide
from core.lab.claims.record import read_run
from core.models import load_model
from core.ui.claims_shown import written
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
TEXT = "The teacher opened the window because it was hot."


def numbers(page):
    return page.locator("[data-testid=stMetricValue]")


def test_predict_look_and_go_on_with_a_sentence_of_ones_own(open_app):
    page = open_app("claims?lang=en")
    typed = page.get_by_label(translate("en", "ask.sentence"), exact=True)
    typed.fill(TEXT)
    page.keyboard.press("Enter")
    settle(page)
    expect(numbers(page).first).to_have_text("?")
    page.get_by_role("button", name=translate("en", "claims.false")).focus()
    page.keyboard.press("Enter")
    run = read_run(load_model("transformer-en-fr"), TEXT)
    found = dict(decide("after", run).numbers)
    expect(numbers(page).first).to_have_text(written(found["apart"]))
    expect(page.get_by_text(translate("en", "claims.right"))).to_be_visible()
    page.get_by_role("button", name=translate("en", "claims.back")).click()  # round to the last
    expect(page.get_by_role("heading", name=translate("en", "claims.explain.wrong"))).to_be_visible()
    page.get_by_role("button", name=translate("en", "claims.true")).click()
    found = dict(decide("explain", run).numbers)
    expect(numbers(page).nth(0)).to_have_text(written(found["whole"]))
    expect(numbers(page).nth(2)).to_have_text(written(found["strongest"]))
    again = open_app(page.url.split("/")[-1])
    expect(again.get_by_role("heading", name=translate("en", "claims.explain.wrong"))).to_be_visible()
    expect(numbers(again).first).to_have_text("?")
    with page.expect_download() as saved:
        page.get_by_role("button", name=translate("en", "claims.save")).click()
    rows = saved.value.path().read_text("utf-8")
    assert translate("en", "claims.after.wrong") in rows
    assert rows.count(TEXT) == 2


def test_a_claim_leads_to_its_picture_on_the_same_sentence(open_app):
    page = open_app(f"claims?lang=ko&claim=infinite&sentence={TEXT.replace(' ', '%20')}")
    assert CLAIMS.index("infinite") == 5
    page.get_by_role("link", name=translate("ko", "claims.see", page=translate("ko", "masks.nav"))).click()
    page.wait_for_url("**/masks?**")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(translate("ko", "masks.title"))
    expect(page.get_by_label(translate("ko", "ask.sentence"), exact=True)).to_have_value(TEXT)
