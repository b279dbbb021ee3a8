"""From nothing to the first picture: `streamlit run app.py` to its health page, and on to a painted head in Chromium.

Chromium runs already and opens the page (in an empty window of its own, nothing cached) once the server is healthy.
"Cold" has no bytecode of any package, as on the first start of a fresh copy without pip's compiling.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from typing import NamedTuple

from browser import chromium, on_screen
from playwright.sync_api import Browser
from timing import ROOT, head, options, row

from tests.browser.serve import serve

OVERVIEW = "() => performance.getEntriesByName('headlight-overview-painted').length > 0"
HEAT_MAP = "() => document.querySelector('.js-plotly-plot .heatmaplayer image') !== null"


class Start(NamedTuple):
    """Seconds since the process was started."""

    health: float
    overview: float
    heat_map: float


def start(browser: Browser) -> Start:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    began = time.time()
    with serve(ROOT / "app.py") as address:
        health = time.time()
        page.goto(address, wait_until="commit")
        overview = on_screen(page, OVERVIEW)
        heat_map = on_screen(page, HEAT_MAP)
        page.context.close()
    return Start(health - began, overview - began, heat_map - began)


def show(name: str, starts: list[Start]) -> None:
    row(name, *(f"{statistics.median(series):.2f} s" for series in zip(*starts, strict=True)), len(starts))


def main() -> None:
    o = options(__doc__, runs=3, cold=1)
    head("from the start of the process to ...", "health", "overview painted", "heat map painted", "runs")
    with chromium() as browser:
        for _ in range(o.cold):
            with tempfile.TemporaryDirectory() as folder:
                os.environ["PYTHONPYCACHEPREFIX"] = folder
                show("bytecode cold", [start(browser)])
        os.environ.pop("PYTHONPYCACHEPREFIX", None)
        start(browser)
        show("bytecode warm", [start(browser) for _ in range(o.runs)])


if __name__ == "__main__":
    main()
