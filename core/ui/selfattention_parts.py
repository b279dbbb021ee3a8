"""The parts below the walk of the page Self-attention: a score in detail, what-ifs, d_k, angles, heads."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from core.components.matrices import Panel
from core.figures import selfattention as figures
from core.figures.theme import QUIET
from core.lab import scaling
from core.lab.headsteps import all_heads, arrows, norm_shares
from core.lab.numbers import cosine
from core.ui.asking import select_number
from core.ui.language import md, t
from core.ui.selfattention import Chosen, follow, number, pair_words, projections, show, square
from core.ui.showing import dark, picture

SIZES = tuple(str(n) for n in scaling.SIZES)


def one_score(c: Chosen) -> None:
    """The products q_i k_i that make one score, their sum, and what becomes of it."""
    one, d = c.one, c.learned.d_head
    products = one.q[c.query] * one.k[c.key]
    row = {
        **pair_words(c), "d": d, "product": number(one.products[c.query, c.key]),
        "score": number(one.scores[c.query, c.key]), "weight": number(one.weights[c.query, c.key], 3),
    }  # fmt: skip
    sentence = t("selfattention.score" if c.reading.mask[c.query, c.key] else "selfattention.score.hidden", **row)
    st.markdown(f"##### {t('selfattention.score.title', **pair_words(c))}")
    st.markdown(sentence)
    fig = figures.product_bars(products, x=t("selfattention.component"), y=t("selfattention.score.y"), dark=dark())
    picture(
        fig, key="selfattention.products", title=t("selfattention.score.y"), alt=sentence, stem=f"{c.stem}_products"
    )


def dimension(c: Chosen) -> None:
    """Why the division: the same experiment for many d_k."""
    st.markdown(t("selfattention.dk.intro", keys=scaling.KEYS, draws=scaling.DRAWS))
    left, right = st.columns([3, 1])
    with left:
        own = str(c.learned.d_head)
        default = own if own in SIZES else SIZES[5]
        chosen = st.select_slider("d_k", SIZES, default, key="dk", bind="query-params", persist_state="session")
    with right:
        seed = st.number_input(
            t("selfattention.seed"), 0, 999, 0, key="selfattention.seed", bind="query-params",
            help=t("selfattention.seed.help"), persist_state="session",
        )  # fmt: skip
    found = _scaling(int(seed))
    at = SIZES.index(chosen)
    st.markdown(
        t(
            "selfattention.dk.read", d=chosen, variance=number(float(found.variance[at]), 1),
            plain=number(float(found.entropy_plain[at])), divided=number(float(found.entropy[at])),
            grad_plain=number(float(found.gradient_plain[at]), 3), grad=number(float(found.gradient[at]), 3),
        )
    )  # fmt: skip
    names = t("selfattention.without"), t("selfattention.with")
    pairs = {
        "variance": ((t("selfattention.dk.measured"), found.variance, figures.WEIGHT),
                     (t("selfattention.dk.law"), np.array(found.sizes, np.float32), QUIET)),
        "entropy": ((names[0], found.entropy_plain, QUIET), (names[1], found.entropy, figures.WEIGHT)),
        "gradient": ((names[0], found.gradient_plain, QUIET), (names[1], found.gradient, figures.WEIGHT)),
    }  # fmt: skip
    places = [*st.columns(3), st.container()]
    for place, (name, lines) in zip(places, pairs.items(), strict=False):
        title = t(f"selfattention.dk.{name}")
        fig = figures.curves(found.sizes, lines, title=title, x_title="d_k", at=float(chosen), log=name == "variance")
        alt = ". ".join([title, *(f"{label}: " + ", ".join(f"{v:.3g}" for v in values) for label, values, _ in lines)])
        with place:
            picture(fig, key=f"selfattention.dk.{name}", title=title, alt=alt, stem=f"d_k_{name}")
    title = t("selfattention.dk.one", d=chosen)
    bars = figures.pair_of_bars(
        [f"k{i + 1}" for i in range(scaling.KEYS)], found.one_plain[at], found.one[at], names, t("term.weight")
    )
    st.markdown(title)
    picture(bars, key="selfattention.dk.bars", title=title, alt=title, stem=f"d_k_{chosen}")


@st.cache_data(max_entries=64, show_spinner=False)
def _scaling(seed: int) -> scaling.Scaling:
    return scaling.scaling(seed)


def angle(c: Chosen) -> None:
    """Query and key as arrows in the plane that keeps most of them."""
    one = c.one
    found = arrows(one.q, one.k)
    flat = cosine(found.queries[c.query], found.keys[c.key])
    true = cosine(one.q[c.query], one.k[c.key])
    degrees = [f"{math.degrees(math.acos(max(-1.0, min(1.0, value)))):.0f}°" for value in (flat, true)]
    lengths = [number(float(np.linalg.norm(v))) for v in (one.q[c.query], one.k[c.key])]
    sentence = t(
        "selfattention.angle.read", **pair_words(c), seen=degrees[0], true=degrees[1], cosine=number(true),
        kept=f"{100 * found.kept:.0f} %", d=c.learned.d_head, q=lengths[0], k=lengths[1],
        product=number(one.products[c.query, c.key]),
    )  # fmt: skip
    st.markdown(sentence)
    fig = figures.two_arrows(
        found.queries, found.keys, (c.queries, c.keys), c.query, c.key, (t("term.query"), t("term.key"))
    )
    picture(fig, key="selfattention.arrows", title=t("selfattention.part.angle"), alt=sentence, stem=f"{c.stem}_arrows")


def several(c: Chosen) -> None:
    """The heads' parts of the output; two heads side by side; where each head of each layer looks."""
    parts = np.stack([one.part for one in c.heads])
    shares = norm_shares(parts, c.learned.b_o)[:, c.query]
    concat = np.concatenate([one.z for one in c.heads], axis=1) @ c.learned.w_o.reshape(-1, parts.shape[2])
    apart = float(np.abs(parts.sum(0) - concat).max())
    st.markdown(
        t("selfattention.heads.sum", heads=len(parts), apart=f"{apart:.0e}".replace("e-0", "e-").replace("-", "−"))
    )
    bars = np.append(shares, 1 - shares.sum())
    names = [str(i + 1) for i in range(len(parts))]
    best = int(shares.argmax())
    sentence = t(
        "selfattention.heads.share", query=md(c.queries[c.query]), head=best + 1, share=f"{100 * shares[best]:.0f} %"
    )
    st.markdown(sentence)
    fig = figures.share_bars(bars, [*(t("pick.head", n=n) for n in names), "b_O"], c.head, y=t("selfattention.heads.y"))
    picture(fig, key="selfattention.shares", title=sentence, alt=sentence, stem=f"{c.stem}_shares")
    _two_heads(c)
    _everywhere(c)


def _two_heads(c: Chosen) -> None:
    """Two heads of one layer and their difference."""
    other = select_number("other", t("selfattention.heads.other"), len(c.heads), first=min(1, len(c.heads) - 1))
    a, b = c.heads[c.head].weights, c.heads[other].weights
    names = [t("pick.head", n=n + 1) for n in (c.head, other)]
    panels = [
        square(c, "a", names[0], t("selfattention.sums"), a, "weight"),
        square(c, "b", names[1], t("selfattention.sums"), b, "weight", "−"),
        square(c, "a-b", t("selfattention.difference"), t("selfattention.heads.difference", a=names[0], b=names[1]),
               a - b, joiner="=", limit=1.0),
    ]  # fmt: skip
    follow(c, panels, f"{c.stem}_heads", "selfattention.two")


def _everywhere(c: Chosen) -> None:
    """Where does the followed word look, in every layer and head?"""
    st.markdown(t("selfattention.heads.where", query=md(c.queries[c.query])))
    rows, labels = [], []
    for layer, reading in enumerate(c.readings.sublayers[c.reading.kind]):
        for head, one in enumerate(all_heads(reading, projections(c.model, reading.kind, layer))):
            rows.append(one.weights[c.query, c.cols])
            labels.append(t("selfattention.heads.row", layer=layer + 1, head=head + 1))
    title = t("selfattention.title.weights")
    panel = Panel(
        "where", title, f"{len(rows)} × {len(c.keys)}", np.stack(rows), tuple(labels), c.keys[c.cols], "weight"
    )
    show([panel], f"{c.stem}_where", "selfattention.where", c.layer * len(c.heads) + c.head)
