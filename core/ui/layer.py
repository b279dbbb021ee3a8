"""The page Inside a layer: its cached runs, and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from core.figures.labels import query_names, tokens
from core.lab.layersteps import Layers, Side, Sublayer
from core.shelf import ModelInfo
from core.trace import Floats
from core.ui.asking import choice, select, select_number
from core.ui.language import md, t
from core.ui.running import load, run, run_or_say
from core.ui.showing import file_stem

if TYPE_CHECKING:
    from core.lab.feedforward import Collapse, Convolution
    from core.lab.layers import InBatch
    from core.lab.lens import Lens, Wish

Found = Layers  # what a page holds on to: it knows no experiments
SIDES = ("encoder", "decoder")
TOKEN = "token"  # in the link, as the number of a place: words repeat
SHOWN = 64  # tokens a picture has at most; what is computed has all


def written(name: str, text: str) -> tuple[int, ...]:
    """The ids of the greedy output, from the run that `run_or_say` keeps; raises `UserError`."""
    return run(name, text).ids


@st.cache_resource(max_entries=16, show_spinner=False)
def layers(name: str, text: str) -> Layers:
    """What every sublayer did with a text, one copy for all sessions; raises `UserError`."""
    from core.lab import layers as lab

    return lab.layers(load(name), text, written(name, text))


@st.cache_resource(max_entries=16, show_spinner=False)
def lens(name: str, text: str) -> Lens:
    from core.lab import lens as lab

    return lab.lens(load(name), layers(name, text), written(name, text))


@st.cache_resource(max_entries=16, show_spinner=False)
def in_batch(name: str, texts: tuple[str, ...], side: str, layer: int, sublayer: int) -> InBatch:
    """One Norm with a sentence alone and in a batch; raises `UserError`."""
    from core.lab import layers as lab

    return lab.in_batch(load(name), texts, [written(name, text) for text in texts], side, layer, sublayer)


@st.cache_resource(max_entries=16, show_spinner=False)
def collapse(name: str, text: str, side: str, first: int, depth: int) -> Collapse:
    from core.lab import feedforward

    return feedforward.collapse(load(name), side, reads(layers(name, text).side(side), first), first, depth)


@st.cache_resource(max_entries=16, show_spinner=False)
def convolution(name: str, text: str, side: str, layer: int, token: int) -> Convolution:
    from core.lab import feedforward

    return feedforward.as_convolution(load(name), side, layer, reads(layers(name, text).side(side), layer), token)


def reads(side: Side, layer: int) -> Floats:
    """What the feed-forward network of a layer gets to see."""
    one = side.feed_forward(layer)
    return one.normed if one.pre else one.before


def wish(name: str, text: str, step: int, word: str) -> Wish | None:
    from core.lab import lens as lab

    return lab.wish(load(name), layers(name, text), step, word)


class Chosen(NamedTuple):
    """A side, one of its layers, and the token that is followed."""

    found: Layers
    model: str
    side_name: str
    layer: int
    token: int
    names: tuple[str, ...]  # of all tokens of the side, a decoder's with what each writes
    vocab: int

    @property
    def side(self) -> Side:
        return self.found.side(self.side_name)

    @property
    def sublayers(self) -> tuple[Sublayer, ...]:
        return self.side.layers[self.layer]

    @property
    def name(self) -> str:
        """The followed token, for Markdown."""
        return md(self.names[self.token])

    @property
    def stem(self) -> str:
        return file_stem(self.found.src_text, self.model, self.side_name, f"L{self.layer + 1}", str(self.token + 1))

    def called(self, kind: str) -> str:
        """A sublayer's name."""
        return t(f"layer.sub.{'masked' if kind == 'self' and self.side_name == 'decoder' else kind}")


def read_or_say(info: ModelInfo, text: str) -> Layers | None:
    """The run, or a sentence on the page that says why there is none."""
    if run_or_say(info, text) is None:
        return None
    return layers(info.name, text)


def choose(found: Layers, info: ModelInfo) -> Chosen:
    """Which side, layer and token; all kept in the link."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = choice("layer.side", SIDES)
        side = found.side(name)
        layer = select_number("layer", t("term.layer"), len(side.layers))
        names = tuple(query_names(side.tokens) if side.tokens.writes else tokens(side.tokens))
        token = place(TOKEN, t("layer.token"), names, _first(side), about=t("layer.token.help"))
    return Chosen(found, info.name, name, layer, token, names, info.config.vocab_size)


def place(key: str, label: str, names: tuple[str, ...], first: int, *, about: str | None = None) -> int:
    """One of the tokens, kept in the link as its number."""
    shown = {str(i): f"{i + 1} {name}" for i, name in enumerate(names)}
    return int(select(key, shown, label, default=str(first), width=210, about=about))


def _first(side: Side) -> int:
    """The token that is followed at first: the longest word, which tends to mean something."""
    sizes = [
        0 if special else len(token) for token, special in zip(side.tokens.tokens, side.tokens.special, strict=True)
    ]
    return sizes.index(max(sizes))
