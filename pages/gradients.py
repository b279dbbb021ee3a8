"""How far back does learning reach?"""

import streamlit as st

from core import ui
from core.ui import gradients as page
from core.ui import gradients_shown as shown

info = ui.model_picker()
text = ui.ask("gradients", info)


@st.fragment
def look() -> None:
    """A slider runs this alone; each gradient is kept."""
    c = page.choose(info, text)
    if found := page.find(c):
        shown.curves(c, found)
        st.divider()
        shown.clipping(c, found)


look()
ui.lesson("gradients")
