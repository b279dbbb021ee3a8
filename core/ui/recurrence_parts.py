"""Both ways of reading, the same word in two sentences, and the kinds of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.figures import masks as bars
from core.figures import recurrence as figures
from core.lab.contextual import same_word, shared_words
from core.samples import samples
from core.ui.asking import choice, from_link, into_link
from core.ui.language import md, t
from core.ui.presenting import wide
from core.ui.recurrence import LANGUAGE, Chosen, Weights, both_ways, reader, states, translator, uses
from core.ui.recurrence_shown import words
from core.ui.showing import dark, file_stem, picture
from core.ui.waiting import tried

if TYPE_CHECKING:
    from core.lab.recurrence import BothWays, Use
    from core.trace import Axis, Floats


def cell_of(c: Chosen) -> Weights:
    """Which cell is looked at: one that is shown above."""
    known = tuple(w.cell for w in c.cells)
    return c.of(choice("recurrence.cell", tuple(cell for cell in ("lstm", "gru", "rnn") if cell in known)))


def both(c: Chosen) -> None:
    """Forward and backward states, and which of them a struck-out word moves."""
    encoder = translator(c.models, attention=True) if c.trained else ""
    w = Weights("", "lstm", reader(c.models)) if c.trained else cell_of(c)
    st.caption(_whose(c, w, encoder))
    start = tried(both_ways, w, encoder, c.text, 0)
    if start is None:
        return
    found = tried(both_ways, w, encoder, c.text, _struck(start.axis))
    if found is None:
        return
    said = _read_both(found)
    strips = [
        figures.Strip(f"h→ · {t('recurrence.forward')}", found.forward[:, :32], 1.0, 110),
        figures.Strip(f"h← · {t('recurrence.backward')}", found.backward[:, :32], 1.0, 110),
    ]
    left, right = st.columns(2, gap="medium")
    stem = file_stem(c.text, "bidirectional", c.stem)
    with left:
        title = t("recurrence.both")
        st.markdown(f"**{title}**")
        fig = figures.strips(found.axis, strips, words(), dark=dark())
        picture(fig, key="recurrence.both", title=title, alt=said, stem=stem)
    with right:
        title = t("recurrence.moved", word=md(found.axis.words[found.struck]))
        st.markdown(f"**{title}**")
        pair, names = (found.forward_moved, found.backward_moved), ("h→", "h←")
        fig = figures.moved(found.axis, pair, names, t("recurrence.moved.unit"), dark=dark())
        picture(fig, key="recurrence.moved", title=t("recurrence.both"), alt=said, stem=f"{stem}_moved")
    st.markdown(said)


def _whose(c: Chosen, w: Weights, encoder: str) -> str:
    if encoder:
        return t("recurrence.both.trained", name=md(encoder))
    random = t("recurrence.both.random", cell=t(f"recurrence.cell.{w.cell}"), gain=f"{w.gain:.2f}")
    return f"{t('recurrence.both.none')} {random}" if c.trained else random


def _struck(axis: Axis) -> int:
    """Which word is struck out."""
    places = [str(i + 1) for i, word in enumerate(axis.words) if not axis.special[axis.word_of.index(i)]]
    default = places[len(places) // 2]
    from_link("recurrence.struck", [default, *places])
    st.session_state.setdefault("recurrence.struck", default)
    chosen: str = st.selectbox(
        t("recurrence.struck"), places, key="recurrence.struck", width=wide(260), persist_state="session",
        format_func=lambda o: f"{o} · {axis.words[int(o) - 1]}", help=t("recurrence.struck.help"),
    )  # fmt: skip
    return int(into_link("recurrence.struck", chosen, default)) - 1


def _read_both(found: BothWays) -> str:
    ahead, behind = (int((values == 0).sum()) for values in (found.forward_moved, found.backward_moved))
    return t("recurrence.both.read", word=md(found.axis.words[found.struck]), before=ahead, after=behind,
             n=len(found.axis))  # fmt: skip


def word(c: Chosen) -> None:
    """One word, two sentences: the cosine of its two vectors, cell by cell."""
    other: str = st.text_input(
        t("recurrence.other"), _second(c.text), key="recurrence.other", bind="query-params", persist_state="session",
        help=t("recurrence.other.help"),
    )  # fmt: skip
    encoder = translator(c.models, attention=True) if c.trained else ""
    lot = Weights("", "lstm", reader(c.models)) if c.trained else c.of("lstm")
    pair = [tried(states, c.cells[0], text) for text in (c.text, other)]
    if pair[0] is None or pair[1] is None:
        return
    common = shared_words(pair[0].axis, pair[1].axis)
    if not common:
        st.info(t("recurrence.word.none"))
        return
    chosen = _common(common)
    rows = [_compared(t("recurrence.embedding"), [(one.embedded, one.axis) for one in pair if one], chosen)]
    for w in c.cells:
        read = [states(w, text) for text in (c.text, other)]
        rows.append(_compared(t(f"recurrence.cell.{w.cell}"), [(one["h"], one.axis) for one in read], chosen))
    st.caption(_whose(c, lot, encoder))
    ways = [both_ways(lot, encoder, text, 0) for text in (c.text, other)]
    for name in ("forward", "backward", "together"):
        label = t(f"recurrence.way.{name}")
        rows.append(_compared(label, [(getattr(one, name), one.axis) for one in ways], chosen))
    _bars(c, chosen, rows)


def _second(text: str) -> str:
    """The example's other sentence, where it is one of the examples."""
    for sample in samples("recurrence", LANGUAGE):
        if sample.text == text and (other := dict(sample.choices).get("recurrence.other")):
            return str(other)
    return "A dog ate the food because it was good."


def _common(common: tuple[str, ...]) -> str:
    from_link("recurrence.word", common)
    default = next((one for one in ("it", "bank") if one in common), common[-1])
    st.session_state.setdefault("recurrence.word", default)
    chosen: str = st.selectbox(
        t("recurrence.common"), common, key="recurrence.word", width=wide(260), persist_state="session",
        help=t("recurrence.common.help"),
    )  # fmt: skip
    return into_link("recurrence.word", chosen, default)


def _compared(name: str, pair: list[tuple[Floats, Axis]], chosen: str) -> tuple[str, float, float]:
    """Name, cosine of the word with itself, and that of two different words on average."""
    (a, axis_a), (b, axis_b) = pair
    found = same_word(a[None], b[None], axis_a, axis_b, chosen)
    return name, float(found.cosine[0]), float(found.others[0])


def _bars(c: Chosen, chosen: str, rows: list[tuple[str, float, float]]) -> None:
    title = t("recurrence.same", word=md(chosen))
    st.markdown(f"**{title}**")
    same, others = (np.array([row[i] for row in rows], np.float32) for i in (1, 2))
    by_name = {row[0]: f"{row[1]:.3f}" for row in rows}
    said = t("recurrence.same.read", word=md(chosen), embedding=f"{same[0]:.3f}",
             cells=", ".join(f"{row[0]} **{row[1]:.3f}**" for row in rows[1 : 1 + len(c.cells)]),
             forward=by_name[t("recurrence.way.forward")], backward=by_name[t("recurrence.way.backward")])  # fmt: skip
    names = t("recurrence.same.word"), t("recurrence.same.others")
    fig = bars.pair_of_bars([row[0] for row in rows], (same, others), names, t("recurrence.cosine"), dark=dark())
    picture(
        fig, key="recurrence.same", title=t("recurrence.cosine"), alt=said, stem=file_stem(chosen, "cosine", c.stem)
    )
    st.markdown(said)
    if same[len(c.cells) + 1] > 0.9999:
        st.markdown(t("recurrence.same.prefix", word=md(chosen)))


def kinds(c: Chosen) -> None:
    """The kinds of use, each computed on the typed sentence."""
    w = cell_of(c)
    name = translator(c.models, attention=False) if c.trained else ""
    found = tried(uses, w, name, c.text)
    if found is None:
        return
    st.caption(t("recurrence.uses.caption", shown=figures.UNITS_DRAWN))
    places = [*st.columns(2, gap="medium"), *st.columns(2, gap="medium"), st.container()]
    for place, use in zip(places, found, strict=True):
        with place:
            _use(c, use, name)


def _use(c: Chosen, use: Use, name: str) -> None:
    title = t(f"recurrence.use.{use.kind}")
    shapes = ", ".join(f"{part} {rows:,} × {columns:,}" for part, (rows, columns) in
                       zip("xhy", (use.x, use.h, use.y), strict=True))  # fmt: skip
    st.markdown(f"**{title}** · {shapes}")
    drawn = [
        figures.Drawn(one.read, one.state, one.written, one.fed, t(f"recurrence.{one.part}") if one.part else "")
        for one in use.columns
    ]
    most = 24 if use.kind == "encoder_decoder" else 12
    said = t(f"recurrence.use.{use.kind}.help")
    fig = figures.unrolled(drawn, words(), most=most, dark=dark())
    key = f"recurrence.use.{use.kind}"
    picture(fig, key=key, title=title, alt=f"{said} {shapes}", stem=file_stem(c.text, use.kind))
    whose = ""
    if use.kind == "encoder_decoder":
        whose = t("recurrence.use.trained", name=md(name)) if name else t("recurrence.use.random")
    elif not c.trained:
        whose = t("recurrence.use.nonsense")
    st.caption(f"{said} {whose}".strip())
    if len(use.columns) > most:
        st.caption(t("recurrence.use.some", n=len(use.columns)))
