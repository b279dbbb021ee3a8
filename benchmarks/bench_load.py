"""A class at once: sessions of the real app, each a websocket client that clicks every three seconds.

First all choose heads (a view click: the fragment runs, the model does not), then all type sentences, another one
for each session and click. Timed from sending to the message that the script has finished.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable

import psutil  # type: ignore[import-untyped]
from client import Tab
from sentences import sentences
from timing import ROOT, head, options, percentile, row

from core.shelf import installed, read_info
from tests.browser.serve import serve

EVERY = 3.0  # seconds between the clicks of a session


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


async def measure(address: str, sessions: int, length: float, server: psutil.Process) -> None:
    def rss() -> float:
        return float(server.memory_info().rss / 1e6)

    config = read_info(installed()[0]).config
    texts = iter(sentences())
    first = await Tab.open(address)  # not one of those that are timed: the first of all loads the model
    for n in range(5):
        await first.type(next(texts))
        await first.choose_head(n % config.n_encoder_layers, n)
    await asyncio.sleep(5)
    tabs = [await Tab.open(address) for _ in range(sessions)]
    memory = [rss()]
    idle = [await Tab.open(address) for _ in range(sessions)]  # loading has left holes: only now does memory grow
    memory.append(rss())
    for tab in idle:
        await tab.socket.close()

    def view(tab: Tab, n: int) -> Awaitable[float]:
        return tab.choose_head(n % config.n_encoder_layers, (n + 1) % config.n_heads)

    def sentence(tab: Tab, n: int) -> Awaitable[float]:
        return tab.type(next(texts))

    head(f"{sessions} sessions, a click every {EVERY:g} s", "p50", "p95", "largest", "server's CPU", "sent", "clicks")
    for name, act in (("view: another head", view), ("another sentence", sentence)):
        before = sum(server.cpu_times()[:2])
        took, size = await click_along(tabs, act, length)
        cpu = (sum(server.cpu_times()[:2]) - before) / len(took)  # a click
        memory.append(rss())
        times = (statistics.median(took), percentile(took, 0.95), max(took), cpu)
        row(name, *(f"{x * 1000:,.0f} ms" for x in times), f"{size:,.0f} KB", len(took))
    print()
    head("memory of the server (RSS)", "MB")
    names = (f"{sessions} sessions at the first picture", f"{sessions} more", "after the view clicks",
             "after the sentences (their runs stay cached)")  # fmt: skip
    for name, value in zip(names, memory, strict=True):
        row(name, f"{value:,.0f}")
    row("one session more", f"{(memory[1] - memory[0]) / sessions:.2f}")


def main() -> None:
    o = options(__doc__, sessions=30, seconds=30)
    with serve(ROOT / "app.py") as address:
        server = next(p for p in psutil.Process(os.getpid()).children() if "streamlit" in p.cmdline())
        asyncio.run(measure(address, o.sessions, o.seconds, server))


if __name__ == "__main__":
    main()
