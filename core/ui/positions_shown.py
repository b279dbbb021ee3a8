"""What follows from the formula (wavelengths, distances, rotation), and what is added to the typed sentence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.components.matrices import Panel
from core.figures import positions as figures
from core.figures import rotation
from core.figures.labels import tokens as names_of
from core.lab.positions import Encoding, by_distance, cosines
from core.ui.language import md, t
from core.ui.positions import Chosen, added, kind_of, number, set_to, words
from core.ui.selfattention import SHOWN, show
from core.ui.showing import dark, picture
from core.ui.waiting import tried

if TYPE_CHECKING:
    from core.lab.reordered import Added

ON_PAPER = Encoding(4, 10000.0, 4)


def waves(c: Chosen) -> None:
    """How long each pair takes for one turn; the example that can be checked on paper; claim 11."""
    one = c.encoding
    title = t("positions.waves")
    fig = figures.wavelengths(
        one.wavelengths, c.pair, (one.length, t("positions.waves.length", n=one.length)), words(), dark=dark()
    )
    whole = int((one.wavelengths <= one.length).sum())
    said = t("positions.waves.read", whole=whole, pairs=one.pairs, length=one.length,
             factor=f"{one.base ** (2 / one.d):.2f}")  # fmt: skip
    st.markdown(f"**{title}**")
    picture(fig, key="positions.waves", title=title, alt=said, stem=f"{c.stem}_wavelengths")
    st.markdown(said)
    _paper()


def _paper() -> None:
    """d = 4: two positions to check by hand, and how many periods four dimensions have."""
    rows = [
        t("positions.paper.row", position=p, numbers=", ".join(_digits(x) for x in row))
        for p, row in enumerate(ON_PAPER.table[:3])
    ]
    st.markdown(f"**{t('positions.paper')}**  \n" + "  \n".join(rows))
    first, second = ON_PAPER.wavelengths
    st.markdown(
        f"**{md(t('positions.claim11'))}**  \n"
        + t("positions.claim11.answer", first=f"{first:.2f}", second=f"{second:.2f}", n=len(ON_PAPER.wavelengths))
    )
    st.button(t("positions.paper.show"), key="positions.paper.show", on_click=set_to(4, 50))


def _digits(value: float) -> str:
    return f"{value:.2f}".replace("-", "−").replace("−0.00", "0.00")


def distance(c: Chosen) -> None:
    """Which positions are alike: their dot product, as a map and as a curve over the distance."""
    one = c.encoding
    square = cosines(one.table)
    row = number("positions.p", 0, one.length - 1, min(10, one.length - 1))
    mean, spread = by_distance(square)
    half = next((k for k, value in enumerate(mean) if value < 0.5), None)
    said = t("positions.distance.read", d=one.d, half=one.d // 2, next=f"{mean[1]:.3f}", spread=f"{spread.max():.0e}")
    if half:
        said += " " + t("positions.distance.half", k=half)
    left, right = st.columns(2, gap="medium")
    with left:
        title = t("positions.distance")
        st.markdown(f"**{title}**")
        fig = figures.likeness(square, c.tokens, words(), row=row, dark=dark())
        picture(fig, key="positions.distance", title=title, alt=said, stem=f"{c.stem}_similarity")
    with right:
        title = t("positions.distance.curve")
        st.markdown(f"**{title}**")
        rows = sorted({0, row, one.length - 1})
        fig = figures.fall(square, rows, words(), t("positions.distance.k"), dark=dark())
        picture(fig, key="positions.fall", title=title, alt=said, stem=f"{c.stem}_distance")
    st.markdown(said)


def turn(c: Chosen) -> None:
    """PE(p + k) is PE(p), each pair turned by k times its own frequency."""
    one = c.encoding
    left, right = st.columns(2, gap="medium")
    with left:
        p = number("positions.p", 0, one.length - 1, min(10, one.length - 1))
    with right:
        k = number("positions.k", 0, 50, 5)
    pairs = figures.some_pairs(one.pairs, c.pair)
    before, after = one.at(np.array([p, p + k]))
    title = t("positions.turn", p=p, k=k, sum=p + k)
    names = f"PE({p})", f"PE({p + k})"
    said = t("positions.turn.read", pair=c.pair, p=p, sum=p + k, k=k,
             angle=f"{np.degrees(k * one.frequencies[c.pair]):,.1f}",
             error=f"{one.rotation_error(k):.0e}", n=one.length)  # fmt: skip
    st.markdown(f"**{title}**")
    fig = rotation.circles(before, after, k * one.frequencies, pairs, names, words(), dark=dark())
    picture(fig, key="positions.turn", title=title, alt=said, stem=f"{c.stem}_rotation")
    st.markdown(said)
    (a, b), (_, _) = one.rotation(k)[c.pair]
    st.latex(
        r"\begin{pmatrix} \sin " + rf"{p + k}\omega \\ \cos {p + k}\omega" + r"\end{pmatrix} = \begin{pmatrix}"
        + rf"{a:.3f} & {b:.3f} \\ {-b:.3f} & {a:.3f}" + r"\end{pmatrix}\begin{pmatrix}"
        + rf"{before[2 * c.pair]:.3f} \\ {before[2 * c.pair + 1]:.3f}" + r"\end{pmatrix} = \begin{pmatrix}"
        + rf"{after[2 * c.pair]:.3f} \\ {after[2 * c.pair + 1]:.3f}" + r"\end{pmatrix}"
    )  # fmt: skip
    st.caption(t("positions.turn.same"))


def summed(c: Chosen) -> None:
    """The embedding, the position and their sum for each token: what the model's first layer reads."""
    found = tried(added, c.info.name, c.text)
    if not found:
        return
    rows = tuple(names_of(found.src))[:SHOWN]
    limit = float(np.abs(found.total).max())
    size = f"{len(found.src)} × {found.total.shape[1]}"
    kind = kind_of(c.info)
    panels = [
        Panel("token", t("positions.sum.token"), f"{size} · √d · E", found.token[:SHOWN], rows, limit=limit),
        Panel("position", t("positions.sum.position"), f"{size} · {t(f'positions.kind.{kind}')}",
              found.position[:SHOWN], rows, joiner="+", limit=limit),
        Panel("total", t("positions.sum.total"), size, found.total[:SHOWN], rows, joiner="=", limit=limit),
    ]  # fmt: skip
    if len(found.src) > SHOWN:
        st.caption(t("positions.sum.cut", n=SHOWN))
    show(panels, f"{c.stem}_sum", "positions.sum")
    token, position = (float(np.linalg.norm(x, axis=1).mean()) for x in (found.token, found.position))
    st.markdown(t("positions.sum.read", token=f"{token:.1f}", position=f"{position:.1f}"))
    _twice(found)
    change = float(np.abs(found.on - found.off).max())
    key = "positions.claim2.none" if kind == "none" else "positions.claim2.answer"
    st.markdown(f"**{md(t('positions.claim2'))}**  \n{t(key, change=f'{change:.2f}')}")


def _twice(found: Added) -> None:
    """A word that occurs twice: one embedding, two vectors."""
    axis = found.src
    counts = Counter(token for i, token in enumerate(axis.tokens) if not axis.special[i])
    token, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    if count < 2:
        st.caption(t("positions.sum.once"))
        return
    i, j = [i for i, other in enumerate(axis.tokens) if other == token][:2]
    if not np.array_equal(found.token[i], found.token[j]):  # the same letters as two pieces, with a space and without
        return
    a, b = found.total[i], found.total[j]
    cosine = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    st.markdown(t("positions.sum.twice", token=md(token), i=i, j=j, cosine=f"{cosine:.3f}"))
