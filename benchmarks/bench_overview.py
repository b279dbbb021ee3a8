"""All heads at once: our overview against bertviz's model_view, in one streamlit server and one Chromium.

Either is made by a click on a page that is open, where an earlier click drew one tiny map: what streamlit loads for a
first picture is there. Measured: from Python's call to pixels (Python, websocket, browser); in the browser alone, from
the data's arrival to pixels; and the bytes on the websocket for that click.
"""

from __future__ import annotations

import contextlib
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from browser import chromium, on_screen
from playwright.sync_api import Browser, BrowserContext, Route
from timing import ROOT, Pairs, head, options, row

from tests.browser.serve import serve

SIZES = ((6, 8, 12), (6, 8, 40), (12, 12, 64))
# What bertviz's page asks of cdnjs.cloudflare.com, from the npm registry. jQuery 2.0.0 was never there; 2.1.0 was.
LIBRARIES = {
    "require.js/2.3.6/require.min.js": ("requirejs@2.3.6", "package/require.js"),
    "d3/5.7.0/d3.min.js": ("d3@5.7.0", "package/dist/d3.min.js"),
    "jquery/2.0.0/jquery.min.js": ("jquery@2.1.0", "package/dist/jquery.min.js"),
}
COUNT_BYTES = """
window.received = 0;
window.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", ({ data }) => { window.received += data.byteLength ?? data.size ?? data.length; });
  }
};
"""
CLICK = """
window.before = window.received;
window.earlier = document.querySelector('iframe')?.contentDocument;
performance.clearMarks();
document.querySelector('[data-testid=stButton] button').click();
"""
DONE = {
    "ours": "() => performance.getEntriesByName('headlight-overview-painted').length > 0",
    "bertviz": """() => { const page = document.querySelector('iframe')?.contentDocument;
      return page && page !== window.earlier && page.getElementsByTagName('line').length === LINES; }""",
}
ARRIVED = {
    "ours": "performance.timeOrigin + performance.getEntriesByName('headlight-overview-arrived')[0].startTime",
    "bertviz": "document.querySelector('iframe').contentWindow.performance.timeOrigin",
}


class Shot(NamedTuple):
    """One picture; seconds and bytes."""

    call: float  # from Python's call to pixels
    python: float  # of which Python
    browser: float  # from the data's arrival to pixels
    bytes: int


@contextlib.contextmanager
def libraries() -> Iterator[dict[str, bytes]]:
    """The text of each library by the end of its address."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for address, (package, member) in LIBRARIES.items():
            subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True)
            with tarfile.open(Path(folder) / f"{package.replace('@', '-')}.tgz") as archive:
                file = archive.extractfile(member)
                found[address] = file.read() if file else b""
        yield found


def answer(context: BrowserContext, texts: dict[str, bytes]) -> None:
    def give(route: Route) -> None:
        name = route.request.url.split("/ajax/libs/")[1]
        route.fulfill(body=texts[name], content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})

    context.route("https://cdnjs.cloudflare.com/**", give)


def shoot(browser: Browser, texts: dict[str, bytes], address: str, side: str, size: tuple[int, int, int]) -> Shot:
    """A new page, opened and at rest; the click; the picture."""
    layers, heads, n = size
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    answer(context, texts)
    context.add_init_script(COUNT_BYTES)
    page = context.new_page()
    page.goto(f"{address}/?side={side}&layers={layers}&heads={heads}&tokens={n}")
    page.locator("[data-testid=stButton] button").wait_for(timeout=60_000)
    for tokens in (2, n):
        page.wait_for_timeout(1000)
        pixels = on_screen(page, DONE[side].replace("LINES", str(layers * heads * tokens**2)), CLICK)
    arrived = float(page.evaluate(ARRIVED[side])) / 1000
    _, began, _, busy = page.locator("[data-testid=stText]").inner_text(timeout=60_000).split()
    received = int(page.evaluate("window.received - window.before"))
    context.close()
    return Shot(pixels - float(began), float(busy), pixels - arrived, received)


def main() -> None:
    o = options(__doc__, repeats=5)
    head("all heads, Chromium", "", "ours", "bertviz", "theirs / ours", "pairs")
    with libraries() as texts, serve(ROOT / "benchmarks" / "overview_app.py") as address, chromium() as browser:
        for size in SIZES:
            shots = [
                (shoot(browser, texts, address, "ours", size), shoot(browser, texts, address, "bertviz", size))
                for _ in range(o.repeats + 1)
            ][1:]
            name = "{} layers x {} heads x {} tokens".format(*size)
            for field, what in (
                ("call", "call to pixels"),
                ("python", "of which Python"),
                ("browser", "arrival to pixels"),
            ):
                pairs = Pairs([getattr(a, field) for a, _ in shots], [getattr(b, field) for _, b in shots])
                row(name, what, *pairs.cells(), o.repeats)
            row(
                name,
                "payload",
                *Pairs([a.bytes for a, _ in shots], [b.bytes for _, b in shots]).cells("KB", 1e-3),
                o.repeats,
            )


if __name__ == "__main__":
    main()
