"""What a presenter steers by: keys, four buttons in a corner, a QR code of the view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import streamlit as st

from core.components.assets import source
from core.components.buffer import chosen_words

Press = Literal["back", "next", "leave"]
PRESSES: tuple[Press, ...] = ("back", "next", "leave")

# The texts that `words` must hold.
WORDS = (
    "present.label",  # the group of buttons, for those who hear it
    "present.back",
    "present.next",
    "present.code",
    "present.leave",
    "present.open",  # over the QR code
    "present.alone",  # where nobody else can reach the address
    "present.long",  # where it is too long for a code
    "present.close",
)

_component = st.components.v2.component(
    "headlight_presenter",
    html='<div class="presenter"></div>',
    css=source("common.css", "presenter.css"),
    js=source("common.js", "presenter.js"),
)


def presenter(
    *,
    place: str,
    code: Sequence[str],
    address: str,
    alone: bool,
    words: Mapping[str, str],
    key: str,
    on_press: Callable[[Press], None],
    on_asked: Callable[[str], None],
) -> None:
    """PageUp and PageDown (what a clicker sends), Q and Esc, and the same as buttons.

    place: where on the path this is. `on_asked` hears the browser's address when a code is wanted; the next run gives
    the `address` for others and its `code`, rows of "1" and "0" (none: it is too long). alone: only this machine can
    open it.
    """
    data = {
        "place": place, "code": list(code), "address": address, "alone": alone, "words": chosen_words(words, WORDS),
    }  # fmt: skip

    def pressed() -> None:
        found = (st.session_state.get(key) or {}).get("pressed")
        if found in PRESSES:
            on_press(found)

    def asked() -> None:
        if found := (st.session_state.get(key) or {}).get("asked"):
            on_asked(str(found))

    # In a list: in a dictionary streamlit would look for data frames, and import pandas for that.
    _component(key=key, data=[data], on_pressed_change=pressed, on_asked_change=asked)
