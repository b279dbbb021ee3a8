"""How do two heads differ?"""

from __future__ import annotations

import streamlit as st

from core import ui
from core.trace import Trace
from core.ui import compare as page
from core.ui import compare_heads as heads
from core.ui import compare_shown as shown

info = ui.model_picker(page.ARCHITECTURES)
text = ui.ask("compare", info)
beside = ui.beside(info)
VIEWS = {"pair": shown.pair, "multiples": shown.multiples, "measures": heads.measures, "plane": heads.similar}


@st.fragment
def look(traces: tuple[Trace, Trace]) -> None:
    """Another head, kind or view runs this alone, never a model."""
    chosen = page.choose(traces, info, tuple(VIEWS))
    VIEWS[chosen.view](chosen)


if beside and (traces := page.runs(info, text, beside)):
    look(traces)
ui.lesson("compare")
