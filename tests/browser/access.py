"""What axe-core finds on a page that would shut somebody out: a name that is missing, a contrast too low."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
GROUNDS = ("light", "dark")


def findings(page: Page, rules: list[str] = LEVELS) -> list[str]:
    """The serious ones, each with rule, element and what axe says of it. rules: their names, or tags of them."""
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, options=options).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    return [_told(one, node) for one in serious for node in one["nodes"]]


def on_both_grounds(page: Page) -> list[str]:
    """The ground changes the colours alone; streamlit follows when the system's change, so one visit will do."""
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=240_000)  # each element has arrived
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    found = findings(page)
    page.emulate_media(color_scheme=GROUNDS[not dark])  # type: ignore[arg-type]
    page.wait_for_timeout(500)
    return found + [told for told in findings(page, ["color-contrast"]) if told not in found]


def _told(one: dict[str, Any], node: dict[str, Any]) -> str:
    why = "; ".join(check["message"] for check in node["any"] + node["all"] + node["none"])
    return f"{one['id']} at {node['target']} {node['html'][:200]}: {one['help']} ({why})"
