"""What moves when the words change places: on the chosen model, and on small ones that know positions differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core.cards import Scores, read_scores
from core.export import rows_to_csv
from core.figures import masks as bars
from core.figures import positions as figures
from core.figures import selfattention as lines
from core.figures.theme import QUIET
from core.lab.positions import content, cosines
from core.shelf import ModelInfo
from core.ui.asking import known_models
from core.ui.language import md, t
from core.ui.positions import Chosen, Order, added, kind_of, order, shuffle, words
from core.ui.showing import dark, file_stem, picture
from core.ui.waiting import attempt, tried

if TYPE_CHECKING:
    from core.lab.reordered import Shuffled
    from core.trace import Floats

SMALL = ("positions-sinusoidal", "positions-learned", "positions-none", "positions-prenorm")
MAP = 40  # positions of a model's table that are compared


def moved(c: Chosen) -> None:
    """The same words in another order, read with the positions and without."""
    chosen = order(c)
    if found := _shuffled(c.info.name, c.text, chosen):
        _sentences(found)
        _bars(c, found)
        _levels(c, found)
        _translations(found, c.info)
        st.download_button(
            t("save.csv"), lambda: _csv(found), f"{file_stem(c.text, c.info.name, 'order')}.csv", "text/csv",
            on_click="ignore", key="positions.moved.csv",
        )  # fmt: skip


def _shuffled(name: str, text: str, chosen: Order) -> Shuffled | None:
    return attempt(lambda heard: shuffle(name, text, chosen, heard), f"shuffle {name} {chosen} {text}")


def _sentences(found: Shuffled) -> None:
    st.markdown(f"{md(found.text)}  \n→ **{md(found.shuffled_text)}**")
    if len(found.stayed) == len(found.order):
        st.info(t("positions.moved.same"))


def _labels(found: Shuffled) -> list[str]:
    return [found.src.words[i] for i in content(found.src)]


def _bars(c: Chosen, found: Shuffled) -> None:
    """Each word's vector as the encoder hands it on, against its own in the other order."""
    title = t("positions.moved")
    labels, pair = _labels(found), (found.on.cosine[-1], found.off.cosine[-1])
    names = t("positions.moved.on"), t("positions.moved.off")
    least = int(pair[0].argmin())
    said = t("positions.moved.read", mean=f"{pair[0].mean():.2f}", word=md(labels[least]),
             least=f"{pair[0][least]:.2f}", distance=f"{found.on.distance[-1].mean():.0%}", off=f"{pair[1].min():.6f}",
             error=f"{found.off.distance[-1].max():.0e}")  # fmt: skip
    if kind_of(c.info) == "none":
        said = t("positions.moved.read.none", error=f"{found.off.distance[-1].max():.0e}")
    st.markdown(f"**{title}**")
    fig = bars.pair_of_bars(labels, pair, names, t("positions.moved.unit"), line=1.0, dark=dark())
    picture(fig, key="positions.moved", title=title, alt=said, stem=f"{c.stem}_order")
    st.markdown(said)


def _levels(c: Chosen, found: Shuffled) -> None:
    """The same on the way up: where does the order enter?"""
    n = len(found.on.cosine)
    names = [t("positions.level.first"), *(t("pick.layer", n=i) for i in range(1, n))]
    series = [(t("positions.moved.on"), found.on.cosine.mean(1), lines.WEIGHT),
              (t("positions.moved.off"), found.off.cosine.mean(1), QUIET)]  # fmt: skip
    said = t("positions.level.read", numbers=" → ".join(f"{x:.2f}" for x in found.on.cosine.mean(1)))
    with st.expander(t("positions.level")):
        fig = lines.climb(names, series, y=t("positions.moved.unit"))
        picture(fig, key="positions.levels", title=t("positions.level"), alt=said, stem=f"{c.stem}_levels")
        st.markdown(said)


def _translations(found: Shuffled, info: ModelInfo) -> None:
    """Six greedy translations: two orders, three ways to read."""
    rows = [
        ("on", found.straight_on, found.shuffled_on),
        ("off", found.straight_off, found.shuffled_off),
        ("neither", found.straight_neither, found.shuffled_neither),
    ]
    if kind_of(info) == "none":
        rows = rows[:1]
    names = t("positions.text.positions"), t("positions.text.straight"), t("positions.text.shuffled")
    heading = f"| {names[0]} | {names[1]} | {names[2]} |\n|---|---|---|\n"
    body = "\n".join(f"| {t(f'positions.text.{key}')} | {md(a)} | {md(b)} |" for key, a, b in rows)
    st.markdown(f"**{t('positions.text')}**\n\n{heading}{body}")
    _, a, b = rows[-1] if len(rows) == 1 else rows[1]
    st.markdown(t("positions.text.same" if a == b else "positions.text.tie"))
    st.caption(t("positions.text.caption"))


def _csv(found: Shuffled) -> str:
    """A line a word and level."""
    header = ["level", "word", "cosine_on", "distance_on", "cosine_off", "distance_off"]
    rows: list[list[str | float]] = [
        [level, word, *(float(values[level, i]) for moved in (found.on, found.off)
                        for values in (moved.cosine, moved.distance))]
        for level in range(len(found.on.cosine)) for i, word in enumerate(_labels(found))
    ]  # fmt: skip
    return rows_to_csv(header, rows)


class Translator(NamedTuple):
    """One of the compared models, with the typed sentence and its shuffle."""

    info: ModelInfo
    scores: Scores
    found: Shuffled
    table: Floats


def models(c: Chosen) -> None:
    """Sinusoidal, learned and no positions beside each other, on the small translators that are installed."""
    chosen = order(c)
    names = [f"{kind}-{c.info.src}-{c.info.tgt}" for kind in SMALL]
    known = known_models()
    there = [known[name] for name in names if name in known]
    if missing := [name for name in names if name not in known]:
        st.info(t("positions.models.missing", names=", ".join(missing)))
    if c.info.name not in names:
        there.append(c.info)
    read = [one for info in there if (one := _translator(info, c.text, chosen))]
    if read:
        st.markdown(f"{md(read[0].found.text)}  \n→ **{md(read[0].found.shuffled_text)}**")
        _table(read)
        _maps(read)


def _translator(info: ModelInfo, text: str, chosen: Order) -> Translator | None:
    found = _shuffled(info.name, text, chosen)
    enters = tried(added, info.name, text) if found else None
    return Translator(info, read_scores(info.folder), found, enters.table) if found and enters else None


def _table(read: list[Translator]) -> None:
    """What each writes, how much of the order its encoder notices, and how good it is."""
    written = [(_name(one), md(one.found.straight_on), md(one.found.shuffled_on)) for one in read]
    st.markdown(_rows(("model", "straight", "shuffled"), written))
    blind = [one.info.name for one in read if kind_of(one.info) == "none"]
    same = [
        one.info.name for one in read if one.found.straight_on == one.found.shuffled_on and one.info.name not in blind
    ]
    if blind:
        st.markdown(t("positions.models.blind", names=md(", ".join(blind))))
    if same:
        st.markdown(t("positions.models.same", names=md(", ".join(same))))
    numbers = [
        (_name(one), *(md(cell) for cell in (
            f"{one.found.on.cosine[-1].mean():.3f}", _number(one.scores.bleu, 1), _number(one.scores.loss, 3),
            _number(one.scores.epochs, 0),
        )))
        for one in read
    ]  # fmt: skip
    st.markdown(_rows(("model", "cosine", "bleu", "loss", "epochs"), numbers))
    st.caption(t("positions.models.caption"))


def _rows(keys: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the cells are safe already."""
    lines = [[t(f"positions.models.{key}") for key in keys], ["---"] * len(keys), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _name(one: Translator) -> str:
    """How it knows positions, and its name."""
    return f"**{md(_kind(one.info))}** {md(one.info.name)}"


def _kind(info: ModelInfo) -> str:
    kind = t(f"positions.kind.{kind_of(info)}")
    return f"{kind}, pre-norm" if getattr(info.config, "norm", "") == "pre" else kind


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _maps(read: list[Translator]) -> None:
    """Which positions are alike for each model that has any; two that share a table are shown once."""
    st.markdown(f"**{t('positions.models.maps', n=MAP)}**")
    shown: dict[str, Translator] = {}
    for one in read:
        shown.setdefault("sinusoidal" if kind_of(one.info) == "sinusoidal" else one.info.name, one)
    places = [place for _ in range(0, len(shown), 2) for place in st.columns(2, gap="medium")]
    for place, one in zip(places, shown.values(), strict=False):
        with place:
            _map(one)


def _map(one: Translator) -> None:
    table = one.table[:MAP]
    title = f"{t(f'positions.kind.{kind_of(one.info)}')} · d = {table.shape[1]}"
    st.markdown(f"**{md(title)}**")
    if not table.any():
        st.caption(t("positions.models.nothing"))
        return
    square = cosines(table)
    lengths = np.linalg.norm(table, axis=1)
    next_to = float(square.diagonal(1).mean())
    said = t(
        "positions.models.map",
        next=f"{next_to:.2f}",
        first=f"{lengths[:10].mean():.1f}",
        last=f"{lengths[-10:].mean():.1f}",
    )
    fig = figures.likeness(square, (), words(), height=340, dark=dark())
    picture(
        fig, key=f"positions.map.{one.info.name}", title=title, alt=said, stem=file_stem(one.info.name, "positions")
    )
    st.caption(said)
