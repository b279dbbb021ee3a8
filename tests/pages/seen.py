"""What a page under AppTest shows: its sentences, and what it sends to its components."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest


def opened(page: str, language: str = "en", text: str = "I like your idea.", **query: str) -> AppTest:
    """The page with what a link says: `masks__view` for `masks.view`."""
    at = AppTest.from_file(f"../../pages/{page}.py", default_timeout=60)
    at.query_params.update({"lang": language, "sentence": text} | {k.replace("__", "."): v for k, v in query.items()})
    at.run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    """Every sentence on the page."""
    return "\n".join(element.value for kind in (at.markdown, at.caption, at.info, at.warning) for element in kind)


def plain(text: str) -> str:
    """As a person reads it: without the marks that keep what was typed from being Markdown."""
    return text.replace("\\", "")


def charts(at: AppTest) -> list[dict[str, Any]]:
    """Every Plotly picture as the browser gets it, from the top of the page down."""
    return [json.loads(one.proto.spec) for one in at.get("plotly_chart")]


def values(column: object) -> np.ndarray:
    """Numbers of a picture, which Plotly sends as base64 or as a list."""
    if isinstance(column, dict):
        return np.frombuffer(base64.b64decode(column["bdata"]), column["dtype"])
    return np.array(column)


def sent(at: AppTest) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Header and values of each component that gets a buffer, from the top of the page down."""
    for element in at.get("bidi_component"):
        if data := element.proto.bytes:
            size = struct.unpack("<I", data[:4])[0]
            header = json.loads(data[4 : 4 + size])
            yield header, np.frombuffer(data[4 + size :], header["dtype"])


def component(at: AppTest, name: str) -> tuple[dict[str, Any], np.ndarray] | None:
    """Header and values, in their shape, of the component whose texts begin with `name`; None if it is not there."""
    for header, values in sent(at):
        if any(word.startswith(f"{name}.") for word in header.get("words", ())):
            return header, values.reshape(header["shape"])
    return None


def matrices(at: AppTest) -> dict[str, np.ndarray]:
    """Every matrix on the page by its name, [rows, columns]; of several with one name the last."""
    found = {}
    for header, values in sent(at):
        start = 0
        for panel in header.get("panels", ()):
            n, m = panel["shape"]
            found[panel["name"]] = values[start : start + n * m].reshape(n, m)
            start += n * m
    return found
