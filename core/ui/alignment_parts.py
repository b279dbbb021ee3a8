"""The page Alignment: the bottleneck vector, the difference of two maps, self-attention beside cross-attention."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.components.compare import WORDS as LINKED_WORDS
from core.components.compare import Linked, compare
from core.components.matrices import LARGEST, WORDS, Panel, matrices
from core.contrast import contrast, disagreement
from core.errors import UserError
from core.figures import alignment as figures
from core.figures.labels import tokens
from core.figures.theme import weight_scale
from core.measures import Pick, by_word, difference, mismatches, pooled, visible
from core.reading import name
from core.trace import AttentionMap
from core.ui import alignment_runs as runs
from core.ui.alignment import Chosen, Column
from core.ui.asking import choice, select
from core.ui.language import language, md, t, texts
from core.ui.linked import panel
from core.ui.selfattention import number
from core.ui.showing import dark, file_stem, pick_name, picture


def bottleneck(c: Chosen) -> None:
    """What a decoder without attention is told: one vector, however long the sentence is."""
    blind = [one for one in c.columns if one.one is None]
    if blind:
        vector(blind[0], c.text)
    else:
        st.info(t("alignment.bottleneck.none"))


def vector(column: Column, text: str) -> None:
    """The vector as a strip a part, and how far it moves without each word."""
    found = runs.bottleneck(column.info.name, text)
    shape = " + ".join(str(len(part)) for part in found.parts.values())
    n, memory = len(found.sources), column.info.config.d_memory
    st.markdown(
        md(t("alignment.bottleneck.read", shape=shape, size=found.size, n=n, memory=memory, all=f"{n * memory:,}"))
    )  # fmt: skip
    panels = [
        Panel(code, t(f"alignment.vector.{code}"), f"1 × {len(part)}", part[None], (code,), scale="signed")
        for code, part in found.parts.items()
    ]
    matrices(
        panels, words=texts(WORDS), scale=weight_scale(dark()), file_stem=file_stem(text, "bottleneck"),
        key="alignment.vector",
    )  # fmt: skip
    moved = found.without[:-1]
    if len(moved) < 2 or not np.isfinite(moved).all():
        return
    most, least = int(moved.argmax()), int(moved.argmin())
    said = t(
        "alignment.without.read", most=name(found.sources, most, language()), far=number(float(moved[most])),
        least=name(found.sources, least, language()), near=number(float(moved[least])),
    )  # fmt: skip
    fig = figures.left_out(tokens(found.sources)[:-1], moved, y=t("alignment.without.y"))
    title = t("alignment.without")
    st.markdown(f"##### {title}")
    picture(fig, key="alignment.without", title=title, alt=f"{title} {said}", stem=file_stem(text, "without"))
    st.markdown(md(said))


def contrasted(c: Chosen) -> None:
    """B - A of any two that look, both writing the same: without a shared target, what A wrote."""
    able = {one.info.name: one for one in c.columns if one.one is not None}
    if len(able) < 2:
        st.info(t("alignment.difference.few"))
        return
    names = list(able)
    labels = {each: able[each].label for each in names}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = select("alignment.a", labels, "A", width=190)
        second = select("alignment.b", labels, "B", default=names[-1], width=190)
        unit = choice("unit", ("piece", "word"))
    a, b = able[first], able[second]
    if not c.forced:
        st.caption(md(t("alignment.difference.forced", model=a.label, target=a.trace.tgt_text)))
    one, two = (a.one, b.one) if c.forced else (_same(c, a, a), _same(c, b, a))
    if one is None or two is None:
        st.info(t("alignment.difference.empty"))
        return
    if unit == "word":
        one, two = by_word(one), by_word(two)
    if found := mismatches(one, two):
        st.warning(md(f"{disagreement(found, language())} {t('alignment.difference.pieces')}"))
        return
    if max(one.weights.shape[2:]) > LARGEST[0]:
        st.info(t("compare.too_large", limit=LARGEST[0]))
        return
    _drawn(c, (a, one), (b, two))


def _same(c: Chosen, column: Column, target: Column) -> AttentionMap | None:
    """The column's map while it writes what `target` wrote; None where it cannot read that."""
    wanted = runs.written(target.trace, [one.info for one in c.columns])
    try:
        trace = runs.forced(column.info.name, c.text, wanted)
    except UserError:
        return None
    several = column.info.architecture == "transformer"
    return pooled(trace["cross"], c.layer, c.head) if several else pooled(trace["cross"], 0, 0)


def _drawn(c: Chosen, a: tuple[Column, AttentionMap], b: tuple[Column, AttentionMap]) -> None:
    one, two = a[1], b[1]
    moved = difference(one, two)
    st.markdown(md(contrast(one, two, language())))
    signed = float(np.abs(moved).max(initial=0)) if st.session_state.get("stretch") else 1.0
    panels = [
        panel("A", f"A · {a[0].label}", "", one.head(0, 0), one),
        panel("B", f"B · {b[0].label}", "", two.head(0, 0), two),
        panel("B − A", t("compare.difference"), t("compare.difference.caption"), moved, one, signed or 1.0),
    ]
    compare(
        panels, words=texts(LINKED_WORDS), scale=weight_scale(dark()), smallest=16,
        file_stem=file_stem(c.text, a[0].info.name, b[0].info.name), key="alignment.difference",
    )  # fmt: skip


def self_and_cross(c: Chosen) -> None:
    """Self-attention looks within one sentence, cross-attention from one into another."""
    found = [one for one in c.columns if one.info.architecture == "transformer"]
    if not found:
        st.info(t("alignment.cross.none"))
        return
    column = found[0]
    kinds = ("encoder_self", "decoder_self", "cross")
    maps = {kind: pooled(column.trace[kind], _within(c.layer, column.trace[kind].n_layers), c.head) for kind in kinds}
    panels = []
    for i, (kind, one) in enumerate(maps.items()):
        values = one.head(0, 0)
        if kind == "decoder_self":
            values = np.where(visible(one), values, np.float32(np.nan))
        linked = panel(kind, t(f"alignment.cross.{kind}"), t(f"alignment.cross.{kind}.caption"), values, one)
        target = tuple(range(1000, 1000 + len(one.queries)))  # a target word is nobody's source word
        rows = linked.rows if kind == "encoder_self" else target
        cols = target if kind == "decoder_self" else linked.cols
        panels.append(Linked(linked.panel, rows, cols, held=c.row if i and column is c.column else None))
    st.markdown(f"**{md(column.label)}** · {md(pick_name(c.layer, c.head))}")
    compare(
        panels, words=texts(LINKED_WORDS), scale=weight_scale(dark()), smallest=13,
        file_stem=file_stem(c.text, column.info.name, "self-cross"), key="alignment.cross",
    )  # fmt: skip
    st.markdown(t("alignment.cross.read"))


def _within(layer: Pick, n: int) -> Pick:
    """The encoder may have fewer layers than the decoder."""
    return min(layer, n - 1) if isinstance(layer, int) else layer
