"""A class at once: from the fourth session on, a process beside the server runs the models.

No Chromium: clients of streamlit's websocket.
"""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from core.models import load_model
from core.tracing import trace
from core.ui.many import MANY
from tests.browser.serve import ROOT, serve
from tests.browser.test_sessions import Listener

pytestmark = pytest.mark.browser
BESIDE, AFTER = "My sister sells old bicycles.", "The baker opened the window."


def processes():
    """Those that run models, of any server that this test started."""
    return {one for one in psutil.Process(os.getpid()).children(recursive=True) if "core.apart" in command(one)}


def command(process):
    """Nothing of one that has just ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


async def a_class(address, others):
    tabs = [await Listener.open(address) for _ in range(MANY - 1)]
    assert processes() == others, "too early: for a few it is not worth its memory"
    tabs.append(await Listener.open(address))
    (process,) = processes() - others
    limit = time.monotonic() + 60
    while "safetensors" not in " ".join(m.path for m in process.memory_maps()):  # torch and all else is loaded
        assert time.monotonic() < limit
        await asyncio.sleep(0.1)
    await asyncio.sleep(2)
    before = sum(process.cpu_times()[:2])
    await tabs[0].type(BESIDE)
    busy = sum(process.cpu_times()[:2]) - before
    process.kill()
    await tabs[1].type(AFTER)
    late = await Listener.open(address)
    again = processes() - others
    for tab in (*tabs, late):
        await tab.socket.close()
    return tabs, busy, again


def test_the_fourth_session_starts_a_process_and_nobody_notices_when_it_dies():
    others = processes()
    with serve(ROOT / "app.py") as address, ThreadPoolExecutor(1) as beside:  # this thread has the browser's event loop
        tabs, busy, again = beside.submit(lambda: asyncio.run(a_class(address, others))).result()
    model = load_model("transformer-en-fr")
    assert tabs[0].hears(trace(model, BESIDE).tgt_text.rstrip("."))
    assert busy > 0.05, "the model ran elsewhere"
    assert tabs[1].hears(trace(model, AFTER).tgt_text.rstrip("."))
    assert len(again) == 1, "the next who comes starts it anew"
