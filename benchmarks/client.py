"""A browser tab without a browser: streamlit's websocket protocol, as much of it as a click needs."""

from __future__ import annotations

import json
import time
from typing import Any, Self

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Tab:
    """One session. Like the browser it keeps the large messages it was told to keep, and says which it has."""

    def __init__(self, socket: websockets.ClientConnection, query: str) -> None:
        self.socket = socket
        self.query = query
        self.kept: dict[str, ForwardMsg] = {}
        self.overview = BidiComponent()
        self.fragment = ""
        self.sentence = ""  # the text field's widget id
        self.received = 0  # bytes, since the beginning
        self.elements: list[str] = []  # kinds of the elements that the last run sent

    @classmethod
    async def open(cls, address: str, query: str = "lang=en") -> Self:
        """Connect and run the page for the first time."""
        url = address.replace("http", "ws", 1) + "/_stcore/stream"
        socket = await websockets.connect(
            url, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None, compression=None, ping_interval=None
        )
        tab = cls(socket, query)
        await tab.run(tab._ask())
        return tab

    def _ask(self) -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.cached_message_hashes.extend(self.kept)
        state.context_info.locale, state.context_info.timezone, state.context_info.color_scheme = (
            "en-US",
            "UTC",
            "light",
        )
        return message

    async def choose_head(self, layer: int, head: int) -> float:
        """Click on a head in the overview; it runs the fragment alone. Seconds until that is done."""
        message = self._ask()
        message.rerun_script.fragment_id = self.fragment
        widget = message.rerun_script.widget_states.widgets.add()
        size = int.from_bytes(self.overview.bytes[:4], "little")
        turn = json.loads(self.overview.bytes[4 : 4 + size])["turn"]
        widget.id, widget.json_value = self.overview.id, json.dumps({"chosen": [layer, head, turn]})
        return await self.run(message)

    async def type(self, text: str) -> float:
        """Another sentence; it runs the page. Seconds until that is done."""
        message = self._ask()
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.string_value = self.sentence, text
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
        if kind == "page_info_changed":
            self.query = answer.page_info_changed.query_string
        elif kind == "delta" and answer.delta.HasField("new_element"):
            self._note(answer.delta.new_element, answer.delta.fragment_id)
        return bool(kind == "script_finished")

    def _note(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        self.elements.append(kind)
        if kind == "exception":
            raise RuntimeError(f"the page shows {element.exception.type}: {element.exception.message}")
        if kind == "bidi_component" and element.bidi_component.component_name.endswith("headlight_overview"):
            self.overview.CopyFrom(element.bidi_component)
            self.fragment = fragment
        if kind == "text_input" and "sentence" in element.text_input.id:
            self.sentence = element.text_input.id
