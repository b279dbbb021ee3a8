"""The page Alignment: all translators side by side, how sharply each looks, and the chosen word read aloud."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.components.compare import WORDS, Linked, compare
from core.components.matrices import LARGEST, Panel
from core.figures import alignment as figures
from core.figures.labels import query_names, tokens
from core.figures.theme import weight_scale
from core.measures import entropy
from core.measures.heads import distributions
from core.reading import name, quoted
from core.trace import Floats
from core.ui.alignment import LINKED, Chosen, Column, partners
from core.ui.language import language, md, t, texts
from core.ui.showing import dark, file_stem, longer_than_trained, picture, share

SMALLEST = 13  # CSS px of a cell before maps go to another line


def together(c: Chosen) -> None:
    """A map each, on one scale of colours, with the chosen word's row outlined; a click chooses another."""
    if any(max(one.weights.shape) > LARGEST[0] for one in c.columns):
        st.info(t("compare.too_large", limit=LARGEST[0]))
        return
    base = c.column
    links = [partners(base.queries, one.queries, i) for i, one in enumerate(c.columns)]
    limit = _limit(c) if st.session_state.get("stretch") else 1.0
    compare(
        [_panel(one, link, c, limit) for one, link in zip(c.columns, links, strict=True)],
        words={**texts(WORDS), "compare.hint_choose": t("alignment.hint"), "compare.key_enter": t("alignment.enter")},
        scale=weight_scale(dark()), smallest=SMALLEST, file_stem=file_stem(c.text, "alignment"), key="alignment.maps",
        on_row=lambda i, row: follow(c.columns[i].info.name, row),
    )  # fmt: skip
    if c.forced:
        st.markdown(f"→ **{md(base.trace.tgt_text)}**")
    st.markdown(md(read(c, links)))
    for note in notes(c):
        st.caption(md(note))
    longer_than_trained(base.info, base.keys)
    sharpness(c)
    share(*LINKED)


def follow(model: str, row: int) -> None:
    """In a callback: before the widgets are drawn again."""
    st.session_state["alignment.model"], st.session_state["alignment.word"] = model, str(row + 1)


def _panel(one: Column, links: tuple[int, ...], c: Chosen, limit: float) -> Linked:
    caption = f"→ {one.trace.tgt_text}" if one.trace.tgt_text else f"→ {t('alignment.nothing')}"
    if c.forced:  # not its own words: how likely they are to it
        caption = t("alignment.forced", log_prob=f"{one.trace.log_prob:.1f}".replace("-", "−"))
    if one.one is None:
        caption = f"{caption} · {t('alignment.blind')}"
    rows, cols = tuple(query_names(one.queries)), tuple(tokens(one.keys))
    panel = Panel(one.info.name, one.label, caption, one.weights, rows, cols, "weight", limit=limit)
    held = links.index(c.row) if c.row in links else None
    points = tuple(float(p) for p in one.looks.position) if one.looks else ()
    return Linked(panel, links, tuple(range(len(cols))), held=held, points=points)


def _limit(c: Chosen) -> float:
    found = [float(np.nanmax(one.weights)) for one in c.columns if one.one is not None]
    return max(found, default=1.0) or 1.0


def read(c: Chosen, links: list[tuple[int, ...]]) -> str:
    """What each translator looks at where it writes the chosen word."""
    looks = []
    for one, link in zip(c.columns, links, strict=True):
        if one.one is None:
            looks.append(t("alignment.read.none", model=one.label))
        elif c.row in link:
            row = one.one.head(0, 0)[link.index(c.row)]
            key = int(row.argmax())
            looks.append(
                t("alignment.read.one", model=one.label, key=name(one.keys, key, language()), weight=f"{row[key]:.2f}")
            )
        else:
            looks.append(t("alignment.read.other", model=one.label))
    return t("alignment.read", word=quoted(c.column.queries.writes[c.row]), looks=" ".join(looks))


def notes(c: Chosen) -> list[str]:
    """What the grey, the dots and the missing part of a row are."""
    found = []
    if any(one.one is None for one in c.columns):
        found.append(t("alignment.note.none"))
    for one in c.columns:
        if one.looks and one.looks.local:
            kind = "gaussian" if one.looks.gaussian else "monotonic"
            found.append(
                t(f"alignment.note.{kind}", model=one.label, d=one.looks.window, places=2 * one.looks.window + 1)
            )
    if not c.forced and len({one.trace.tgt_text for one in c.columns}) > 1:
        found.append(t("alignment.note.own"))
    return found


def sharpness(c: Chosen) -> None:
    """Entropy of each row, in bits, step by step."""
    lines = [
        figures.Line(one.label, bits(one), one.queries.writes, i)
        for i, one in enumerate(c.columns)
        if one.one is not None
    ]
    if not lines:
        return
    means = ", ".join(f"{line.name} {float(line.values.mean()):.2f}" for line in lines)
    said = t("alignment.entropy.read", means=means)
    fig = figures.steps(lines, x=t("alignment.entropy.x"), y=t("alignment.entropy.y"), shared=c.forced, dark=dark())
    title = t("alignment.entropy")
    st.markdown(f"##### {title}")
    picture(fig, key="alignment.entropy", title=title, alt=f"{title}. {said}", stem=file_stem(c.text, "entropy"))
    st.markdown(md(said))


def bits(one: Column) -> Floats:
    """Local-p's rows made to sum to 1 first: an entropy needs that."""
    if one.one is None:
        raise ValueError(f"{one.info.name} has no map")
    return entropy(distributions(one.one.head(0, 0)))
