"""The computation of one head as a row of matrices, from X to the sublayer's output."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.components.matrices import Panel
from core.figures.theme import KEY, QUERY, VALUE
from core.trace import Floats
from core.ui.language import md, t
from core.ui.selfattention import HELD, Chosen, follow, square


def walk(c: Chosen) -> None:
    """The whole computation of the chosen head, from X to the sublayer's output."""
    panels = [*_projected(c), *_weighed(c), *_together(c)]
    follow(c, panels, c.stem, f"selfattention.walk-{c.reading.kind}", "step")
    row = c.one.weights[c.query]
    best, where = int(row.argmax()), {"layer": c.layer + 1, "head": c.head + 1}
    words = {"query": md(c.queries[c.query]), "key": md(c.keys[best])}
    st.markdown(t("selfattention.read", **where, **words, weight=f"{row[best]:.2f}"))


def _projected(c: Chosen) -> list[Panel]:
    """X W_Q = Q, and the same for K and V, which in cross-attention come from the encoder's output Y."""
    crossing, one, n = c.reading.kind == "cross", c.one, len(c.keys)
    asked = "Y ×" if crossing else "X ×"
    where = "first" if c.layer == 0 and not crossing else "later"
    panels = [_vectors(c, "x", "X", t(f"selfattention.x.{where}"), c.reading.x, True)]
    panels += _projection(c, "Q", one.q, QUERY, "×", len(c.queries))
    if crossing:
        panels.append(_vectors(c, "y", "Y", t("selfattention.y"), c.reading.memory, False))
    panels += _projection(c, "K", one.k, KEY, "×" if crossing else asked, n)
    return panels + _projection(c, "V", one.v, VALUE, asked, n)


def _vectors(c: Chosen, name: str, title: str, what: str, values: Floats, asks: bool, joiner: str = "") -> Panel:
    """One row a token: of those who ask, or of those who are asked."""
    names, seen, axis = (c.queries, c.rows, HELD) if asks else (c.keys, c.cols, "key")
    caption = f"{values.shape[0]} × {values.shape[1]} · {what}"
    return Panel(name, title, caption, values[seen], names[seen], joiner=joiner, axis=axis)


def _projection(c: Chosen, letter: str, values: Floats, colour: str, joiner: str, n: int) -> list[Panel]:
    """W and the projected vectors; the shapes as a product."""
    name = letter.lower()
    learned: Floats = getattr(c.learned, f"w_{name}")[c.head]
    d_model, d = learned.shape
    product = t("selfattention.product", a=f"{n} × {d_model}", b=f"{d_model} × {d}", c=f"{n} × {d}")
    names, seen, axis = (c.queries, c.rows, HELD) if letter == "Q" else (c.keys, c.cols, "key")
    return [
        Panel(f"w_{name}", f"W_{letter}", f"{d_model} × {d} · {t('selfattention.learned')}", learned, joiner=joiner,
              colour=colour),
        Panel(name, t(f"selfattention.title.{name}"), f"{product}, + b_{letter}", values[seen], names[seen],
              joiner="=", colour=colour, axis=axis),
    ]  # fmt: skip


def _weighed(c: Chosen) -> list[Panel]:
    """QK^T / sqrt(d_k), the mask, the softmax, and Z."""
    one, (n, m), d = c.one, c.one.weights.shape, c.learned.d_head
    hidden = int((~c.reading.mask).sum())
    mask = t("selfattention.mask.some", n=hidden) if hidden else t("selfattention.mask.none")
    return [
        square(c, "products", "Q Kᵀ", t("selfattention.product", a=f"{n} × {d}", b=f"{d} × {m}", c=f"{n} × {m}"),
               one.products, joiner="→"),
        square(c, "scores", f"Q Kᵀ / √{d}", t("selfattention.scores", root=f"{d**0.5:.2f}"), one.scores,
               joiner=f"/ √{d}"),
        square(c, "masked", t("selfattention.title.masked"), mask, one.masked, "masked", t("selfattention.join.mask")),
        square(c, "weights", t("selfattention.title.weights"), t("selfattention.sums"), one.weights, "weight",
               "softmax →"),
        Panel("z", "Z", t("selfattention.product", a=f"{n} × {m}", b=f"{m} × {d}", c=f"{n} × {d}"), one.z[c.rows],
              c.queries[c.rows], joiner="× V =", axis=HELD),
    ]  # fmt: skip


def _together(c: Chosen) -> list[Panel]:
    """All heads beside each other, times W_O."""
    n, h, d, d_model = len(c.queries), c.learned.n_heads, c.learned.d_head, c.reading.x.shape[1]
    concat = np.concatenate([one.z for one in c.heads], axis=1)
    w_o = c.learned.w_o.reshape(-1, d_model)
    product = t("selfattention.product", a=f"{n} × {h * d}", b=f"{h * d} × {d_model}", c=f"{n} × {d_model}")
    return [
        _vectors(c, "concat", f"concat(Z1 … Z{h})", t("selfattention.concat", heads=h, d=d, size=h * d), concat, True,
                 "concat →"),
        Panel("w_o", "W_O", f"{h * d} × {d_model} · {t('selfattention.learned')}", w_o, joiner="×"),
        Panel("out", t("selfattention.title.out"), f"{product}, + b_O", c.reading.out[c.rows], c.queries[c.rows],
              joiner="=", axis=HELD),
    ]  # fmt: skip
