"""The page Positions: its cached runs, what it asks for, and the encoding as curves and as a matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core import samples
from core.config import TransformerConfig
from core.export import rows_to_csv
from core.figures import positions as figures
from core.figures.labels import tokens as names_of
from core.lab.positions import Encoding, backwards, by_hand, content, shuffled
from core.shelf import ModelInfo
from core.trace import Axis
from core.ui.asking import choice, from_link, into_link
from core.ui.language import md, t
from core.ui.running import load
from core.ui.showing import dark, file_stem, picture, share
from core.ui.waiting import OnStep, tried

if TYPE_CHECKING:
    from core.lab.reordered import Added, Shuffled

D = ("4", "8", "16", "32", "64", "128", "256", "512")
BASES = ("10", "100", "1000", "10000", "100000")
SHOWN = Encoding(16, 10000.0, 32)  # at first
LONGEST = 200
ORDERS = ("shuffled", "backwards", "hand")


@st.cache_data(max_entries=32, show_spinner=False)
def added(name: str, text: str) -> Added:
    """What enters the model's first layer; raises `UserError`."""
    from core.lab import reordered

    return reordered.added(load(name), text)


@st.cache_data(max_entries=64, show_spinner=False)
def shuffle(name: str, text: str, order: Order, _on_step: OnStep | None = None) -> Shuffled:
    """A text and its words in another order, read with the positions and without; raises `UserError`."""
    from core.decode import unheard
    from core.lab import reordered

    places = order.places(added(name, text).src)
    return reordered.shuffle(load(name), text, places, _on_step or unheard)


class Order(NamedTuple):
    """How the words change places, whatever words they are."""

    kind: str
    seed: int
    typed: str

    def places(self, axis: Axis) -> tuple[int, ...]:
        """The words in their new order; raises `UserError` for a typed one that makes no sense."""
        if self.kind == "hand":
            return by_hand(axis, self.typed)
        return backwards(axis) if self.kind == "backwards" else shuffled(axis, self.seed)


class Chosen(NamedTuple):
    """The encoding and the pair of dimensions that are looked at, and the sentence they are laid under."""

    info: ModelInfo
    text: str
    src: Axis | None  # None: the sentence cannot be read, and the page has said why
    encoding: Encoding
    pair: int

    @property
    def tokens(self) -> Sequence[str]:
        return names_of(self.src) if self.src else ()

    @property
    def stem(self) -> str:
        one = self.encoding
        return file_stem("positions", f"d{one.d}", f"base{one.base:.0f}")


def choose(info: ModelInfo, text: str) -> Chosen:
    """d, base and length by slider; then which pair to follow."""
    with st.container(key="positions-sliders"):  # in pairs on a phone, so that the picture is not far below
        left, middle, right, last = st.columns(4, gap="medium")
    with left:
        d = int(_step("positions.d", D, str(SHOWN.d)))
    with middle:
        base = float(_step("positions.base", BASES, f"{SHOWN.base:.0f}"))
    with right:
        length = number("positions.length", 4, LONGEST, SHOWN.length)
    with last:
        pair = number("positions.pair", 0, d // 2 - 1, min(1, d // 2 - 1))
    return Chosen(info, text, _axis(info.name, text), Encoding(d, base, length), pair)


def _step(key: str, options: tuple[str, ...], default: str) -> str:
    """A slider over a few numbers, kept in the link."""
    from_link(key, [default, *options])
    st.session_state.setdefault(key, default)
    chosen: str = st.select_slider(
        t(key), options, key=key, help=t(f"{key}.help"), persist_state="session",
        format_func=lambda o: f"{int(o):,}",
    )  # fmt: skip
    return into_link(key, chosen, default)


def number(key: str, low: int, high: int, default: int, width: int | None = None) -> int:
    """A slider over whole numbers, kept in the link; a bound that moves takes the number along."""
    if key not in st.session_state:
        asked = st.query_params.get(key, "")
        st.session_state[key] = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else default
    st.session_state[key] = min(max(int(st.session_state[key]), low), high)
    if low == high:
        return low
    chosen = st.slider(
        t(key), low, high, key=key, help=t(f"{key}.help"), persist_state="session", width=width or "stretch"
    )
    return int(into_link(key, str(chosen), str(default)))


def _axis(name: str, text: str) -> Axis | None:
    """The tokens of a text; those of the first example are known without a model."""
    if found := samples.stored(name, text):
        return found["encoder_self"].keys
    read = tried(added, name, text)
    return read.src if read else None


def set_to(d: int, length: int) -> Callable[[], None]:
    """A callback that turns the sliders; the paper's base."""

    def turn() -> None:
        st.session_state.update({
            "positions.d": str(d), "positions.base": "10000", "positions.length": length, "positions.pair": 0,
        })  # fmt: skip

    return turn


def kind_of(info: ModelInfo) -> str:
    """How a model knows positions: "sinusoidal", "learned" or "none"."""
    return info.config.positions if isinstance(info.config, TransformerConfig) else "none"


def words() -> figures.Words:
    names = ("position", "dimension", "pair", "value", "wavelength")
    return figures.Words(*(t(f"positions.word.{name}") for name in names))


def formula(c: Chosen) -> None:
    """Curves left, matrix right, and what they say."""
    one, tokens = c.encoding, c.tokens
    left, right = st.columns(2, gap="medium")
    fine = np.linspace(0, one.length - 1, min(4 * one.length, 600) // (one.length - 1) * (one.length - 1) + 1)
    with left:
        st.markdown(f"**{t('positions.curves')}**")
        if one.pairs > figures.CURVES:
            st.caption(t("positions.curves.some", shown=figures.CURVES, pairs=one.pairs))
        fig = figures.ridges(fine, one.at(fine), one.wavelengths, c.pair, tokens, words(), dark=dark())
        picture(fig, key="positions.curves", title=t("positions.curves"), alt=reading(c), stem=f"{c.stem}_curves")
    with right:
        st.markdown(f"**{t('positions.matrix', size=f'{one.length} × {one.d}')}**")
        fig = figures.matrix(one.table, tokens, words(), chosen=c.pair, dark=dark())
        picture(fig, key="positions.matrix", title=t("positions.curves"), alt=reading(c), stem=f"{c.stem}_matrix")
    st.markdown(reading(c))


def reading(c: Chosen) -> str:
    """What the pictures say, from their numbers."""
    one, pair = c.encoding, c.pair
    waves = one.wavelengths
    said = t("positions.read", d=one.d, pairs=one.pairs, fast=f"{waves[0]:.2f}", slow=f"{waves[-1]:,.0f}")
    if c.src:
        at = min(1, len(c.tokens) - 1)
        sin, cos = one.table[at, 2 * pair : 2 * pair + 2]
        said += " " + t("positions.read.token", token=md(c.tokens[at]), position=at, pair=pair,
                        wave=f"{waves[pair]:,.1f}", sin=md(f"{sin:.2f}"), cos=md(f"{cos:.2f}"))  # fmt: skip
    return said


def to_csv(one: Encoding, tokens: Sequence[str]) -> str:
    """A line a position, with the token that stands there."""
    header = ["position", "token", *(f"{'cos' if i % 2 else 'sin'} {i}" for i in range(one.d))]
    rows = [[p, tokens[p] if p < len(tokens) else "", *row] for p, row in enumerate(one.table.tolist())]
    return rows_to_csv(header, rows)


def files(c: Chosen, linked: Sequence[str]) -> None:
    """The matrix as a table, and a link to what is shown."""
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            t("save.csv"), lambda: to_csv(c.encoding, c.tokens), f"{c.stem}.csv", "text/csv", on_click="ignore",
            key="positions.csv",
        )  # fmt: skip
        share(*linked)


def order(c: Chosen) -> Order:
    """How the words are to change places: at random, backwards, or as typed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choice("positions.order", ORDERS)
        seed = number("positions.seed", 1, 20, 1, 260) if kind == "shuffled" else 1
        typed: str = ""
        if kind == "hand":
            typed = st.text_input(
                t("positions.hand"), "2 1", key="positions.hand", bind="query-params", persist_state="session",
                help=t("positions.hand.help"), width=320,
            )  # fmt: skip
    if kind == "hand" and c.src:
        numbered = " · ".join(f"{i} {word}" for i, word in enumerate((c.src.words[at] for at in content(c.src)), 1))
        st.caption(md(numbered))
    return Order(kind, seed, typed)
