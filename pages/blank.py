"""What is missing here?"""

import streamlit as st

from core import ui
from core.ui import blank as page
from core.ui import blank_attention as attention
from core.ui import blank_next as following
from core.ui import blank_shown as shown

who = page.reader()
text = ui.ask("blank", who.info, reads=who.able)


@st.fragment
def look() -> None:
    """Another draw, word or head runs this alone; the model reads a text and what is hidden of it once."""
    if found := shown.look(who, text):
        attention.look(who, text, found)
        attention.files(who, text, found)


@st.fragment
def next_sentence() -> None:
    following.look(who)


look()
st.divider()
next_sentence()
ui.lesson("blank")
