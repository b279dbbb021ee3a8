"""Journeys in Debian's Chromium. Skipped where there is none, but for HEADLIGHT_BROWSER=required: then that fails."""

from __future__ import annotations

import os
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.access import findings, on_both_grounds
from tests.browser.serve import CHROMIUM, ROOT, serve

PATIENCE = 60_000  # milliseconds, on a machine with other work; nothing is asserted of time
REQUIRED = os.environ.get("HEADLIGHT_BROWSER") == "required"


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # the first draws for nobody: faster
    if path is None:
        (pytest.fail if REQUIRED else pytest.skip)("no Chromium here: install Debian's `chromium-headless-shell`")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def app_address():
    """The whole app, as `make run` starts it."""
    with serve(ROOT / "app.py") as url:
        yield url


@pytest.fixture(scope="session")
def _pages_are_known(chromium, app_address):
    """A new server learns from its first visit which pages there are; until then a link to one opens it alone."""
    page = chromium.new_page()
    page.goto(app_address)
    settle(page)
    page.close()


class Browsers:
    """Contexts of Chromium, each a browser of its own. The first that a test asks for is the one that the test before
    it had, emptied but for the files of Streamlit: reading those anew costs a third of each journey."""

    def __init__(self, chromium):
        self.chromium, self.kept, self.lent = chromium, {}, []

    def context(self, locale):
        permissions = ["clipboard-read", "clipboard-write"]
        if locale in self.kept and self.kept[locale] not in self.lent:
            found = self.kept[locale]
        else:
            found = self.chromium.new_context(locale=locale, permissions=permissions)
            self.kept.setdefault(locale, found)
        self.lent.append(found)
        return found

    def empty(self):
        """What was lent has forgotten all that it was told."""
        for context in self.lent:
            if context not in self.kept.values():
                context.close()
                continue
            for page in context.pages:
                page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
                page.close()
            context.clear_cookies()
        self.lent = []


@pytest.fixture(scope="session")
def browsers(chromium):
    return Browsers(chromium)


class Checked:
    """The pages that axe-core has looked at: a folder with a file for each, so that pytest's processes share them."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def __contains__(self, page):
        return (self.folder / f"page {page}").exists()

    def add(self, page):
        (self.folder / f"page {page}").touch()


@pytest.fixture(scope="session")
def checked(tmp_path_factory):
    own = tmp_path_factory.getbasetemp()  # beside it, those of the other processes
    return Checked((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "checked")


def pytest_collection_modifyitems(items):
    """Pages without a journey are opened for axe-core when all journeys are over."""
    items.sort(key=lambda item: item.path.name == "test_access.py")


@pytest.fixture
def open_app(browsers, app_address, _pages_are_known, checked):
    """Opens the app in a session of its own.

    At the end: no error on any page, no request beyond this machine, and nobody shut out of the page where the
    session's first journey ends.
    """
    errors, requests = [], []

    def go(query="", *, locale="en-GB", width=1280, height=900, dark=False):
        page = browsers.context(locale).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"{app_address}/{query}")
        settle(page)
        return page

    yield go
    opened = any(context.pages for context in browsers.lent)
    try:
        faults = [fault for context in browsers.lent for page in context.pages for fault in _faults(page, checked)]
    finally:
        browsers.empty()
    assert faults == []
    assert errors == []
    assert requests or not opened  # a watch that saw nothing would find nothing
    outside = [url for url in requests if not url.startswith((app_address, "data:", "blob:"))]
    assert outside == []


def _faults(page, checked):
    """What axe-core finds where a journey ended: once for each page of the app, and once for each in Korean.

    Another language has other names and lengths, but the same colours: then one ground will do.
    """
    address = urlsplit(page.url)
    name = address.path.strip("/")
    seen = [name, f"{name} in Korean"] if "ko" in parse_qs(address.query).get("lang", []) else [name]
    if all(one in checked for one in seen):
        return []
    look = findings if name in checked else on_both_grounds
    for one in seen:
        checked.add(one)
    return [f"{name or 'the first page'}: {told}" for told in look(page)]


def settle(page):
    """Wait until streamlit has finished running and drawn."""
    page.locator("h1").first.wait_for()
    page.wait_for_timeout(150)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=90000)
    page.wait_for_timeout(150)
