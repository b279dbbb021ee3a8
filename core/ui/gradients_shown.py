"""The curves of the page Gradients, what they say, and what clipping does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.export import rows_to_csv
from core.figures import gradients as figures
from core.figures.labels import tokens
from core.ui.gradients import Chosen, Found
from core.ui.language import md, t
from core.ui.showing import dark, file_stem, picture, share

if TYPE_CHECKING:
    from core.lab.gradients import Doubles, Gradients

NORM = {of: rf"$\left\|\partial L_T / \partial {of}_t\right\|$" for of in "xh"}
KEYS = "weights gain activation keep seed of scale back block clip".split()
LINKED = ("sentence", "model", *(f"gradients.{key}" for key in KEYS))


def norms_of(c: Chosen, one: Gradients) -> Doubles | None:
    """The norms that were asked for; None for a network without a recurrent state."""
    norms = one.x if c.of == "x" else one.h
    if norms is None or c.scale == "norm" or not norms[-1]:
        return norms
    return np.asarray(norms / norms[-1])


def curves(c: Chosen, found: Found) -> None:
    """Norms against time, on a logarithmic scale; the picture read aloud."""
    lines = _lines(c, found)
    first = next(iter(found.shown.values()))
    at = md(tokens(first.axis)[-1])
    st.markdown(f"{NORM[c.of]} · {t('gradients.loss', at=at, target=md(first.target))}")
    power = None
    if not c.trained:
        power = (c.cells[0].gain, f"{c.cells[0].gain:.2f}^(T − t)")
    block = None
    if c.block:
        block = max(0, len(first.axis) - c.block), t("gradients.block.name", k=c.block)
    titles = t("gradients.axis.t"), t(f"gradients.axis.{c.scale}"), t("gradients.zero")
    fig = figures.curves(lines, titles, power=power, block=block, dark=dark())
    said = "  \n".join(reading(c, found))
    stem = file_stem(c.text, "gradients", c.of, c.stem)
    picture(fig, key="gradients.curves", title=t("gradients.title"), alt=said, stem=stem)
    st.markdown(said)
    st.caption(t("gradients.whose.trained" if c.trained else "gradients.whose.random", name=md(c.info.name)))
    if "gpt" in found.shown and c.trained:
        st.caption(t("gradients.whose.gpt"))
    files(c, found, stem)


def _lines(c: Chosen, found: Found) -> list[figures.Line]:
    lines = []
    for name, one in found.shown.items():
        norms = norms_of(c, one)
        if norms is None:
            continue
        lines.append(figures.Line(name, t(f"gradients.line.{name}"), one.axis, norms))
        if c.of == "h" and one.c is not None:
            cells = one.c if c.scale == "norm" else one.c / (one.c[-1] or 1.0)
            lines.append(figures.Line("c", t("gradients.line.c"), one.axis, np.asarray(cells)))
    return lines


def reading(c: Chosen, found: Found) -> list[str]:
    """From the last step to the first one that is reached: how much is left, and how much a step costs."""
    said = []
    for name, one in found.shown.items():
        norms = norms_of(c, one)
        if norms is None or (step := one.per_step(norms)) is None:
            continue
        kept = np.flatnonzero(norms > 0)
        start = int(kept[0])
        left = norms[start] / norms[kept[-1]]
        said.append(t("gradients.read", name=t(f"gradients.line.{name}"), word=md(tokens(one.axis)[start]),
                      n=len(norms) - 1 - start, left=times(left), step=f"{step:.2f}"))  # fmt: skip
    if c.of == "h":
        said.append(t("gradients.read.h"))
    if c.block and any((one.x == 0).any() for one in found.shown.values()):
        said.append(t("gradients.read.block", k=c.block))
    return said or [t("gradients.read.short")]


def times(value: float) -> str:
    """A factor as people read it: 0.032, 12, 4.1·10⁻⁷."""
    if 1e-3 <= value < 1e4:
        return f"{value:.3g}" if value < 100 else f"{value:,.0f}"
    power = int(np.floor(np.log10(value)))
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value / 10.0**power:.1f}·10{raised}"


def clipping(c: Chosen, found: Found) -> None:
    """The norm of the whole gradient, which clipping looks at, before and after."""
    st.markdown(f"**{t('gradients.clipping')}**")
    head = [t(f"gradients.table.{name}") for name in ("network", "loss", "total", "factor", "after")]
    rows = [
        [t(f"gradients.line.{name}"), f"{one.loss:.2f}", times(one.total) if one.total else "0",
         f"{one.factor(c.clip) if c.clip else 1:.3g}", times(found.shown[name].total) if one.total else "0"]
        for name, one in found.whole.items()
    ]  # fmt: skip
    lines = ["| " + " | ".join(row) + " |" for row in (head, [":--"] + ["--:"] * (len(head) - 1), *rows)]
    st.markdown("\n".join(lines))
    st.caption(t("gradients.clipping.on", clip=f"{c.clip:g}") if c.clip else t("gradients.clipping.off"))


def files(c: Chosen, found: Found, stem: str) -> None:
    with st.container(horizontal=True, gap="small"):
        st.download_button(t("save.csv"), lambda: to_csv(found), f"{stem}.csv", "text/csv", on_click="ignore",
                           key="gradients.csv")  # fmt: skip
        st.download_button(t("save.json"), lambda: to_json(found), f"{stem}.json", "application/json",
                           on_click="ignore", key="gradients.json")  # fmt: skip
        share(*LINKED)


def to_csv(found: Found) -> str:
    """A line a network and step: norms with all their digits, empty where there is no such state."""
    rows = [
        [name, i, token, one.x[i], None if one.h is None else one.h[i], None if one.c is None else one.c[i]]
        for name, one in found.shown.items()
        for i, token in enumerate(tokens(one.axis))
    ]
    return rows_to_csv(["network", "t", "token", "dL/dx", "dL/dh", "dL/dc"], rows)


def to_json(found: Found) -> str:
    def values(norms: Doubles | None) -> list[float] | None:
        return None if norms is None else norms.tolist()

    return json.dumps(
        [
            {"network": name, "tokens": tokens(one.axis), "target": one.target, "loss": one.loss, "total": one.total,
             "x": values(one.x), "h": values(one.h), "c": values(one.c)}
            for name, one in found.shown.items()
        ],
        ensure_ascii=False,
    )  # fmt: skip
