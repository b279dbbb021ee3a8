"""The page Transfer as a person uses it: a network learns a task here and now."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.i18n import translate
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
TABLE = b"text,label\n" + b"\n".join(
    f"{word} {rest},{label}".encode()
    for label, word in (("high", "the mountain"), ("low", "the river"))
    for rest in ("is there", "is old", "was far away", "looks nice", "is in the north", "has a name")
)


def main(page):
    return page.get_by_test_id("stMain")


def told(page, language, look):
    """The sentence that reads aloud what a network says of the typed one; the lesson names it too."""
    return main(page).locator("p").filter(has_text=translate(language, f"transfer.look.{look}") + ": ")


def test_a_sentence_is_typed_and_a_network_learns_what_it_is_about(open_app):
    page = open_app("transfer?lang=en&transfer.task=topic&transfer.n=1")
    page.get_by_label(translate("en", "ask.sentence"), exact=True).fill("Two horses ran across the field.")
    page.keyboard.press("Enter")
    expect(told(page, "en", "head")).to_be_visible()
    settle(page)
    expect(main(page).get_by_text(translate("en", "transfer.sentence.more"))).to_be_visible()
    page.get_by_role("button", name=translate("en", "transfer.train", n=1)).click()
    expect(told(page, "en", "scratch").first).to_be_visible(timeout=180_000)
    settle(page)
    expect(main(page).get_by_text(translate("en", "transfer.sentence.more"))).to_have_count(0)
    main(page).get_by_text(translate("en", "transfer.part.attention"), exact=True).click()
    expect(main(page).get_by_text(translate("en", "transfer.before"), exact=False)).to_be_visible()
    settle(page)
    assert "transfer.part=attention" in page.url


def test_a_table_of_ones_own_is_learned_from(open_app):
    page = open_app("transfer?lang=ko&transfer.task=own&sentence=The mountain was old")
    expect(main(page).get_by_text("“text”")).to_be_visible()
    page.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"})
    expect(page.get_by_test_id("stAlert")).to_contain_text("“label”")
    page.locator("input[type=file]").set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": TABLE})
    expect(told(page, "ko", "head")).to_be_visible()
    settle(page)
    says = main(page).locator(".js-plotly-plot").nth(1)
    expect(says).to_contain_text("high")
    expect(says).to_contain_text("low")
