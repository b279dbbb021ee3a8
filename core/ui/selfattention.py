"""The page Self-attention: its cached runs, what it asks for, and the computation of one head as a row of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from core.components.matrices import WORDS, Panel, PanelScale, matrices
from core.errors import UserError
from core.figures.labels import query_names, tokens
from core.figures.theme import weight_scale
from core.lab.headsteps import Projections, Reading, Steps, all_heads
from core.trace import Floats, Kind
from core.ui.asking import choice, from_link, into_link, select_number
from core.ui.language import md, t, texts, why
from core.ui.presenting import wide
from core.ui.running import load
from core.ui.showing import dark, file_stem

if TYPE_CHECKING:
    from core.lab.selfattention import Readings as Readings

KINDS: tuple[Kind, ...] = ("encoder_self", "decoder_self", "cross")
SHOWN = 48  # tokens a picture has at most, a window on them; what is computed has all
FROM = "from"  # its first token, in the link
STRONGEST = "best"
HELD = "query"  # the axis of the followed word, and its place in the link


@st.cache_data(max_entries=32, show_spinner=False)
def readings(name: str, text: str) -> Readings:
    """What every sublayer was given for a text; raises `UserError`."""
    from core.lab import selfattention

    return selfattention.readings(load(name), text)


@st.cache_resource(max_entries=64, show_spinner=False)
def projections(name: str, kind: Kind, layer: int) -> Projections:
    """The learned matrices of a sublayer, one copy for all sessions."""
    from core.lab import selfattention

    return selfattention.projections(load(name), kind, layer)


def read_or_say(name: str, text: str) -> Readings | None:
    """The run, or a sentence on the page that says why there is none."""
    try:
        with st.spinner(t("run.busy"), show_time=True):
            return readings(name, text)
    except UserError as error:
        (st.info if error.code == "empty" else st.warning)(why(error))
        return None


class Chosen(NamedTuple):
    """A sublayer, one of its heads, and a pair of tokens; `heads` are the steps of all of its heads."""

    readings: Readings
    reading: Reading
    learned: Projections
    heads: tuple[Steps, ...]
    model: str
    layer: int
    head: int
    query: int
    key: int
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    start: int = 0

    @property
    def rows(self) -> slice:
        """The queries that are drawn."""
        return _window(self.start, len(self.queries))

    @property
    def cols(self) -> slice:
        """The keys that are drawn."""
        return _window(self.start, len(self.keys))

    @property
    def one(self) -> Steps:
        return self.heads[self.head]

    @property
    def stem(self) -> str:
        where = f"L{self.layer + 1}", f"H{self.head + 1}"
        return file_stem(self.readings.src_text, self.model, self.reading.kind, *where)


def _window(start: int, n: int) -> slice:
    first = max(0, min(start, n - SHOWN))
    return slice(first, min(n, first + SHOWN))


def choose(found: Readings, model: str) -> Chosen:
    """Which attention, layer, head, and which pair of words to follow."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind: Kind = choice("kind", KINDS)  # type: ignore[assignment]
        layers = found.sublayers[kind]
        layer = select_number("layer", t("term.layer"), len(layers))
        learned = projections(model, kind, layer)
        head = select_number("head", t("term.head"), learned.n_heads)
        reading = layers[layer]
        heads = all_heads(reading, learned)
        queries, keys = tuple(query_names(reading.queries)), tuple(tokens(reading.keys))
        query = _query(queries, reading)
        key = _key(keys, heads[head].weights[query])
    start = _start(query, len(queries), len(keys))
    return Chosen(found, reading, learned, heads, model, layer, head, query, key, queries, keys, start)


def _start(query: int, n: int, m: int) -> int:
    """The first token of the window, where there are more than fit; another followed word brings it along."""
    last = max(n, m) - SHOWN
    if last <= 0:
        return 0
    rows, moved = _window(st.session_state.get(FROM, 1) - 1, n), st.session_state.get("selfattention.at") != query
    if FROM in st.session_state:
        inside = rows.start <= query < rows.stop or not moved
        st.session_state[FROM] = min(st.session_state[FROM] if inside else max(1, query + 1 - SHOWN // 2), last + 1)
    st.session_state["selfattention.at"] = query
    chosen: int = st.slider(
        t("selfattention.from", shown=SHOWN, n=max(n, m)), 1, last + 1, key=FROM, bind="query-params",
        persist_state="session", help=t("selfattention.from.help"),
    )  # fmt: skip
    return chosen - 1


def _query(queries: tuple[str, ...], reading: Reading) -> int:
    """The word that is followed: at first the last word that somebody typed, but for its full stop."""
    words = [
        i for i, token in enumerate(reading.queries.tokens) if token[0].isalnum() and not reading.queries.special[i]
    ]
    first = str(words[-1] if words else 0)
    options = [first, *[str(i) for i in range(len(queries)) if str(i) != first]]
    from_link(HELD, options)
    st.session_state.setdefault(HELD, first)
    chosen: str = st.selectbox(
        t("selfattention.query"), sorted(options, key=int), key=HELD, width=wide(190), persist_state="session",
        format_func=lambda o: f"{int(o) + 1} {queries[int(o)]}", help=t("selfattention.query.help"),
    )  # fmt: skip
    return int(into_link(HELD, chosen, first))


def _key(keys: tuple[str, ...], row: Floats) -> int:
    """The other word of the pair; by itself the one with the largest weight."""
    options = [STRONGEST, *[str(i) for i in range(len(keys))]]
    from_link("key", options)
    st.session_state.setdefault("key", STRONGEST)
    best = t("selfattention.key.best")
    chosen: str = st.selectbox(
        t("selfattention.key"), options, key="key", width=wide(240), persist_state="session",
        format_func=lambda o: best if o == STRONGEST else f"{int(o) + 1} {keys[int(o)]}",
    )  # fmt: skip
    into_link("key", chosen, STRONGEST)
    return int(row.argmax()) if chosen == STRONGEST else int(chosen)


def show(panels: Sequence[Panel], stem: str, key: str, held: int | None = None, link: str = "") -> None:
    """The panels in a row, one of their rows held."""
    matrices(
        panels, words=texts(WORDS), scale=weight_scale(dark()), file_stem=stem, key=key, selected_row=held, link=link
    )


def follow(c: Chosen, panels: Sequence[Panel], stem: str, key: str, link: str = "") -> None:
    """The panels in a row, the followed word's row held; a click on another makes that word the followed one."""

    def hear(row: int | None) -> None:
        if row is not None:
            st.session_state[HELD] = str(row + c.rows.start)

    held = c.query - c.rows.start if c.rows.start <= c.query < c.rows.stop else None
    matrices(
        panels, words=texts(WORDS), scale=weight_scale(dark()), file_stem=stem, key=key, selected_row=held, link=link,
        on_row=hear,
    )  # fmt: skip


def square(c: Chosen, name: str, title: str, caption: str, values: Floats, scale: PanelScale = "signed",
           joiner: str = "", limit: float | None = None) -> Panel:  # fmt: skip
    """A matrix of queries x keys."""
    return Panel(
        name, title, caption, values[c.rows, c.cols], c.queries[c.rows], c.keys[c.cols], scale, joiner, axis=HELD,
        limit=limit,
    )  # fmt: skip


def pair_words(c: Chosen) -> dict[str, str]:
    """The chosen pair for a sentence in Markdown."""
    return {"query": md(c.queries[c.query]), "key": md(c.keys[c.key])}


def number(value: float, digits: int = 2) -> str:
    """With a true minus; -inf as its sign."""
    return f"{value:.{digits}f}".replace("-", "−").replace("inf", "∞")
