"""An hour's use: people come, look at a page with sentences of their own, and go on to another; the server's memory.

Each of them opens a page of the real app in a session of its own, clicks every three seconds (eight other views, two
other sentences, in turns) and closes it; then the next page, by lot. The table's rows are minutes of that.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]
from bench_load import EVERY, PAGES, look
from client import Tab
from sentences import sentences
from timing import ROOT, head, options, row

from tests.browser.serve import serve

CLICKS, TYPED = 10, (3, 7)  # clicks of a session, and which of them are another sentence


@dataclass
class Counts:
    sessions: int = 0
    clicks: int = 0
    sentences: int = 0


async def person(address: str, texts: Iterator[str], rng: random.Random, until: float, counts: Counts) -> None:
    await asyncio.sleep(rng.uniform(0, EVERY))
    while time.monotonic() < until:
        tab = await Tab.open(address, page=rng.choice(PAGES))
        counts.sessions += 1
        for n in range(CLICKS):
            await asyncio.sleep(EVERY)
            await (tab.type(next(texts)) if n in TYPED else look(tab, n))
            counts.sentences += n in TYPED
            counts.clicks += 1
        await tab.socket.close()


async def watch(server: psutil.Process, o: argparse.Namespace, counts: Counts) -> None:
    head("minute", "memory (RSS)", "sessions so far", "clicks", "other sentences")
    began = time.monotonic()
    for at in range(0, o.minutes + 1, o.every):
        await asyncio.sleep(max(0.0, began + 60 * at - time.monotonic()))
        row(at, f"{server.memory_info().rss / 1e6:,.0f} MB", counts.sessions, counts.clicks, counts.sentences)


async def hour(address: str, o: argparse.Namespace, server: psutil.Process) -> None:
    counts, rng, texts = Counts(), random.Random(1), iter(sentences())
    until = time.monotonic() + 60 * o.minutes
    people = (person(address, texts, random.Random(rng.random()), until, counts) for _ in range(o.people))
    await asyncio.gather(watch(server, o, counts), *people)


def main() -> None:
    o = options(__doc__, people=10, minutes=60, every=5)
    with serve(ROOT / "app.py") as address:
        server = next(p for p in psutil.Process(os.getpid()).children() if "streamlit" in p.cmdline())
        asyncio.run(hour(address, o, server))


if __name__ == "__main__":
    main()
