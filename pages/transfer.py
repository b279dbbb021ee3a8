"""How much does it have to be taught?"""

import streamlit as st

from core import ui
from core.ui import transfer as page
from core.ui import transfer_moved as moved
from core.ui import transfer_shown as shown

info = page.bert()
text = ui.ask("transfer", info)


@st.fragment
def look() -> None:
    """What was learned stays: another choice trains nothing."""
    if (task := page.task()) is None:
        return
    pictures = st.container()
    chosen = page.choose(info, task)
    shown.train(chosen)
    with pictures:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            shown.learning(chosen)
        with right:
            shown.sentence(chosen, text)
    st.divider()
    if shown.part() == "layers":
        shown.layers(chosen)
    else:
        moved.look(chosen, text)
    shown.examples(chosen)
    shown.files(chosen)


look()
ui.lesson("transfer")
