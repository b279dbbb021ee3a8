"""How does the model know the order of the words?"""

import streamlit as st

from core import ui
from core.ui import positions as page
from core.ui import positions_moved as moved
from core.ui import positions_shown as shown

# What the link holds.
LINKED = ("sentence", "model", *(f"positions.{key}" for key in "d base length pair part p k order seed hand".split()))
PARTS = {
    "waves": shown.waves,
    "distance": shown.distance,
    "turn": shown.turn,
    "sum": shown.summed,
    "order": moved.moved,
    "models": moved.models,
}

info = ui.model_picker()
text = ui.ask("positions", info)


@st.fragment
def look() -> None:
    """A slider or another part runs this alone; the model reads a sentence, and each order of its words, once."""
    c = page.choose(info, text)
    page.formula(c)
    page.files(c, LINKED)
    st.divider()
    PARTS[ui.choice("positions.part", tuple(PARTS), label=False)](c)


look()
ui.lesson("positions")
