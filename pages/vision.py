"""What does a Transformer see in a picture?"""

import streamlit as st

from core import ui
from core.ui import t
from core.ui import vision as page
from core.ui import vision_shown as shown
from core.ui import vision_tried as tried

info = ui.model_picker(("vit",))
st.title(t("vision.title"), anchor=False)
chosen = page.choose(info)


@st.fragment
def look(chosen: page.Chosen) -> None:
    """Another head, or who asks, runs this alone."""
    shown.attention(info, chosen)


@st.fragment
def sequence(chosen: page.Chosen) -> None:
    shown.sequence(info, chosen)


@st.fragment
def what_if(chosen: page.Chosen) -> None:
    tried.mattered(info, chosen)
    tried.moved(info, chosen)
    tried.shuffled(info, chosen)


if chosen:
    look(chosen)
    st.divider()
    sequence(chosen)
    st.divider()
    what_if(chosen)
ui.lesson("vision")
