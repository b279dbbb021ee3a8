"""What the open box computed, with the numbers of the followed token."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from core.figures import layers as figures
from core.figures.labels import tokens
from core.lab.layersteps import Norm, Sublayer, standard
from core.lab.numbers import cosine
from core.trace import Floats
from core.ui.language import t
from core.ui.layer import SHOWN, Chosen
from core.ui.layer_walk import LAYER, number
from core.ui.showing import picture

ROWS = 6  # dimensions that a table shows
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def arithmetic(c: Chosen, box: str) -> None:
    """The formula of a box beside its numbers."""
    part, _, step = box.partition(".")
    if box in ("token", "position", "sum"):
        _embedding(c, box)
    elif box.startswith(LAYER) or box in ("memory", "words"):
        name = "layer" if box.startswith(LAYER) else box
        st.markdown(t(f"layer.say.{name}", token=c.name, n=box.removeprefix(LAYER)))
    elif part == "final":
        stream = c.side.layers[-1][-1].leaves
        _norm(c, stream, c.side.last, c.side.final or _same(stream), t("layer.final"))
    else:
        one = next(sub for sub in c.sublayers if sub.kind == part)
        SAY[step](c, one)


def _same(stream: Floats) -> Norm:
    return Norm(np.ones(stream.shape[1], np.float32), np.zeros(stream.shape[1], np.float32), 0.0)


def _size(vector: Floats) -> str:
    return number(float(np.linalg.norm(vector)))


def _embedding(c: Chosen, box: str) -> None:
    """sqrt(d) E[token], P, and their sum."""
    i, side = c.token, c.side
    d = side.total.shape[1]
    values = {"token": c.name, "d": d, "root": number(math.sqrt(d)), "place": i}
    values |= {"e": _size(side.token[i]), "p": _size(side.position[i]), "x": _size(side.total[i])}
    st.markdown(t(f"layer.say.{box}", **values))
    head = (t("layer.dim"), t("layer.box.token"), t("layer.box.position"), t("layer.box.sum"))
    _table(head, side.token[i], (side.token[i], side.position[i], side.total[i]))


def _before(c: Chosen, one: Sublayer) -> None:
    st.markdown(t("layer.say.before", token=c.name, sub=c.called(one.kind), n=_size(one.before[c.token])))


def _hidden(c: Chosen, one: Sublayer) -> None:
    row = c.side.hidden(c.layer)[c.token]
    st.markdown(t(
        "layer.say.hidden", token=c.name, d=one.before.shape[1], units=len(row), n=int((row > 0).sum()),
        best=int(row.argmax()) + 1, value=number(float(row.max())),
    ))  # fmt: skip


def _out(c: Chosen, one: Sublayer) -> None:
    i = c.token
    share = float(np.linalg.norm(one.out[i]) / max(float(np.linalg.norm(one.before[i])), 1e-12))
    st.markdown(t(
        f"layer.say.out.{one.kind}", token=c.name, n=_size(one.out[i]), share=f"{100 * share:.0f}",
        cosine=number(cosine(one.before[i], one.out[i])),
    ))  # fmt: skip


def _add(c: Chosen, one: Sublayer) -> None:
    """x + Sublayer(x), number by number."""
    i = c.token
    apart = float(np.abs(one.before[i] + one.out[i] - one.added[i]).max())
    st.markdown(t(
        "layer.say.add", token=c.name, sub=c.called(one.kind), x=_size(one.before[i]), out=_size(one.out[i]),
        sum=_size(one.added[i]), cosine=number(cosine(one.before[i], one.out[i])), apart=tiny(apart),
    ))  # fmt: skip
    head = (t("layer.dim"), "x", c.called(one.kind), f"x + {c.called(one.kind)}")
    _table(head, one.out[i], (one.before[i], one.out[i], one.added[i]))


def _normed(c: Chosen, one: Sublayer) -> None:
    _norm(c, one.into_norm, one.normed, one.norm, c.called(one.kind))


def _norm(c: Chosen, into: Floats, own: Floats, norm: Norm, where: str) -> None:
    """LayerNorm in its two steps, and all tokens beside each other."""
    i, x = c.token, into[c.token]
    mean, deviation = float(x.mean()), math.sqrt(float(x.var()) + norm.eps)
    first = standard(into, norm.eps)
    second = norm.affine(first)
    best = int(np.abs(x - mean).argmax())
    st.markdown(t(
        "layer.say.norm", token=c.name, mean=number(mean), minus=inner(mean), variance=number(float(x.var())),
        dim=best + 1, x=number(float(x[best])), deviation=number(deviation), step=number(float(first[i, best])),
        times=inner(float(first[i, best])), a=number(float(norm.gain[best])), b=inner(float(norm.bias[best])),
        y=number(float(second[i, best])),
        apart=tiny(float(np.abs(second - own).max())),
    ))  # fmt: skip
    head = (t("layer.dim"), "x", "x̂ = (x − μ) / σ", "a", "b", "a x̂ + b")
    _table(head, x - mean, (x, first[i], norm.gain, norm.bias, second[i]))
    names = t("layer.stage.before"), t("layer.stage.first"), t("layer.stage.second")
    stages = tuple(zip(names, (into, first, second), strict=True))
    left, right = st.columns(2, gap="large")
    with left:
        fig = figures.histograms([(name, values[i]) for name, values in stages], x=t("layer.value"), y=t("layer.count"))
        alt = t("layer.histogram.alt", token=c.names[i])
        st.markdown(f"**{t('layer.histogram', token=c.name)}**")
        picture(fig, key="layer.histogram", title=alt, alt=alt, stem=f"{c.stem}_norm")
    with right:
        _moments(c, stages, where)


def _moments(c: Chosen, stages: tuple[tuple[str, Floats], ...], where: str) -> None:
    of = [(name, values[:SHOWN].mean(-1), values[:SHOWN].var(-1)) for name, values in stages]
    names = tokens(c.side.tokens)[:SHOWN]
    fig = figures.moments(names, of, c.token, (t("layer.mean"), t("layer.variance")))
    alt = t("layer.moments.alt")
    st.markdown(f"**{t('layer.moments', sub=where)}**")
    picture(fig, key="layer.moments", title=alt, alt=alt, stem=f"{c.stem}_moments")


def inner(value: float) -> str:
    """A number after a sign of its own: a negative one stands in brackets."""
    return f"({number(value)})" if number(value).startswith("−") else number(value)


def tiny(value: float) -> str:
    """An error in powers of ten; exactly 0 as such."""
    if value == 0:
        return "0"
    digits, power = f"{value:.0e}".split("e")
    return f"{digits} · 10{str(int(power)).translate(_RAISED)}"


def _table(head: tuple[str, ...], by: Floats, columns: tuple[Floats, ...]) -> None:
    """The dimensions where `by` is furthest from 0: a table that can be copied, with a title of numbers alone."""
    rows = np.sort(np.argsort(-np.abs(by), kind="stable")[:ROWS])
    lines = ["| " + " | ".join(head) + " |", "|" + "--:|" * len(head)]
    lines += [
        "| " + " | ".join([str(int(row) + 1), *(number(float(column[row]), 3) for column in columns)]) + " |"
        for row in rows
    ]
    st.markdown("\n".join(lines))
    st.caption(t("layer.table", n=len(rows), of=len(by)))


SAY = {
    "before": _before, "hidden": _hidden, "out": _out, "add": _add, "standard": _normed, "norm": _normed,
}  # fmt: skip
