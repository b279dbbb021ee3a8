"""A class at once: sessions of the real app, each a websocket client that clicks every three seconds.

First all change the view (heads or layers: the model does not run), then all type sentences, another one for each
session and click. Timed from sending to the message that the script has finished. At the end one session changes its
view over and over, back to back: memory must not grow with clicks. `--page` is a page's path; with `all`, each in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator

import psutil  # type: ignore[import-untyped]
from client import NO_TEXT, Tab
from sentences import sentences
from timing import ROOT, head, options, percentile, row

from core.shelf import read_info
from tests.browser.serve import serve

EVERY = 3.0  # seconds between the clicks of a session
PAGES = tuple(path.stem for path in sorted((ROOT / "pages").glob("*.py")) if path.stem not in NO_TEXT)
# Select boxes that change the view of a page without an overview, and what is chosen in turns.
BOXES = dict.fromkeys(("layer", "strip.layer", "alignment.layer"), ("1", "2", "3")) | {"transfer.n": ("4", "8", "16")}


async def click_along(
    tabs: list[Tab], act: Callable[[Tab, int], Awaitable[float]], length: float
) -> tuple[list[float], float]:
    """Every tab acts every three seconds, each from a moment of its own; the seconds of each click, KB of a click."""
    begin, took, before = time.monotonic() + 0.5, [], sum(tab.received for tab in tabs)
    starts = random.Random(2)

    async def one(tab: Tab, at: float) -> None:
        for n in range(int(length / EVERY)):
            await asyncio.sleep(max(0.0, at + n * EVERY - time.monotonic()))
            took.append(await act(tab, n))

    await asyncio.gather(*(one(tab, begin + starts.uniform(0, EVERY)) for tab in tabs))
    return took, (sum(tab.received for tab in tabs) - before) / len(took) / 1000


async def look(tab: Tab, n: int) -> float:
    """The n-th view click: another head in the overview, another layer, or (where a browser changes the view alone)
    the page once more."""
    config = read_info("transformer-en-fr").config
    layer = n % config.n_encoder_layers
    if tab.overview.id:
        return await tab.choose_head(layer, (n + 1) % config.n_heads)
    box = next((key for key in BOXES if key in tab.widgets), None)
    return await tab.choose(box, BOXES[box][n % 3]) if box else await tab.again()


async def measure(address: str, o: argparse.Namespace, page: str, texts: Iterator[str], server: psutil.Process) -> None:
    def rss() -> float:
        return float(server.memory_info().rss / 1e6)

    def cpu() -> float:
        return float(sum(server.cpu_times()[:2]))

    first = await Tab.open(address, page=page)  # not one of those that are timed: the first of all loads the model
    for n in range(5):
        await first.type(next(texts))
        await look(first, n)
    await asyncio.sleep(5)
    tabs = [await Tab.open(address, page=page) for _ in range(o.sessions)]
    memory = [rss()]
    idle = [await Tab.open(address, page=page) for _ in range(o.sessions)]  # loading has left holes: memory grows now
    memory.append(rss())
    for tab in idle:
        await tab.socket.close()

    def sentence(tab: Tab, n: int) -> Awaitable[float]:
        return tab.type(next(texts))

    title = f"{page}: {o.sessions} sessions, a click every {EVERY:g} s"
    head(title, "p50", "p95", "largest", "server's CPU", "sent", "clicks")
    for name, act in (("view: another head or layer", look), ("another sentence", sentence)):
        before = cpu()
        took, size = await click_along(tabs, act, o.seconds)
        times = (statistics.median(took), percentile(took, 0.95), max(took), (cpu() - before) / len(took))
        memory.append(rss())
        row(name, *(f"{x * 1000:,.0f} ms" for x in times), f"{size:,.0f} KB", len(took))
    for n in range(o.repeated):
        await look(tabs[0], n)
    memory.append(rss())
    for tab in (first, *tabs):
        await tab.socket.close()
    print()
    head(f"{page}: memory of the server (RSS)", "MB")
    names = (
        f"{o.sessions} sessions at the first picture",
        f"{o.sessions} more",
        "after the view clicks",
        "after the sentences (their runs stay cached)",
        f"after {o.repeated} view clicks of one session",
    )
    for name, value in zip(names, memory, strict=True):
        row(name, f"{value:,.0f}")
    row("one session more", f"{(memory[1] - memory[0]) / o.sessions:.2f}")
    print()


def main() -> None:
    o = options(__doc__, sessions=30, seconds=30, repeated=500, page="heads")
    if o.page not in (*PAGES, "all"):
        raise SystemExit(f"no page {o.page}: one of {', '.join(PAGES)}, or all")
    texts = iter(sentences())
    with serve(ROOT / "app.py") as address:
        server = next(p for p in psutil.Process(os.getpid()).children() if "streamlit" in p.cmdline())
        for page in PAGES if o.page == "all" else (o.page,):
            asyncio.run(measure(address, o, page, texts, server))


if __name__ == "__main__":
    main()
