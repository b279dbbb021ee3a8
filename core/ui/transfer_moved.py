"""The page Transfer: how the attention of early and late layers changed while a task was learned."""

from __future__ import annotations

import streamlit as st

from core.components.compare import WORDS as LINKED_WORDS
from core.components.compare import compare
from core.components.overview import WORDS as OVERVIEW
from core.components.overview import Tint, overview
from core.contrast import contrast
from core.figures.theme import weight_scale
from core.measures import difference, pooled
from core.trace import Floats
from core.ui import transfer_runs as runs
from core.ui.asking import choice, pick, put_pick
from core.ui.language import language, md, t, texts
from core.ui.linked import panel
from core.ui.showing import dark, file_stem, pick_name
from core.ui.transfer import Chosen
from core.ui.transfer_shown import title_of
from core.ui.waiting import attempt

WAYS = ("tuned", "scratch")


def look(c: Chosen, text: str) -> None:
    """All heads after learning, each with how far it moved; the chosen one before, after, and the difference."""
    st.subheader(t("transfer.moved"), anchor=False)
    nets = {look: net for look in WAYS if (net := runs.learned(c, scratch=look == "scratch"))}
    if not nets:
        st.info(t("transfer.moved.none"), icon="🏋️")
        return
    which = choice("transfer.which", tuple(nets), label=False)
    found = nets[which]
    st.markdown(md(reading(c, which, found.found.moved)))
    read = attempt(
        lambda heard: (runs.before(c.info, text), runs.after(found, text)), f"moved {c.task.name} {which} {c.n} {text}"
    )
    if read is None:
        return
    before, after = (trace["encoder_self"] for trace in read)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, head = pick("layer", after.n_layers), pick("head", after.n_heads)
    stem = file_stem(text, c.task.name, which)
    overview(
        after, layer if isinstance(layer, int) else None, head if isinstance(head, int) else None,
        words=texts(OVERVIEW), scale=weight_scale(dark()), tint=Tint(t("transfer.moved.tint"), found.found.moved),
        file_stem=f"{stem}_heads", key="transfer.heads", on_choose=put_pick,
    )  # fmt: skip
    one, two = pooled(before, layer, head), pooled(after, layer, head)
    name = pick_name(layer, head)
    st.markdown(f"**{md(name)}** — {md(contrast(one, two, language()))}")
    panels = [
        panel("A", t("transfer.before"), name, one.head(0, 0), one),
        panel("B", title_of(which, c), name, two.head(0, 0), two),
        panel("B − A", t("compare.difference"), t("compare.difference.caption"), difference(one, two), one, 1.0),
    ]
    compare(
        panels, words=texts(LINKED_WORDS), scale=weight_scale(dark()), smallest=16,
        file_stem=stem, key="transfer.pair",
    )  # fmt: skip


def reading(c: Chosen, which: str, moved: Floats) -> str:
    """How far the maps of each layer moved, on all sentences of the test."""
    by_layer = moved.mean(1)
    listed = ", ".join(t("transfer.moved.layer", k=k, share=f"{v:.3f}") for k, v in enumerate(by_layer, 1))
    most = int(by_layer.argmax()) + 1
    return t("transfer.moved.said", who=title_of(which, c), layers=listed, most=most, tests=len(c.task.test))
