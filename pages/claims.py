"""True or false?"""

import streamlit as st

from core import ui
from core.ui import claims as page
from core.ui import claims_shown as shown

info = ui.model_picker()
text = ui.ask("claims", info)


@st.fragment
def look() -> None:
    """Another claim or answer never reads the sentence again: what was found is kept."""
    claim = page.choose()
    shown.statement(claim)
    answer = shown.prediction(claim)
    one, readable = page.found(info, text, claim)
    if one:
        shown.numbers(claim, one, revealed=answer is not None)
        if answer is not None:
            shown.verdict(claim, one, answer)
    elif readable:
        shown.silent()
    shown.onward(claim, info, text)
    if readable:
        shown.score(info, text)


look()
ui.lesson("claims")
