"""Every page for everybody: axe-core finds nothing serious on it, on a light ground and on a dark one.

The check itself is in `open_app`, at the end of the first journey that ends on a page. Collected last, so that only a
page without a journey is opened here.
"""

import re

import pytest

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
