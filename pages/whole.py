"""What happens to my sentence, from words to words?"""

import streamlit as st

from core import ui
from core.trace import Trace
from core.ui import whole as page
from core.ui import whole_shown as shown

info = ui.model_picker()
text = ui.ask("whole", info)


@st.fragment
def look(trace: Trace) -> None:
    """Following, holding and opening stay in the browser; what it tells of afterwards runs this alone."""
    if found := page.vectors_or_say(info, trace):
        view = page.draw(trace, found)
        shown.read(trace, found, view)
        shown.downloads(trace, found, view)
        shown.table(trace, found, view)


output, search = st.columns([4, 1], vertical_alignment="center")
with search:
    beam, hypothesis = ui.search_options()
with output:
    trace = ui.run_or_say(info, text, beam, hypothesis)
    if trace:
        ui.translation(trace)
        ui.longer_than_trained(info, trace)
if trace:
    look(trace)
ui.lesson("whole")
