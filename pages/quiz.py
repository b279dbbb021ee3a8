"""What will the model do?"""

import streamlit as st

from core import ui
from core.quiz import questions
from core.trace import Trace
from core.ui import quiz as page

info = ui.model_picker(("transformer", "seq2seq"))
text = ui.ask("quiz", info)


@st.fragment
def look(trace: Trace) -> None:
    """An answer never runs the model: all of them are in the run."""
    asked = questions(trace, page.turn())
    if not asked:
        st.info(ui.t("quiz.nothing"))
        return
    given = [page.ask(number, one, trace) for number, one in enumerate(asked, 1)]
    page.score(asked, given, info, trace)


if trace := ui.run_or_say(info, text):
    look(trace)
ui.lesson("quiz")
