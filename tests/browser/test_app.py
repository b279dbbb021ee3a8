"""What holds for the whole app, whatever the page."""

import pytest
from playwright.sync_api import expect

from core.i18n import translate
from tests.browser.conftest import settle
from tests.browser.serve import ROOT, serve

pytestmark = pytest.mark.browser


def test_a_link_may_be_a_fresh_servers_first_visitor(chromium):
    """Streamlit would run the page's file alone, without navigation and language."""
    with serve(ROOT / "app.py") as address:
        page = chromium.new_page()
        page.goto(f"{address}/masks?lang=ko")
        page.get_by_role("link", name=translate("ko", "heads.nav")).wait_for(timeout=60000)
        settle(page)
        expect(page.get_by_role("heading", name=translate("ko", "masks.title"))).to_be_visible()
        page.get_by_label("언어 · Language").wait_for()  # the browser loads each kind of widget when it meets the first
        assert page.get_by_role("dialog").count() == 0
        assert page.url.startswith(f"{address}/masks?")
        page.close()
