"""What does one attention head compute, step by step?"""

from __future__ import annotations

import streamlit as st

from core import ui
from core.ui import selfattention as page
from core.ui import selfattention_parts as parts
from core.ui import selfattention_typed as typed
from core.ui.selfattention_walk import walk
from core.ui.selfattention_whatif import whatif

info = ui.model_picker()
text = ui.ask("selfattention", info)
PARTS = {
    "whatif": whatif,
    "dk": parts.dimension,
    "angle": parts.angle,
    "heads": parts.several,
    "bench": lambda c: typed.workbench(),
    "same": typed.same,
}


@st.fragment
def look(found: page.Readings) -> None:
    """Another head, word or knob runs this alone, never the model."""
    c = page.choose(found, info.name)
    walk(c)
    parts.one_score(c)
    st.divider()
    PARTS[ui.choice("selfattention.part", tuple(PARTS), label=False)](c)
    ui.share("sentence", "model", "kind", "layer", "head")


def read() -> None:
    """The sentence's run, or why there is none."""
    if found := page.read_or_say(info.name, text):
        st.markdown(f"→ {ui.md(found.tgt_text)}")
        ui.longer_than_trained(info, found.src)
        look(found)
    else:
        typed.workbench()


read()
ui.lesson("selfattention")
