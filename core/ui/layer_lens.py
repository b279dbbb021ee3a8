"""Below the walk: what each layer would already answer, and the last step from a vector to a word."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.errors import UserError
from core.figures import lens as figures
from core.figures.labels import query_names
from core.ui.language import md, t, why
from core.ui.layer import SHOWN, Chosen, lens, place, wish
from core.ui.layer import written as output
from core.ui.layer_box import tiny
from core.ui.layer_walk import number
from core.ui.showing import dark, picture

if TYPE_CHECKING:
    from core.lab.lens import Lens


def step_of(c: Chosen) -> int:
    """The decoder's place that is followed: the chosen token, or, on the encoder's side, one of its own."""
    if c.side_name == "decoder":
        return c.token
    names = tuple(query_names(c.found.decoder.tokens))
    return place("step", t("layer.lens.step"), names, min(1, len(names) - 1))


def levels(c: Chosen) -> None:
    """The logit lens: rows are the steps of the output, columns the layers."""
    found, steps = lens(c.model, c.found.src_text), query_names(c.found.decoder.tokens)
    step = step_of(c)
    names = [t("layer.lens.input"), *(t("pick.layer", n=n) for n in range(1, len(found.top)))]
    st.markdown(_read(found, names, step))
    best = [level[:SHOWN] for level in found.best]
    shares = np.exp(np.array([[one.log_prob for one in level] for level in best], np.float32))
    fig = figures.answers(
        shares, [[one.token for one in level] for level in best], names, steps[:SHOWN], step,
        hover=t("layer.lens.hover", level="{level}", step="{step}", word="{word}"), dark=dark(),
    )  # fmt: skip
    picture(
        fig, key="layer.lens.map", title=t("layer.lens.title"), alt=t("layer.lens.alt", n=len(names)),
        stem=f"{c.stem}_lens",
    )  # fmt: skip
    st.caption(t(f"layer.lens.note.{'pre' if c.found.pre else 'post'}"))
    _tops(c, found, names, step)


def _read(found: Lens, names: list[str], step: int) -> str:
    """From which layer on the answer stands, and how likely what was written is at each."""
    answer = found.best[-1][step]
    numbers = " → ".join(number(math.exp(value)) for value in found.written[:, step])
    settled = found.settled(step)
    return t(
        "layer.lens.read", word=md(answer.token), level=names[settled], numbers=numbers,
        share=number(math.exp(answer.log_prob)),
    )  # fmt: skip


def _tops(c: Chosen, found: Lens, names: list[str], step: int) -> None:
    """The likeliest tokens of every level at one step, as a table."""
    head = [t("layer.lens.level"), *(str(i) for i in range(1, 6))]
    lines = ["| " + " | ".join(head) + " |", "|" + ":--|" * len(head)]
    for name, level in zip(names, found.top, strict=True):
        cells = [f"{md(one.token)} {number(math.exp(one.log_prob), 3)}" for one in level[step][:5]]
        lines.append("| " + " | ".join([name, *cells]) + " |")
    query = query_names(c.found.decoder.tokens)[step]
    st.markdown(f"**{t('layer.lens.tops', step=md(query))}**")
    st.markdown("\n".join(lines))


def last(c: Chosen) -> None:
    """Linear and softmax over the vocabulary, and the loss of what was written, or of a word to try."""
    found, step = lens(c.model, c.found.src_text), step_of(c)
    top, ids = found.top[-1][step], [one.id for one in found.top[-1][step]]
    loss = -float(found.written[-1, step])
    written = c.found.decoder.tokens.writes[step]
    rows, d = c.vocab, c.found.decoder.total.shape[1]
    best = top[0]
    st.markdown(t(
        "layer.last.read", rows=f"{rows:,}", d=d, word=md(best.token), share=number(math.exp(best.log_prob), 3),
        logit=number(best.log_prob + float(found.shift[step])), shift=number(float(found.shift[step])),
    ))  # fmt: skip
    left, right = st.columns([3, 2], gap="large")
    with left:
        own = output(c.model, c.found.src_text)[step]
        written_at = ids.index(own) if own in ids else None
        alt = t("layer.last.alt", n=len(top), step=query_names(c.found.decoder.tokens)[step])
        fig = figures.bars(
            [one.token for one in top], [math.exp(one.log_prob) for one in top], written_at, x=t("layer.last.x"),
            dark=dark(),
        )  # fmt: skip
        picture(fig, key="layer.last.bars", title=alt, alt=alt, stem=f"{c.stem}_softmax")
    with right:
        mean = -float(found.written[-1].mean())
        st.markdown(t(
            "layer.last.loss", word=md(written), p=number(math.exp(-loss), 3), loss=number(loss, 3),
            bits=number(float(found.entropy[-1, step]) / math.log(2)), mean=number(mean, 3),
            perplexity=number(math.exp(mean)), n=found.written.shape[1],
        ))  # fmt: skip
        _wish(c, step)


def _share(p: float) -> str:
    """A probability, in powers of ten where digits would say 0."""
    return number(p, 3) if p >= 0.001 else tiny(p)


def _wish(c: Chosen, step: int) -> None:
    """The loss if another word were the right one."""
    word: str = st.text_input(
        t("layer.last.wish"), key="wish", bind="query-params", persist_state="session", help=t("layer.last.wish.help")
    )
    if not word.strip():
        return
    try:
        found = wish(c.model, c.found.src_text, step, word[:80])
    except UserError as error:
        st.warning(why(error))
        return
    if found is None:
        return
    st.markdown(t(
        "layer.last.wished", token=md(found.token.token), p=_share(math.exp(found.token.log_prob)),
        loss=number(found.loss), rank=found.rank, vocab=found.vocab,
    ))  # fmt: skip
