"""What comes next?"""

import streamlit as st

from core import ui
from core.ui import nextword as page
from core.ui import nextword_shown as shown

columns = page.columns()
text = ui.ask("nextword", columns[0].info, key="prefix")
found = page.read(columns, text)
if found:
    st.markdown(ui.md(shown.reading(found)))
    shown.expectations(found, text)
    shown.surprises(found, text)
    shown.table(found)
    shown.files(found, text)
if away := page.missing(columns):
    st.caption(ui.t("nextword.missing", names=", ".join(away)))
ui.lesson("nextword")
