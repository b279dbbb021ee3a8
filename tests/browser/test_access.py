"""Every page for everybody: axe-core finds nothing serious on it, on a light ground and on a dark one.

The check itself is in `open_app`, at the end of the first journey that ends on a page. Collected last, so that only a
page without a journey is opened here.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.access import findings
from tests.browser.serve import ROOT

pytestmark = pytest.mark.browser
NAVIGATION = re.findall(r'url_path="(\w+)"(, default=True)?', (ROOT / "app.py").read_text("utf-8"))
FAULTY = """<!doctype html><html lang="en"><title>Faulty</title><p style="color: #aaa; background: #fff">pale</p>
<img src="data:,"><canvas role="img"></canvas><button></button><p>plain</p></html>"""


def test_what_shuts_somebody_out_is_found(chromium):
    page = chromium.new_page()
    page.set_content(FAULTY)
    rules = [told.split(" at ")[0] for told in findings(page)]
    page.close()
    assert sorted(rules) == ["button-name", "color-contrast", "image-alt", "role-img-alt"]


def test_the_pages_are_those_of_the_navigation():
    assert {name for name, _ in NAVIGATION} == {path.stem for path in (ROOT / "pages").glob("*.py")}


@pytest.mark.parametrize(("name", "default"), NAVIGATION, ids=[name for name, _ in NAVIGATION])
def test_every_page_has_been_checked(open_app, checked, name, default):
    path = "" if default else name  # the first page has the app's own address
    if path not in checked:
        open_app(f"{path}?lang=en")


def test_the_list_of_pages_is_grouped_by_names_in_the_chosen_language(open_app):
    page = open_app("start?lang=en")
    expect(page.get_by_role("group", name="In class").get_by_role("link")).to_have_count(2)
    page.goto(page.url.replace("lang=en", "lang=ko"))
    expect(page.get_by_role("group", name="수업에서").get_by_role("link")).to_have_count(2)
    expect(page.get_by_role("group", name="In class")).to_have_count(0)


def test_on_a_phone_a_formula_goes_on_in_the_next_line(open_app):
    page = open_app("positions?lang=en&positions.part=turn", width=400)
    expect(page.locator(".katex-display")).to_be_visible()
    page.wait_for_function(
        "[...document.querySelectorAll('.katex-display')].every(e => e.scrollWidth === e.clientWidth)"
    )
    tops = page.locator(".katex-display .base").evaluate_all("bases => bases.map(e => e.getBoundingClientRect().top)")
    assert max(tops) - min(tops) > 40  # as high as a line
