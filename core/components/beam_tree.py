"""Beam search as the tree it grows: every hypothesis that was considered, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from core.components.assets import source
from core.components.buffer import chosen_words, pack
from core.search import Tree

# The texts that `words` must hold.
WORDS = (
    "tree.label",  # {steps} {nodes}: what the picture is, for those who hear it
    "tree.start",  # the root
    "tree.step",  # {step}: above a column
    "tree.hypothesis",  # {text}
    "tree.scores",  # {log_prob} {score}
    "tree.kept",
    "tree.ended",
    "tree.pruned",
    "tree.output",  # {rank}: one of the outputs
    "tree.hide",  # switch: without the pruned
    "tree.legend",
    "tree.png",
    "tree.svg",
    "tree.keys",
    "tree.key_arrows",
    "tree.key_enter",
    "tree.key_help",
)

_component = st.components.v2.component(
    "headlight_beam_tree",
    html='<div class="tree"></div>',
    css=source("common.css", "beam_tree.css"),
    js=source("common.js", "pencil.js", "beam_tree.js"),
)


def beam_tree(
    tree: Tree,
    chosen: int,
    *,
    words: Mapping[str, str],
    file_stem: str,
    key: str,
    on_choose: Callable[[int], None] = lambda node: None,
) -> None:
    """Draw the tree with the way to the node `chosen` lit; `on_choose` hears of a click, before the rerun."""
    if not 0 <= chosen < len(tree.nodes):
        raise ValueError(f"node {chosen} of {len(tree.nodes)}")
    header = {
        "nodes": [[n.step, n.parent, n.text, n.log_prob, n.score, n.fate] for n in tree.nodes],
        "found": list(tree.found),
        "chosen": chosen,
        "file_stem": file_stem,
        "words": chosen_words(words, WORDS),
    }

    def tell() -> None:
        picked = (st.session_state.get(key) or {}).get("chosen")
        if picked is not None:
            on_choose(int(picked))

    _component(key=key, data=pack(header, np.zeros(0, np.uint8)), on_chosen_change=tell)
