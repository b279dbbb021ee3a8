"""What a person takes along: a link to what is shown, and a Plotly picture as a file."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.components.assets import source
from core.components.buffer import chosen_words

# The texts that `words` must hold.
LINK_WORDS = ("share.link", "share.link.title", "share.copied", "share.press")
PICTURE_WORDS = ("share.png", "share.svg", "share.failed")

_link = st.components.v2.component(
    "headlight_link",
    html='<div class="sharing"></div>',
    css=source("common.css", "sharing.css"),
    js=source("common.js", "copy_link.js"),
)
_picture = st.components.v2.component(
    "headlight_picture",
    html='<div class="sharing"></div>',
    css=source("common.css", "sharing.css"),
    js=source("common.js", "save_picture.js"),
)


def copy_link(choices: Mapping[str, str], *, words: Mapping[str, str], key: str) -> None:
    """A button that copies this page's address with all of `choices` in it, those left at their default too.

    Without a clipboard (plain http) the address appears instead, selected, to be copied by hand.
    """
    data = {"choices": dict(choices), "words": chosen_words(words, LINK_WORDS)}
    _link(key=key, data=_as_it_is(data), width="content")


def save_picture(plot: str, *, title: str, words: Mapping[str, str], file_stem: str, key: str) -> None:
    """Buttons that save the `st.plotly_chart` of the key `plot` as PNG and SVG, under a title, on the page's ground."""
    data = {"plot": plot, "title": title, "file_stem": file_stem, "words": chosen_words(words, PICTURE_WORDS)}
    _picture(key=key, data=_as_it_is(data))


def _as_it_is(data: Mapping[str, object]) -> list[Mapping[str, object]]:
    """In a list. In a dictionary streamlit would look for data frames, and import pandas for that: half a second and
    more, before the first picture."""
    return [data]
