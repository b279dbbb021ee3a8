"""What the benchmarks in Chromium share: the browser, and the moment something is on the screen."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, sync_playwright
from timing import ROOT  # noqa: F401 - makes tests importable

from tests.browser.serve import CHROMIUM

# `start` begins what is timed; the condition is asked anew in each animation frame; once it is true two
# more frames pass, so that what was drawn has been shown.
# Answers in milliseconds since 1970, the clock that Python's time.time() reads too.
_ON_SCREEN = """
([condition, start, limit]) => new Promise((resolve, reject) => {
  const holds = eval(condition), now = () => performance.timeOrigin + performance.now(), end = now() + limit;
  const look = () => {
    if (holds()) requestAnimationFrame(() => requestAnimationFrame(() => resolve(now())));
    else if (now() > end) reject(new Error("nothing on the screen after " + limit + " ms"));
    else requestAnimationFrame(look);
  };
  eval(start);
  requestAnimationFrame(look);
})
"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("no Chromium here: install Debian's package `chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        yield browser
        browser.close()


def on_screen(page: Page, condition: str, start: str = "", limit: float = 120) -> float:
    """When `condition`, a JavaScript function, was true and two frames had passed; seconds since 1970."""
    return float(page.evaluate(_ON_SCREEN, [condition, start, limit * 1000])) / 1000
