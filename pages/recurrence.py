"""What does a recurrent network remember?"""

import streamlit as st

from core import ui
from core.ui import recurrence as page
from core.ui import recurrence_parts as parts
from core.ui import recurrence_shown as shown

PARTS = {"uses": parts.kinds, "size": shown.size, "both": parts.both, "word": parts.word}

info, models = page.reader_info()
text = ui.ask("recurrence", info)


@st.fragment
def look() -> None:
    """Another cell, word or part runs this alone; each network reads a sentence once."""
    c = page.choose(models, text)
    if found := shown.gates(c):
        shown.files(c, found)
        st.divider()
        PARTS[ui.choice("recurrence.part", tuple(PARTS), label=False)](c)


look()
ui.lesson("recurrence")
