"""Who may look at whom?"""

import streamlit as st

from core import ui
from core.samples import samples
from core.ui import masks, t
from core.ui import masks_shown as shown

info = ui.model_picker(("transformer", "gpt"))
text = ui.ask("masks", info)


def squares() -> None:
    """Scores + mask = masked scores -> weights; the mask is there to be drawn on."""
    if chosen := masks.choose(info, text):
        shown.squares(chosen, ui.file_stem(text, info.name, chosen.one.kind, chosen.name))
        shown.reading(chosen)


def after() -> None:
    """The mask on the wrong side of the softmax, and a mask that hides too much."""
    if chosen := masks.choose(info, text):
        shown.wrong_order(chosen, ui.file_stem(text, info.name, "sums"))
        shown.no_diagonal(masks.like(chosen, info.name, text, "decoder_self", "strict"))


def batch() -> None:
    """Sentences of different lengths, read together."""
    examples = "\n".join(sample.text for sample in samples("masks", info.src, info.tgt))
    lines: str = st.text_area(
        t("masks.batch"), examples, key="masks.lines", bind="query-params", help=t("masks.batch.help"), height=120,
        persist_state="session",
    )  # fmt: skip
    texts = tuple(line for line in lines.splitlines() if line.strip())
    if rows := ui.tried(masks.batch, info.name, texts):
        shown.batch(rows, ui.file_stem(text, info.name, "batch"))


def leak() -> None:
    """The decoder with the future in sight, and what would come of learning so."""
    if found := ui.tried(masks.leak, info.name, text, masks.reference(info, text)):
        shown.losses(found, ui.file_stem(text, info.name, "leak"))
        layer, head = masks.pick_head(*found.weights.shape[:2])
        shown.leaking(found, layer, head, ui.file_stem(text, info.name, "leak"))
    shown.cheating(masks.cheating)


VIEWS = {"squares": squares, "after": after, "batch": batch, "leak": leak}


@st.fragment
def look() -> None:
    """Choosing an experiment, a head or a mask never runs the model again: its scores are kept."""
    VIEWS[ui.choice("masks.view", tuple(VIEWS))]()
    ui.share("sentence", "model", "masks.view")


look()
ui.lesson("masks")
