"""Each shipped translator beside English to French: its examples, clicked one after the other in either language."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.i18n import translate
from core.samples import samples
from core.shelf import installed
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
JOURNEYS = [
    one
    for one in (("en", "ko", "ko"), ("fr", "en", "en"), ("ko", "en", "ko"))
    if f"transformer-{one[0]}-{one[1]}" in installed()
]


@pytest.mark.parametrize(("src", "tgt", "language"), JOURNEYS)
def test_each_example_says_what_to_look_for(open_app, src, tgt, language):
    page = open_app(f"?lang={language}&model=transformer-{src}-{tgt}")
    for one in samples("heads", src, tgt):
        page.get_by_role("button", name=translate(language, f"sample.{one.name}"), exact=True).click()
        settle(page)
        expect(page.get_by_label(translate(language, "ask.sentence"), exact=True)).to_have_value(one.text)
        output = page.get_by_role("heading", name="→ ")
        for part in one.says:
            expect(output).to_contain_text(part, ignore_case=True)
        expect(page.get_by_test_id("stAlert")).to_contain_text(translate(language, f"sample.{one.name}.help"))


def test_korean_typed_on_the_first_page_is_read_at_once(open_app):
    if "transformer-ko-en" not in installed():
        pytest.skip("no model reads Korean")
    page = open_app("?lang=ko")
    box = page.get_by_label(translate("ko", "ask.sentence"), exact=True)
    box.fill("나는 집에 간다.")
    box.press("Enter")
    expect(page.get_by_text("→ I go home.", exact=True)).to_be_visible()
