"""One head as lines from each query to the keys it looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.components.assets import source
from core.components.buffer import axis_header, chosen_words, pack
from core.figures.theme import KEY, QUERY
from core.trace import AttentionMap

# The texts that `words` must hold.
WORDS = (
    "links.label",  # {layer} {head}, from 1: what the picture is, for those who hear it
    "links.query",  # heading of the left column
    "links.query_writes",  # the same for a decoder, whose queries read "input → word about to be written"
    "links.key",  # heading of the right column
    "links.row",  # {query} {list}
    "links.to",  # {weight} {key}: one entry of that list
    "links.column",  # {key} {list}
    "links.from",  # {weight} {query}: one entry of that list
    "links.mass",  # {percent}: beside the slider
    "links.hide_special",
    "links.hint",  # under the picture while no token is held or pointed at
    "links.locked",  # {token}: said when a token is held
    "links.left_out",  # {shown} {total}: the heaviest lines are drawn, the others not
    "links.none",  # {weight}: no line reaches it
    "links.png",
    "links.svg",
    "links.keys",
    "links.key_arrows",
    "links.key_enter",
    "links.key_escape",
    "links.key_help",
)

_component = st.components.v2.component(
    "headlight_links",
    html='<div class="links"></div>',
    css=source("common.css", "links.css"),
    js=source("common.js", "links_parts.js", "links.js"),
)


def links(
    attn: AttentionMap,
    layer: int,
    head: int,
    *,
    words: Mapping[str, str],
    scale: Sequence[tuple[float, str]],
    hide_special: bool = False,
    mass: float = 1.0,
    file_stem: str,
    key: str,
) -> None:
    """Draw one head; pointing, holding, the threshold and the switch stay in the browser.

    mass: 0.5..1. For each query the fewest keys that together hold this share of its row are drawn; at 1 all
    weights of 0.005 and more. hide_special: without the tokens nobody typed, except decoder inputs, which write a word.
    Both are where the controls start; a value that changes here moves them again.
    """
    if not 0.5 <= mass <= 1:
        raise ValueError(f"mass is {mass}, not between 0.5 and 1")
    header = {
        "layer": layer,
        "head": head,
        "queries": axis_header(attn.queries),
        "keys": axis_header(attn.keys),
        "words": chosen_words(words, WORDS),
        "scale": [list(stop) for stop in scale],
        "colours": {"query": QUERY, "key": KEY},
        "hide_special": hide_special,
        "mass": mass,
        "file_stem": file_stem,
    }
    _component(key=key, data=pack(header, attn.head(layer, head)))
