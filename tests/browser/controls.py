"""A page's controls as a person turns them, and what they say."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

# Whatever is chosen, switched on or typed, top down: in words, and as numbers that are the same in every language.
SAID = """() => [...document.querySelectorAll('[data-testid=stMain] :is([role=radio], [role=slider], [role=combobox], '
    + '[role=spinbutton], [role=switch], input, textarea)')].map(e => e.role === 'slider' || e.type === 'range'
      ? e.ariaValueNow ?? e.value : e.role === 'radio' || e.type === 'checkbox' ? `${e.ariaChecked ?? e.checked}`
      : e.value ?? e.innerText)"""


def press(page: Page, name: str) -> None:
    """A segment of a control."""
    one = page.get_by_role("radio", name=name, exact=True)
    one.click()
    expect(one).to_be_checked()
    settle(page)


def pick(page: Page, label: str, option: str) -> None:
    """An option of a select box."""
    page.get_by_role("combobox", name=label).first.click()
    page.get_by_role("option", name=option, exact=True).first.click()
    settle(page)


def slide(page: Page, label: str, keys: str, times: int = 1) -> None:
    """A slider by keys; a press may fall between two drawings."""
    for _ in range(times):
        slider = page.get_by_role("slider", name=label).first
        before = slider.get_attribute("aria-valuenow")
        slider.press(keys)
        expect(slider).not_to_have_attribute("aria-valuenow", before or "")
        page.wait_for_timeout(400)
        settle(page)


def switch(page: Page, label: str) -> None:
    page.get_by_test_id("stCheckbox").filter(has_text=label).locator("label").first.click()
    settle(page)


def write(page: Page, label: str, text: str) -> None:
    box = page.get_by_label(label, exact=True).first
    box.fill(text)
    box.press("Control+Enter")
    page.wait_for_timeout(300)
    settle(page)


def said(page: Page) -> list[str]:
    return page.evaluate(SAID)  # type: ignore[no-any-return]


def held(page: Page) -> dict[str, Any]:
    """What the address holds, but for the language."""
    return {name: values for name, values in parse_qs(urlsplit(page.url).query).items() if name != "lang"}


def in_language(page: Page, language: str) -> str:
    """The page's address without the server, in that language."""
    address = urlsplit(page.url)
    kept = [part for part in address.query.split("&") if not part.startswith("lang=")]
    return f"{address.path.lstrip('/')}?{'&'.join([*kept, f'lang={language}'])}"
