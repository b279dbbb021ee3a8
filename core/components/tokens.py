"""A row of tokens, each with a badge that says what happened to it: as text, and in colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st

from core.components.assets import source
from core.components.buffer import chosen_words, pack

Look = Literal["plain", "special", "mask", "random", "same", "a", "b"]
# Told apart by the colour-blind too (Okabe and Ito 2008); the badge says the same in words.
COLOURS: dict[Look, str] = {
    "plain": "", "special": "", "mask": "#7a7873", "random": "#CC79A7", "same": "#56B4E9", "a": "#56B4E9",
    "b": "#E69F00",
}  # fmt: skip

# The texts that `words` must hold.
WORDS = (
    "tokens.label",  # {title}: what the row is, for those who hear it; of one that only shows
    "tokens.label_choose",  # {title}: of one where a token can be chosen
    "tokens.chosen",  # {name}
    "tokens.png",
    "tokens.svg",
    "tokens.keys",
    "tokens.key_arrows",
    "tokens.key_ends",
    "tokens.key_help",
)


@dataclass(frozen=True, slots=True)
class Token:
    """text: as it is read. look: nobody can choose a special one. badge: what happened to it; note: a line under that.
    joined: goes on with a word."""

    text: str
    look: Look = "plain"
    badge: str = ""
    note: str = ""
    joined: bool = False


_component = st.components.v2.component(
    "headlight_tokens",
    html='<div class="tokens"></div>',
    css=source("common.css", "tokens.css"),
    js=source("common.js", "pencil.js", "tokens.js"),
)


def tokens(
    shown: Sequence[Token],
    *,
    title: str,
    words: Mapping[str, str],
    file_stem: str,
    key: str,
    hint: str = "",
    chosen: int | None = None,
    on_choose: Callable[[int], None] | None = None,
) -> None:
    """Draw the tokens in as many lines as they need.

    hint: a line under them. on_choose: hears which one a person chose by a click or the arrows, before the page runs
    again; without it the row is only looked at.
    """
    looks = list(COLOURS)
    header = {
        "tokens": [{"text": one.text, "badge": one.badge, "note": one.note, "joined": one.joined} for one in shown],
        "looks": [{"name": name, "colour": colour} for name, colour in COLOURS.items()],
        "title": title, "hint": hint, "chosen": chosen, "chooses": on_choose is not None, "file_stem": file_stem,
        "words": chosen_words(words, WORDS),
    }  # fmt: skip
    values = np.array([looks.index(one.look) for one in shown], np.uint8)
    _component(key=key, data=pack(header, values), on_chosen_change=lambda: _tell(key, on_choose))


def _tell(key: str, hear: Callable[[int], None] | None) -> None:
    """Streamlit keeps only those states that have a callback; this one also passes the news on."""
    found: Any = (st.session_state.get(key) or {}).get("chosen")
    if hear is not None and found is not None:
        hear(int(found))
