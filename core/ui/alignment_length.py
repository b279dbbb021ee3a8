"""The page Alignment: what the length of a sentence does to quality, and to time."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.cards import LengthScore, read_lengths
from core.export import rows_to_csv
from core.figures import alignment as figures
from core.lab.sequential import SIZES, Growth, path_length, steps_in_sequence
from core.ui import alignment_runs as runs
from core.ui.alignment import Chosen
from core.ui.asking import choice
from core.ui.language import md, t
from core.ui.showing import dark, picture
from core.ui.waiting import attempt

REPEATS = 5
METRICS = ("bleu", "chrf")
Rows = list[list[str | float | None]]


def quality(c: Chosen) -> None:
    """BLEU or chrF against the source's length, as the models' cards have them."""
    with st.container(horizontal=True):
        metric = choice("alignment.metric", METRICS, label=False)
        joined = choice("alignment.test", ("single", "joined"), label=False) == "joined"
    cards = [(one.label, [row for row in read_lengths(one.info.folder) if row.joined == joined]) for one in c.columns]
    missing = [label for label, rows in cards if not rows]
    lengths = sorted({(row.low, row.words) for _, rows in cards for row in rows})
    if missing:
        st.info(md(t("alignment.length.missing", models=", ".join(missing))))
    if not lengths:
        return
    names = [words for _, words in lengths]
    lines = [_scored(label, rows, names, metric) for label, rows in cards]
    title = t(f"alignment.length.{metric}")
    fig = figures.by_length(
        lines, names, x=t("alignment.length.x"), y=title, count=t("alignment.length.count", n="{n}"), dark=dark()
    )
    said = " ".join(_falls(line, names) for line in lines if len(line.values) > 1)
    picture(fig, key="alignment.length", title=title, alt=f"{title}. {said}", stem=f"{metric}_length")
    st.markdown(md(said))
    st.caption(t("alignment.length.note", few=figures.FEW))
    rows: Rows = [[line.name, names[p], float(n), v] for line in lines
            for p, n, v in zip(line.places, line.counts, line.values, strict=True)]  # fmt: skip
    head = (t("alignment.model"), t("alignment.length.x"), t("alignment.length.sentences"), metric)
    st.download_button(
        t("save.csv"), lambda: rows_to_csv(head, rows), f"{metric}_length.csv", "text/csv", on_click="ignore",
        key="alignment.length.csv",
    )  # fmt: skip


def _scored(label: str, rows: list[LengthScore], names: list[str], metric: str) -> figures.Scored:
    places = [names.index(row.words) for row in rows]
    return figures.Scored(label, places, [getattr(row, metric) for row in rows], [row.n for row in rows])


def _falls(line: figures.Scored, names: list[str]) -> str:
    """From the shortest sentences to the longest of which there are enough."""
    enough = [i for i, n in enumerate(line.counts) if n >= figures.FEW] or [0]
    first, last = enough[0], enough[-1]
    return t(
        "alignment.length.read", model=line.name, short=names[line.places[first]], high=f"{line.values[first]:.1f}",
        long=names[line.places[last]], low=f"{line.values[last]:.1f}",
    )  # fmt: skip


def time(c: Chosen) -> None:
    """Steps in sequence: counted; seconds: measured when somebody asks for it."""
    names = tuple(one.info.name for one in c.columns)
    labels = [one.label for one in c.columns]
    sizes = SIZES
    steps = np.array([[steps_in_sequence(one.info.config, n) for n in sizes] for one in c.columns], np.float32)
    left, right = st.columns(2, gap="medium")
    with left:
        title = t("alignment.time.steps")
        st.markdown(f"##### {title}")
        fig = figures.growing(labels, sizes, steps, x=t("alignment.time.n"), y=title, unit="", dark=dark())
        n = sizes[-1]
        said = " ".join(
            t("alignment.time.steps.read", model=one.label, steps=steps_in_sequence(one.info.config, n),
              path=path_length(one.info.config, n), n=n)
            for one in c.columns
        )  # fmt: skip
        picture(fig, key="alignment.steps.n", title=title, alt=f"{title}. {said}", stem="steps_length")
        st.markdown(md(said))
    with right:
        st.markdown(f"##### {t('alignment.time')}")
        _ask(names)
        if found := _measured(names):
            _seconds(found, labels)
        else:
            st.caption(t("alignment.time.ask"))
    st.caption(t("alignment.time.note"))


def _ask(names: tuple[str, ...]) -> None:
    st.button(t("alignment.time.measure"), icon="⏱️", on_click=st.session_state.update,
              args=({"alignment.measuring": names},))  # fmt: skip
    if st.session_state.get("alignment.measuring") == names:
        found = attempt(lambda heard: runs.growth(names, REPEATS, heard), f"growth {names}", step="alignment.time.step")
        if found:
            st.session_state.update({"alignment.measuring": (), "alignment.measured": found})


def _measured(names: tuple[str, ...]) -> Growth | None:
    found: Growth | None = st.session_state.get("alignment.measured")
    return found if found and found.names == names else None


def _seconds(found: Growth, labels: list[str]) -> None:
    title, ms = t("alignment.time"), 1000 * found.seconds
    fig = figures.growing(labels, found.sizes, ms, x=t("alignment.time.n"), y="ms", unit="ms", dark=dark())
    last = ", ".join(f"{label} {row[-1]:.1f} ms" for label, row in zip(labels, ms, strict=True))
    said = t("alignment.time.read", n=found.sizes[-1], times=last, repeats=found.repeats)
    picture(fig, key="alignment.time", title=title, alt=f"{title}. {said}", stem="time_length")
    st.markdown(md(said))
    head = (t("alignment.model"), *(str(n) for n in found.sizes))
    rows: Rows = [[label, *(float(v) for v in row)] for label, row in zip(labels, ms, strict=True)]
    st.download_button(
        t("save.csv"), lambda: rows_to_csv(head, rows), "time_length.csv", "text/csv", on_click="ignore",
        key="alignment.time.csv",
    )  # fmt: skip
