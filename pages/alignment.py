"""Where does each translator look while it writes?"""

import streamlit as st

from core import ui
from core.ui import alignment as page
from core.ui import alignment_length as length
from core.ui import alignment_parts as parts
from core.ui import alignment_shown as shown
from core.ui import alignment_steps as steps

info = ui.model_picker(page.MODELS, maps=False)
text = ui.ask("alignment", info)
PARTS = {
    "steps": steps.steps,
    "window": steps.window,
    "bottleneck": parts.bottleneck,
    "difference": parts.contrasted,
    "cross": parts.self_and_cross,
    "length": length.quality,
    "time": length.time,
}


@st.fragment
def look() -> None:
    """Another word, head or part runs no model that has run: each run of a text is kept."""
    if chosen := page.choose(info, text):
        shown.together(chosen)
        st.divider()
        PARTS[ui.choice("alignment.part", tuple(PARTS), label=False)](chosen)


look()
ui.lesson("alignment")
