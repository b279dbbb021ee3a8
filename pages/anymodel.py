"""What do other people's models look at?"""

import streamlit as st

from core import ui
from core.trace import Trace
from core.ui import anymodel as page
from core.ui import anymodel_shown as shown
from core.ui import t
from core.ui.beside import chosen_picture, second_text
from core.ui.keeping import keep
from core.ui.named import Beside

info = ui.model_picker()
text = ui.ask("anymodel", info, reads=False)
first, second = st.columns([3, 2], vertical_alignment="bottom")
with first:
    keep("hf")
    name: str = st.text_input(
        t("anymodel.model"), key="hf", bind="query-params", placeholder=t("anymodel.placeholder"),
        help=t("anymodel.help"),
    )  # fmt: skip
with second:
    pair = second_text()
page.on_server()


@st.fragment
def look(trace: Trace) -> None:
    """Choosing what to see runs this alone, never the model."""
    shown.heads(trace)


def named(name: str) -> None:
    """The named model's heads, or what stands in its way."""
    folder = page.folder_or_ask(name)
    family = page.may_load(folder, name) if folder else None
    if folder is None or family is None:
        return
    beside = chosen_picture() if family == "vision" else Beside(pair)
    if beside and (trace := page.run(folder, name, text, beside)):
        look(trace)
        page.further(name, text, family, beside)


if name.strip():
    named(name.strip())
elif own := ui.run_or_say(info, text):
    shown.families(own)
ui.lesson("anymodel")
