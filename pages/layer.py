"""What happens to one token inside a layer?"""

from __future__ import annotations

import streamlit as st

from core import ui
from core.ui import layer as page
from core.ui import layer_box as box
from core.ui import layer_lens as lens
from core.ui import layer_parts as parts
from core.ui import layer_units as units
from core.ui import layer_walk as way

info = ui.model_picker()
text = ui.ask("layer", info)
PARTS = {
    "norms": parts.norms,
    "batch": parts.batch,
    "units": units.units,
    "linear": units.linear,
    "lens": lens.levels,
    "last": lens.last,
}


@st.fragment
def look(found: page.Found) -> None:
    """Another side, layer, token or box runs this alone, never the model."""
    c = page.choose(found, info)
    opened = way.show(c)
    box.arithmetic(c, opened)
    st.divider()
    PARTS[ui.choice("layer.part", tuple(PARTS), label=False)](c)


if found := page.read_or_say(info, text):
    st.markdown(f"→ {ui.md(found.tgt_text)}")
    ui.longer_than_trained(info, found.encoder.tokens)
    look(found)
ui.lesson("layer")
