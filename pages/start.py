"""What does a model see in your sentence?"""

import streamlit as st

from core import ui
from core.components.links import WORDS, links
from core.figures.theme import weight_scale
from core.measures import by_word, pooled
from core.reading import read_aloud
from core.ui import start as page
from core.ui import t

info = ui.model_picker(("transformer",))
text = ui.ask("start", info)
left, right = st.columns([3, 2], gap="large")
with left:
    trace = ui.run_or_say(info, text)
    if trace:
        ui.translation(trace)
        one = pooled(by_word(trace["cross"]), "mean", "mean")
        links(
            one, 0, 0, words=ui.texts(WORDS), scale=weight_scale(ui.dark()), hide_special=True, mass=0.7,
            file_stem=ui.file_stem(trace.src_text, trace.model, "mean"), key="start.links",
        )  # fmt: skip
        st.markdown(ui.md(read_aloud(one, ui.language())))
        st.caption(t("start.picture"))
with right:
    st.markdown(t("start.what"))
    page.ways()
    st.caption(t("start.teach"))
page.path()
ui.lesson("start")
