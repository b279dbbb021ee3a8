"""The page Self-attention: its cached runs, what it asks for, and the computation of one head as a row of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core import i18n
from core.components.matrices import WORDS, Panel, PanelScale, matrices
from core.errors import UserError
from core.figures.labels import query_names, tokens
from core.figures.theme import KEY, QUERY, VALUE, weight_scale
from core.lab.headsteps import Projections, Reading, Steps, all_heads
from core.trace import Floats, Kind
from core.ui.asking import choice, from_link, into_link
from core.ui.language import language, md, t, texts
from core.ui.running import load
from core.ui.showing import dark, file_stem

if TYPE_CHECKING:
    from core.lab.selfattention import Readings as Readings

KINDS: tuple[Kind, ...] = ("encoder_self", "decoder_self", "cross")
SHOWN = 64  # tokens a picture has at most; what is computed has all
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
        (st.info if error.code == "empty" else st.warning)(md(i18n.sentence(language(), error)))
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

    @property
    def one(self) -> Steps:
        return self.heads[self.head]

    @property
    def stem(self) -> str:
        where = f"L{self.layer + 1}", f"H{self.head + 1}"
        return file_stem(self.readings.src_text, self.model, self.reading.kind, *where)


def choose(found: Readings, model: str) -> Chosen:
    """Which attention, layer, head, and which pair of words to follow."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind: Kind = choice("kind", KINDS)  # type: ignore[assignment]
        layers = found.sublayers[kind]
        layer = one_of("layer", t("term.layer"), len(layers))
        learned = projections(model, kind, layer)
        head = one_of("head", t("term.head"), learned.n_heads)
        reading = layers[layer]
        heads = all_heads(reading, learned)
        queries, keys = tuple(query_names(reading.queries)), tuple(tokens(reading.keys))
        query = _query(queries, reading)
        key = _key(keys, heads[head].weights[query])
    return Chosen(found, reading, learned, heads, model, layer, head, query, key, queries, keys)


def one_of(key: str, label: str, count: int, first: int = 0) -> int:
    """A number, counted from 1 for people and from 0 here, kept in the link; at first `first`."""
    names = [str(i + 1) for i in range(count)]
    from_link(key, [names[first], *names])
    st.session_state.setdefault(key, names[first])
    chosen: str = st.selectbox(label, names, key=key, width=110, persist_state="session")
    return int(into_link(key, chosen, names[first])) - 1


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
        t("selfattention.query"), sorted(options, key=int), key=HELD, width=190, persist_state="session",
        format_func=lambda o: f"{int(o) + 1} {queries[int(o)]}", help=t("selfattention.query.help"),
    )  # fmt: skip
    return int(into_link(HELD, chosen, first))


def _key(keys: tuple[str, ...], row: Floats) -> int:
    """The other word of the pair; by itself the one with the largest weight."""
    options = [STRONGEST, *[str(i) for i in range(len(keys))]]
    from_link("key", options)
    best = t("selfattention.key.best")
    chosen: str = st.selectbox(
        t("selfattention.key"), options, key="key", width=190, persist_state="session",
        format_func=lambda o: best if o == STRONGEST else f"{int(o) + 1} {keys[int(o)]}",
    )  # fmt: skip
    into_link("key", chosen, STRONGEST)
    return int(row.argmax()) if chosen == STRONGEST else int(chosen)


def _follow(row: int | None) -> None:
    """A click on a row of the picture."""
    if row is not None:
        st.session_state[HELD] = str(row)


def show(panels: Sequence[Panel], stem: str, key: str, held: int | None = None, *, follow: bool = False) -> None:
    """The panels in a row, one of their rows held; `follow`: a click makes that word the followed one."""
    matrices(
        panels, words=texts(WORDS), scale=weight_scale(dark()), file_stem=stem, key=key, selected_row=held,
        on_row=_follow if follow else None,
    )  # fmt: skip


def held(c: Chosen) -> int | None:
    """The followed row, where it is drawn."""
    return c.query if c.query < SHOWN else None


def square(c: Chosen, name: str, title: str, caption: str, values: Floats, scale: PanelScale = "signed",
           joiner: str = "", limit: float | None = None) -> Panel:  # fmt: skip
    """A matrix of queries x keys."""
    return Panel(
        name, title, caption, values[:SHOWN, :SHOWN], c.queries[:SHOWN], c.keys[:SHOWN], scale, joiner, axis=HELD,
        limit=limit,
    )  # fmt: skip


def walk(c: Chosen) -> None:
    """The whole computation of the chosen head, from X to the sublayer's output."""
    if max(len(c.queries), len(c.keys)) > SHOWN:
        st.caption(t("selfattention.cut", n=SHOWN))
    panels = [*_projected(c), *_weighed(c), *_together(c)]
    show(panels, c.stem, f"selfattention.walk-{c.reading.kind}", held(c), follow=True)
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
    rows, axis = (c.queries, HELD) if asks else (c.keys, "key")
    caption = f"{values.shape[0]} × {values.shape[1]} · {what}"
    return Panel(name, title, caption, values[:SHOWN], rows[:SHOWN], joiner=joiner, axis=axis)


def _projection(c: Chosen, letter: str, values: Floats, colour: str, joiner: str, n: int) -> list[Panel]:
    """W and the projected vectors; the shapes as a product."""
    name = letter.lower()
    learned: Floats = getattr(c.learned, f"w_{name}")[c.head]
    d_model, d = learned.shape
    product = t("selfattention.product", a=f"{n} × {d_model}", b=f"{d_model} × {d}", c=f"{n} × {d}")
    rows, axis = (c.queries, HELD) if letter == "Q" else (c.keys, "key")
    return [
        Panel(f"w_{name}", f"W_{letter}", f"{d_model} × {d} · {t('selfattention.learned')}", learned, joiner=joiner,
              colour=colour),
        Panel(name, t(f"selfattention.title.{name}"), f"{product}, + b_{letter}", values[:SHOWN], rows[:SHOWN],
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
        Panel("z", "Z", t("selfattention.product", a=f"{n} × {m}", b=f"{m} × {d}", c=f"{n} × {d}"), one.z[:SHOWN],
              c.queries[:SHOWN], joiner="× V =", axis=HELD),
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
        Panel("out", t("selfattention.title.out"), f"{product}, + b_O", c.reading.out[:SHOWN], c.queries[:SHOWN],
              joiner="=", axis=HELD),
    ]  # fmt: skip
