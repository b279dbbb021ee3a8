"""A browser tab without a browser: streamlit's websocket protocol, as much of it as a click needs."""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple, Self

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

TEXTS = ("sentence", "prefix")  # keys of the text fields at the top of a page
NO_TEXT = ("vision",)  # pages without one


class Widget(NamedTuple):
    id: str
    kind: str  # of its element: selectbox, text_input ...
    fragment: str  # that runs when it changes; empty: the page does


class Tab:
    """One session. Like the browser it keeps the large messages it was told to keep, and says which it has."""

    def __init__(self, socket: websockets.ClientConnection, query: str, page: str = "") -> None:
        self.socket = socket
        self.query = query
        self.page = page  # its path; empty: the first
        self.page_hash = ""
        self.kept: dict[str, ForwardMsg] = {}
        self.overview = BidiComponent()
        self.widgets: dict[str, Widget] = {}  # by their keys
        self.received = 0  # bytes, since the beginning
        self.elements: list[str] = []  # kinds of the elements that the last run sent

    @classmethod
    async def open(cls, address: str, query: str = "lang=en", page: str = "") -> Self:
        """Connect and run the page for the first time."""
        url = address.replace("http", "ws", 1) + "/_stcore/stream"
        socket = await websockets.connect(
            url, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None, compression=None, ping_interval=None
        )
        tab = cls(socket, query, page)
        await tab.run(tab._ask())
        return tab

    def _ask(self) -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.page_script_hash, state.page_name = self.page_hash, "" if self.page_hash else self.page
        state.cached_message_hashes.extend(self.kept)
        state.context_info.locale, state.context_info.timezone, state.context_info.color_scheme = (
            "en-US",
            "UTC",
            "light",
        )
        return message

    async def choose_head(self, layer: int, head: int) -> float:
        """Click on a head in the overview; it runs the fragment alone. Seconds until that is done."""
        size = int.from_bytes(self.overview.bytes[:4], "little")
        turn = json.loads(self.overview.bytes[4 : 4 + size])["turn"]
        chosen = json.dumps({"chosen": [layer, head, turn]})
        return await self._change(next(w for w in self.widgets.values() if w.id == self.overview.id), chosen)

    async def choose(self, key: str, option: str) -> float:
        """Another option of a select box. Seconds until that is done."""
        return await self._change(self.widgets[key], option)

    async def type(self, text: str) -> float:
        """Another sentence; it runs the page. Seconds until that is done."""
        return await self._change(next(self.widgets[key] for key in TEXTS if key in self.widgets), text)

    async def again(self) -> float:
        """The whole page once more, nothing changed."""
        return await self.run(self._ask())

    async def _change(self, widget: Widget, value: str) -> float:
        message = self._ask()
        message.rerun_script.fragment_id = widget.fragment
        state = message.rerun_script.widget_states.widgets.add()
        state.id = widget.id
        if widget.kind == "bidi_component":
            state.json_value = value
        else:
            state.string_value = value
        return await self.run(message)

    async def run(self, message: BackMsg) -> float:
        """Send, and take in what comes until the script has finished. Raises if the page shows an exception."""
        self.elements = []
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            data = await self.socket.recv()
            self.received += len(data)
            answer = ForwardMsg.FromString(bytes(data))  # type: ignore[arg-type]
            if self.take(answer):
                return time.perf_counter() - start

    def take(self, answer: ForwardMsg) -> bool:
        """Note what later clicks need; True at the end of a run."""
        kind = answer.WhichOneof("type")
        if kind == "ref_hash":
            return self.take(self.kept[answer.ref_hash])
        if answer.metadata.cacheable:
            self.kept[answer.hash] = answer
        if kind == "navigation":
            self.page_hash = answer.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = answer.page_info_changed.query_string
        elif kind == "delta" and answer.delta.HasField("new_element"):
            self._note(answer.delta.new_element, answer.delta.fragment_id)
        return bool(kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN)

    def _note(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        self.elements.append(kind)
        if kind == "exception":
            raise RuntimeError(f"the page shows {element.exception.type}: {element.exception.message}")
        shown = getattr(element, kind)
        if "-" in (name := getattr(shown, "id", "")):  # $$ID-hash-key
            self.widgets[name.split("-", 2)[2]] = Widget(name, kind, fragment)
        if kind == "bidi_component" and shown.component_name.endswith("headlight_overview"):
            self.overview.CopyFrom(shown)
