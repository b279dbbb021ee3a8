"""What if? A score, the temperature, the division or the mask changed, and all that follows from it."""

from __future__ import annotations

import math
import re
import zlib

import numpy as np
import streamlit as st

from core.components.matrices import Panel
from core.figures import selfattention as figures
from core.lab.headsteps import Change, Steps, steps
from core.trace import Floats
from core.ui.asking import into_link
from core.ui.language import t
from core.ui.selfattention import Chosen, follow, number, pair_words, square
from core.ui.showing import picture


def whatif(c: Chosen) -> None:
    """Change something on the way from the scores to the weights, and see what follows."""
    st.markdown(t("selfattention.whatif.intro", **pair_words(c)))
    change = _change(c)
    new = steps(c.reading, c.learned, c.head, change)
    st.markdown(_effect(c, new))
    names = t("selfattention.before"), t("selfattention.after")
    fig = figures.pair_of_bars(c.keys, c.one.weights[c.query], new.weights[c.query], names, t("term.weight"))
    alt = t("selfattention.whatif.alt", **pair_words(c))
    picture(fig, key="selfattention.rows", title=alt, alt=alt, stem=f"{c.stem}_whatif")
    limit = float(max(np.abs(c.one.part).max(), np.abs(new.part).max())) or None
    panels = [
        square(c, "changed", t("selfattention.title.masked"), t("selfattention.after"), new.masked, "masked"),
        square(c, "after", t("selfattention.title.weights"), t("selfattention.after"), new.weights, "weight",
               "softmax →"),
        square(c, "difference", t("selfattention.difference"), t("selfattention.difference.weights"),
               new.weights - c.one.weights, limit=1.0),
        _rows(c, "part", t("selfattention.part"), t("selfattention.before"), c.one.part, limit),
        _rows(c, "part_new", t("selfattention.part"), t("selfattention.after"), new.part, limit, "→"),
    ]  # fmt: skip
    follow(c, panels, f"{c.stem}_whatif", f"selfattention.whatif-{c.reading.kind}")


def _rows(
    c: Chosen, name: str, title: str, caption: str, values: Floats, limit: float | None, joiner: str = ""
) -> Panel:
    shape = f"{values.shape[0]} × {values.shape[1]} · {caption}"
    return Panel(name, title, shape, values[c.rows], c.queries[c.rows], joiner=joiner, axis="query", limit=limit)


def _change(c: Chosen) -> Change:
    """The knobs; all kept in the link."""
    left, middle, right = st.columns(3, gap="large")
    with left:
        temperature = st.slider(
            t("selfattention.temperature"), 0.0, 3.0, 1.0, 0.05, key="selfattention.temperature",
            bind="query-params", help=t("selfattention.temperature.help"), persist_state="session",
        )  # fmt: skip
    with middle:
        scaled = st.toggle(t("selfattention.scaled", d=c.learned.d_head), True, key="scaled", bind="query-params",
                           persist_state="session")  # fmt: skip
        masked = st.toggle(
            t("selfattention.masked"), True, key="masked", bind="query-params", persist_state="session",
            disabled=bool(c.reading.mask.all()), help=t("selfattention.masked.help"),
        )  # fmt: skip
    with right:
        score = _score(c, scaled)
    return Change(scaled, masked, temperature, score)


def _score(c: Chosen, scaled: bool) -> tuple[int, int, float] | None:
    """The pair's score as somebody changed it; the link holds the new one."""
    own = float((c.one.scores if scaled else c.one.products)[c.query, c.key])
    new = st.toggle(t("selfattention.newscore"), key="newscore", bind="query-params", persist_state="session")
    # Another pair, and the same one in another sentence, has another score to begin with: a slider of its own.
    edge = float(math.ceil(max(20.0, 2 * abs(own))))
    pair = f"{c.reading.kind} {c.layer} {c.head} {c.query} {c.key} {scaled} {edge} {own}"
    name = f"selfattention.value-{zlib.crc32(pair.encode()):x}"
    if name not in st.session_state:
        st.session_state[name] = max(-edge, min(edge, _linked_score(round(own, 1))))
    value = st.slider(
        t("selfattention.value", now=number(own)), -edge, edge, step=0.1, key=name, disabled=not new,
        persist_state="session",
    )  # fmt: skip
    into_link("score", f"{value:.1f}" if new else "", "")
    return (c.query, c.key, float(value)) if new else None


def _linked_score(own: float) -> float:
    """The score that the link asks for, once: it belongs to the pair that the link opens with."""
    asked = "" if "score read" in st.session_state else st.query_params.get("score", "")
    st.session_state["score read"] = True
    return float(asked) if re.fullmatch(r"-?\d{1,4}(\.\d{1,3})?", asked, re.ASCII) else own


def _effect(c: Chosen, new: Steps) -> str:
    """What the change does to the followed word, in words."""
    i, own = c.query, c.one
    if np.array_equal(own.weights, new.weights):
        return t("selfattention.effect.none")
    rest = c.reading.out[i] - own.part[i]
    return t(
        "selfattention.effect", **pair_words(c), weight=number(own.weights[i, c.key], 3),
        new=number(new.weights[i, c.key], 3),
        bits=number(_bits(own.weights[i])), new_bits=number(_bits(new.weights[i])),
        z=_percent(own.z[i], new.z[i]), out=_percent(c.reading.out[i], rest + new.part[i]),
    )  # fmt: skip


def _bits(p: Floats) -> float:
    """-sum p log2 p; the + 0 takes the minus from a zero."""
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum()) + 0.0


def _percent(old: Floats, new: Floats) -> str:
    """How far a vector moved, against its length."""
    return f"{100 * float(np.linalg.norm(new - old)) / max(float(np.linalg.norm(old)), 1e-9):.0f} %"
