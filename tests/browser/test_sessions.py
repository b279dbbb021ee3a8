"""Many people on one server: what one types reaches nobody else, on no page.

No Chromium: clients of streamlit's websocket, which hear all that a browser would be sent.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.client import NO_TEXT, Tab
from tests.browser.serve import ROOT

PAGES = [path.stem for path in sorted((ROOT / "pages").glob("*.py")) if path.stem not in NO_TEXT]
SENTENCES = {"lighthouse": "My uncle painted a lighthouse.", "volcano": "Nobody slept near the volcano."}


class Listener(Tab):
    """Keeps every word it is sent."""

    def __init__(self, *told):
        super().__init__(*told)
        self.heard = []

    def take(self, answer):
        self.heard.append(answer.SerializeToString())
        return super().take(answer)

    def hears(self, word):
        return any(word.encode() in message for message in self.heard)


async def people(address, page):
    """Two who type at the same moment, and one who comes later and only looks."""
    typing = {word: await Listener.open(address, page=page) for word in SENTENCES}
    await asyncio.gather(*(typing[word].type(text) for word, text in SENTENCES.items()))
    looking = await Listener.open(address, page=page)
    await looking.again()
    for tab in (*typing.values(), looking):
        await tab.socket.close()
    return typing, looking


@pytest.mark.parametrize("page", PAGES)
def test_no_session_hears_what_another_typed(app_address, page):
    with ThreadPoolExecutor(1) as beside:  # this thread has the browser's event loop
        typing, looking = beside.submit(lambda: asyncio.run(people(app_address, page))).result()
    one, two = SENTENCES
    assert typing[one].hears(one), "or this test would see nothing"
    assert typing[two].hears(two)
    assert not typing[one].hears(two)
    assert not typing[two].hears(one)
    assert not looking.hears(one)
    assert not looking.hears(two)
