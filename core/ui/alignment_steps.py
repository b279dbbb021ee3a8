"""The page Alignment: score, softmax, weighted sum and output of one word, and a window that can be made wider."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.components.compare import WORDS as LINKED_WORDS
from core.components.compare import Linked, compare
from core.components.matrices import WORDS, Panel, matrices
from core.export import rows_to_csv
from core.figures.labels import query_names, tokens
from core.figures.theme import KEY, QUERY, VALUE, weight_scale
from core.lab.alignment import Look, Looks, look, windowed
from core.reading import name, quoted
from core.ui import alignment_runs as runs
from core.ui.alignment import Chosen, Column
from core.ui.alignment_parts import vector
from core.ui.language import language, md, t, texts
from core.ui.selfattention import number
from core.ui.showing import dark, file_stem

TEMPERATURES = ("0", "0.25", "0.5", "1", "2", "4")
ONE = "1"
ADDITIVE = ("bahdanau", "concat")


def steps(c: Chosen) -> None:
    """The four steps of the chosen word."""
    column = c.column
    if column.looks is None:
        if column.one is None:
            st.info(t("alignment.steps.none"))
            vector(column, c.text)
        else:
            st.info(t("alignment.steps.transformer"))
        return
    looks = column.looks
    temperature: str = st.select_slider(
        t("alignment.temperature"), TEMPERATURES, ONE, key="alignment.temperature", bind="query-params",
        persist_state="session", help=t("alignment.temperature.help"),
    )  # fmt: skip
    one = look(looks, c.row, float(temperature))
    st.markdown(_formula(looks))
    matrices(
        _panels(c, looks, one), words=texts(WORDS), scale=weight_scale(dark()),
        file_stem=file_stem(c.text, column.info.name, "steps"), key="alignment.steps", link="steps",
    )  # fmt: skip
    _aloud(c, looks, one, temperature)
    _table(c, looks, one)


def _formula(looks: Looks) -> str:
    """The model's own score, and who asks; kept out of the catalogs, since formulas have no language."""
    state = "s_{t-1}" if looks.previous else "s_t"
    scores = {
        "bahdanau": r"v^\top \tanh(W s_{t-1} + U h_j)", "concat": r"v^\top \tanh(W s_t + U h_j)", "dot": r"s_t^\top h_j"
    }  # fmt: skip
    score = scores.get(looks.attention, r"s_t^\top W_a h_j")
    bell = r"\cdot \exp\!\left(-\tfrac{(j - p_t)^2}{2\sigma^2}\right)" if looks.gaussian else ""
    outputs = r"\tilde h_t = \tanh(W_c[c_t; s_t])", r"s_t = \mathrm{RNN}(y_{t-1}, c_t, s_{t-1})"
    formula = (
        rf"$$e_{{tj}} = {score} \qquad \alpha_{{tj}} = \mathrm{{softmax}}_j(e_{{tj}}){bell} \qquad "
        rf"c_t = \sum_j \alpha_{{tj}} h_j \qquad {outputs[looks.previous]}$$"
    )
    asks = t("alignment.asks.previous" if looks.previous else "alignment.asks.current", state=f"${state}$")
    return f"{asks}\n\n{formula}"


def _panels(c: Chosen, looks: Looks, one: Look) -> list[Panel]:
    cols, row = tuple(tokens(looks.sources)), (query_names(looks.queries)[c.row],)

    def line(code: str, values: np.ndarray, joiner: str, **more: object) -> Panel:
        shape = f"1 × {len(values)}"
        return Panel(code, t(f"alignment.panel.{code}"), shape, np.asarray(values, np.float32)[None], row,
                     joiner=joiner, **more)  # type: ignore[arg-type] # fmt: skip

    def block(code: str, values: np.ndarray, joiner: str, colour: str) -> Panel:
        shape = f"{values.shape[0]} × {values.shape[1]}"
        return Panel(code, t(f"alignment.panel.{code}"), shape, values, cols, joiner=joiner, colour=colour)

    scored = t("alignment.panel.score")
    found = [
        line("previous" if looks.previous else "current", looks.query[c.row], "", colour=QUERY),
        block(
            "projected" if looks.attention in ADDITIVE else "keys", looks.keys, "·" if not _adds(looks) else "+", KEY
        ),
        line("scores", one.scores, f"{scored} →", cols=cols, scale="masked"),
        line("soft", one.soft, "softmax →", cols=cols, scale="weight"),
    ]
    if looks.gaussian:
        found += [
            line("bell", one.bell, "×", cols=cols, scale="weight"),
            line("weights", one.weights, "=", cols=cols, scale="weight"),
        ]
    return [
        *found,
        block("values", looks.values, "×", VALUE),
        line("context", one.context, "="),
        line("readout", looks.readout[c.row], "tanh →"),
    ]


def _adds(looks: Looks) -> bool:
    return looks.attention in ADDITIVE


def _aloud(c: Chosen, looks: Looks, one: Look, temperature: str) -> None:
    """Largest score, weight and word, from the numbers."""
    column, best = c.column, int(one.weights.argmax())
    own = runs.answers(column.info.name, c.text, column.tokens, c.row, looks.context[c.row])
    said = t(
        "alignment.steps.read", word=quoted(looks.queries.writes[c.row]), key=name(looks.sources, best, language()),
        score=number(float(looks.scores[c.row, best])), weight=f"{one.weights[best]:.3f}", words=_words(own),
        total=f"{one.weights.sum():.3f}",
    )  # fmt: skip
    st.markdown(md(said))
    if temperature != ONE:
        other = runs.answers(column.info.name, c.text, column.tokens, c.row, one.context)
        st.markdown(md(t("alignment.steps.other", temperature=temperature, words=_words(other))))
        st.caption(md(t("alignment.steps.other.note")))


def _words(found: tuple[tuple[str, float], ...]) -> str:
    return ", ".join(f"{quoted(token)} {probability:.3f}" for token, probability in found)


def _table(c: Chosen, looks: Looks, one: Look) -> None:
    """Every source token's numbers, to be read and copied."""
    names = ["scores", "soft", *(("bell", "weights") if looks.gaussian else ())]
    head = [t("alignment.table.token"), *(t(f"alignment.panel.{code}") for code in names)]
    columns = [getattr(one, code) for code in names]
    labels = tokens(looks.sources)
    rows = [[md(label), *(number(float(values[j]), 3) for values in columns)] for j, label in enumerate(labels)]
    lines = [" | ".join(head), " | ".join(["---"] + ["--:"] * len(names)), *(" | ".join(row) for row in rows)]
    with st.expander(t("alignment.table")):
        st.markdown("\n".join(f"| {line} |" for line in lines))
        stem = file_stem(c.text, c.column.info.name, looks.queries.writes[c.row])
        plain: list[list[str | float | None]] = [
            [label, *(float(values[j]) for values in columns)] for j, label in enumerate(labels)
        ]
        st.download_button(
            t("save.csv"), lambda: rows_to_csv(head, plain), f"{stem}.csv", "text/csv", on_click="ignore",
            key="alignment.table.csv",
        )  # fmt: skip


def window(c: Chosen) -> None:
    """The local model's map with its own window, and with another D."""
    column = _local(c)
    if column is None or column.looks is None:
        st.info(t("alignment.window.none"))
        return
    looks = column.looks
    if column.info.config.input_feeding:  # its states would have been others
        st.info(t("alignment.window.fed"))
        return
    most = max(8, len(looks.sources))
    if "alignment.window" in st.session_state:  # a longer sentence's
        st.session_state["alignment.window"] = min(st.session_state["alignment.window"], most)
    d: int = st.slider(
        t("alignment.window"), 1, most, min(looks.window, most), key="alignment.window", bind="query-params",
        persist_state="session", help=t("alignment.window.help", d=looks.window),
    )  # fmt: skip
    visible, weights = windowed(looks, d)
    own = _map(c, column, looks.visible, looks.weights, looks.window)
    compare(
        [own] if d == looks.window else [own, _map(c, column, visible, weights, d)],
        words=texts(LINKED_WORDS), scale=weight_scale(dark()), smallest=16,
        file_stem=file_stem(c.text, column.info.name, "window"), key="alignment.windows",
    )  # fmt: skip
    sums = weights.sum(-1)
    places = visible.sum(-1)
    kind = "gaussian" if looks.gaussian else "monotonic"
    here = "–".join(str(n) for n in sorted({int(places.min()), int(places.max())}))
    st.markdown(md(t("alignment.window.read", d=d, places=2 * d + 1, here=here)))
    st.markdown(md(t(f"alignment.window.{kind}", low=f"{sums.min():.2f}", high=f"{sums.max():.2f}")))


def _local(c: Chosen) -> Column | None:
    """The chosen one if it has a window, else the first that has."""
    able = [one for one in (c.column, *c.columns) if one.looks and one.looks.local]
    return able[0] if able else None


def _map(c: Chosen, column: Column, visible: np.ndarray, weights: np.ndarray, d: int) -> Linked:
    values = np.where(visible, weights, np.float32(np.nan)).astype(np.float32)
    rows, cols = tuple(query_names(column.queries)), tuple(tokens(column.keys))
    own = column.looks is not None and d == column.looks.window
    caption = t("alignment.window.own" if own else "alignment.window.other")
    panel = Panel(f"D = {d}", f"{column.label} · D = {d}", caption, values, rows, cols, "weight", limit=1.0)
    points = tuple(float(p) for p in column.looks.position) if column.looks else ()
    held = c.row if column is c.column else None
    return Linked(panel, tuple(range(len(rows))), tuple(range(len(cols))), held=held, points=points)
