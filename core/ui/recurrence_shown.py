"""States and gates under the words, what they say, and how many numbers each cell learns."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.config import LanguageModelConfig
from core.export import rows_to_csv
from core.figures import recurrence as figures
from core.figures.labels import tokens
from core.reading import name as token_name
from core.ui.asking import choice
from core.ui.language import language, md, t
from core.ui.recurrence import CELLS, HIDDEN, Chosen, Weights, norms, read
from core.ui.showing import dark, file_stem, picture, share

if TYPE_CHECKING:
    from core.lab.recurrence import States

UNITS = ("8", "32", "128")
ABREAST = 14  # tokens up to which the three cells stand side by side
FLAT = 0.1  # between the means of a gate: below it the difference is nothing to read much into
KEYS = "weights gain seed unit units part cell struck word other".split()
LINKED = ("sentence", *(f"recurrence.{key}" for key in KEYS))


def words() -> figures.Words:
    return figures.Words(*(t(f"recurrence.word.{name}") for name in ("word", "unit", "units")))


def gates(c: Chosen) -> tuple[States, ...] | None:
    """RNN, LSTM and GRU side by side on the same words."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by_word = choice("recurrence.unit", ("word", "piece")) == "word"
        units = int(choice("recurrence.units", UNITS[1:] + UNITS[:1]))
    found = read(c)
    if found is None:
        return None
    from core.lab.recurrence import words_only

    shown = tuple(words_only(one) if by_word else one for one in found)
    abreast = len(shown[0].axis) <= ABREAST
    places = st.columns(len(shown), gap="small") if abreast else [st.container() for _ in shown]
    for place, one, w in zip(places, shown, c.cells, strict=True):
        with place:
            _cell(one, w, units, c)
    st.caption(f"{t('recurrence.scale')} {t('recurrence.learned' if c.trained else 'recurrence.drawn')}")
    return shown


def _cell(one: States, w: Weights, units: int, c: Chosen) -> None:
    """One cell's picture and what it says."""
    title = t(f"recurrence.cell.{one.cell}")
    st.markdown(f"**{title}** · {md(w.name) if w.trained else t('recurrence.lot', gain=f'{w.gain:.2f}')}")
    said = reading(one)
    fig = figures.strips(one.axis, _strips(one, units), words(), notes=_notes(one, w), dark=dark())
    picture(fig, key=f"recurrence.{one.cell}", title=title, alt=said, stem=file_stem(c.text, one.cell, c.stem))
    st.markdown(md(said))


def _strips(one: States, units: int) -> list[figures.Strip]:
    from core.lab.recurrence import SIGMOIDS

    found = []
    for name, values in one.parts:
        gate = name in SIGMOIDS
        limit = None if gate else max(1.0, float(np.abs(values).max())) if name == "c" else 1.0
        title = f"{name} · {t(f'recurrence.part.{name}')}"
        if name == "c":
            title += f" (±{limit:.1f})"
        tall = 76 if gate or name in ("g", "n") else 128
        found.append(figures.Strip(title, values[:, :units], limit, tall))
    return found


def _notes(one: States, w: Weights) -> list[str]:
    """What a trained model expects after each word."""
    if not w.trained:
        return []
    return [t("recurrence.expects", token=best.token, p=f"{np.exp(best.log_prob):.2f}") for best in one.expects]


def reading(one: States) -> str:
    """What stands out in one cell's picture, from its numbers: real words only, not `<s>`."""
    names = [token_name(one.axis, i, language()) for i in range(len(one.axis))]
    real = [i for i, special in enumerate(one.axis.special) if not special]

    def least(values: np.ndarray) -> int:
        return real[int(values[real].argmin())]

    if one.cell != "rnn" and len(real) < 2:
        return t("recurrence.read.one")
    if one.cell == "lstm":
        forget, let = one["f"].mean(1), one["i"].mean(1)
        shut, wide = least(forget), least(-forget)
        into = least(-let)
        said = t("recurrence.read.lstm", shut=names[shut], least=f"{forget[shut]:.2f}", wide=names[wide],
                 most=f"{forget[wide]:.2f}", into=names[into], let=f"{let[into]:.2f}")  # fmt: skip
        return f"{said} {_flat(forget[real])}".strip()
    if one.cell == "gru":
        keep, reset = one["z"].mean(1), one["r"].mean(1)
        new, old, shut = least(keep), least(-keep), least(reset)
        said = t("recurrence.read.gru", new=names[new], least=f"{keep[new]:.2f}", old=names[old],
                 most=f"{keep[old]:.2f}", shut=names[shut], reset=f"{reset[shut]:.2f}")  # fmt: skip
        return f"{said} {_flat(keep[real])}".strip()
    from core.lab.numbers import cosine

    h = one["h"]
    alike = np.array([1.0, *(cosine(a, b) for a, b in pairwise(h))])
    real = real[1:] or real  # the first word has only `<s>` before it
    turn = least(alike)
    full = float((np.abs(h[real]) > 0.9).mean())
    angle = f"{alike[turn]:.2f}".replace("-", "−")
    return t("recurrence.read.rnn", turn=names[turn], cosine=angle, full=f"{100 * full:.0f}")


def _flat(means: np.ndarray) -> str:
    """Says so where the words hardly differ."""
    return "" if np.ptp(means) > FLAT else t("recurrence.read.flat")


def files(c: Chosen, shown: tuple[States, ...]) -> None:
    """All states and gates as a table or as JSON; a link to what is shown."""
    stem = file_stem(c.text, "recurrence", c.stem)
    with st.container(horizontal=True, gap="small"):
        st.download_button(t("save.csv"), lambda: to_csv(shown), f"{stem}.csv", "text/csv", on_click="ignore",
                           key="recurrence.csv")  # fmt: skip
        st.download_button(t("save.json"), lambda: to_json(shown), f"{stem}.json", "application/json",
                           on_click="ignore", key="recurrence.json")  # fmt: skip
        share(*LINKED)


def to_csv(shown: tuple[States, ...]) -> str:
    """A line a cell, part and token; a column a unit."""
    width = max(values.shape[1] for one in shown for _, values in one.parts)
    rows = [
        [one.cell, part, i, token, *row]
        for one in shown
        for part, values in one.parts
        for i, (token, row) in enumerate(zip(tokens(one.axis), values.tolist(), strict=True))
    ]
    return rows_to_csv(["cell", "part", "position", "token", *(f"unit {i + 1}" for i in range(width))], rows)


def to_json(shown: tuple[States, ...]) -> str:
    return json.dumps(
        [
            {"cell": one.cell, "tokens": tokens(one.axis), "parts": {name: v.tolist() for name, v in one.parts}}
            for one in shown
        ],
        ensure_ascii=False,
    )


def size(c: Chosen) -> None:
    """Parameter counts: the formula with the numbers in it, and bars."""
    from core.lab.recurrence_nets import GATES, sizes

    config = c.models[c.cells[0].name].config if c.trained else None
    d, hidden = (config.d_model, config.hidden) if isinstance(config, LanguageModelConfig) else (HIDDEN, HIDDEN)
    counted = {cell: sizes(cell, d, hidden) for cell in CELLS}  # type: ignore[arg-type]
    title = t("recurrence.size", d=d, hidden=hidden)
    st.markdown(f"**{title}**")
    names = [t(f"recurrence.cell.{cell}") for cell in CELLS]
    parts = [(label, [counted[cell][i] for cell in CELLS]) for i, label in
             enumerate(("W_xh", "W_hh", t("recurrence.size.biases")))]  # fmt: skip
    said = t("recurrence.size.read", rnn=f"{counted['rnn'][3]:,}", lstm=f"{counted['lstm'][3]:,}",
             gru=f"{counted['gru'][3]:,}")  # fmt: skip
    fig = figures.sizes(names, parts, t("recurrence.size.unit"), dark=dark())
    picture(fig, key="recurrence.sizes", title=title, alt=said, stem=f"recurrence_parameters_{hidden}")
    st.markdown(said)
    for cell, name in zip(CELLS, names, strict=True):
        gates = len(GATES[cell])
        st.latex(
            rf"\text{{{name}}}:\quad {gates} \cdot (\underbrace{{{hidden} \cdot {d}}}_{{W_{{xh}}}} + "
            rf"\underbrace{{{hidden} \cdot {hidden}}}_{{W_{{hh}}}} + \underbrace{{2 \cdot {hidden}}}_{{b}}) = "
            + f"{counted[cell][3]:,}".replace(",", r"{,}")
        )
    st.caption(t("recurrence.size.note", words=f"{_vocabulary(c):,}", d=d, table=f"{_vocabulary(c) * d:,}"))
    st.markdown(f"**{t('recurrence.norms')}**")
    for w in c.cells:
        found = ", ".join(f"{gate} {value:.2f}" for gate, value in norms(w).items())
        st.markdown(f"{t(f'recurrence.cell.{w.cell}')}: {found}")


def _vocabulary(c: Chosen) -> int:
    return int(c.models[c.cells[0].name or c.cells[0].reader].config.vocab_size)
