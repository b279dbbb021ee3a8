"""The page Vision: which picture it shows, picked or drawn, and its cached runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from core.components.drawing import WORDS as DRAWING
from core.components.drawing import drawing
from core.components.tiles import WORDS as TILES
from core.components.tiles import Tile, tiles
from core.figures.theme import weight_scale
from core.lab.drawing import BLOCK, SIDE, Points, counts, fitted, from_code, to_code
from core.shelf import ModelInfo
from core.trace import Floats, Trace
from core.ui.asking import choice, from_link, into_link
from core.ui.language import t, texts
from core.ui.showing import dark, file_stem
from core.ui.waiting import attempt

if TYPE_CHECKING:
    from core.lab.vision import HeldOut
    from core.models import PictureModel

DEFAULT = "6"  # of the held-out digits: an eight
SHOWN = ("each", "hard", "all")
PER_CLASS, HARDEST = 2, 20
# What the link holds.
LINKED = ("model", "vision.from", "vision.show", "digit", "drawn", "vision.fit", "layer", "head", "vision.asks",
          "stretch", "vision.patch", "vision.seed")  # fmt: skip


class Chosen(NamedTuple):
    """The picture on the page: [row, column], 0 to `full`. label: what people say it is; None of a drawing."""

    picture: Floats
    full: int
    name: str
    trace: Trace
    label: int | None = None

    @property
    def ink(self) -> Floats:
        """From paper 0 to ink 1."""
        return np.asarray(self.picture / self.full, np.float32)

    @property
    def chances(self) -> Floats:
        """[class], in the order of the classes."""
        top = self.trace.steps[0].top
        out = np.zeros(len(top), np.float32)
        for one in top:
            out[one.id] = np.exp(one.log_prob)
        return out

    @property
    def read(self) -> int:
        return int(self.trace.tgt_text)


@st.cache_resource(max_entries=4, show_spinner=False)
def load(name: str) -> PictureModel:
    """One copy for all sessions."""
    import torch

    from core.models import load_picture_model

    torch.set_num_threads(1)  # each request thread would build a pool of its own
    return load_picture_model(name)


@st.cache_resource(max_entries=4, show_spinner=False)
def held_out(name: str) -> HeldOut:
    """Raises `ModelError`."""
    from core.lab import vision

    return vision.held_out(load(name))


@st.cache_data(max_entries=256, show_spinner=False)
def seen(name: str, picture: Floats, told: str) -> Trace:
    from core.tracing.pictures import trace_picture

    return trace_picture(load(name), picture, told)


def choose(info: ModelInfo[Any]) -> Chosen | None:
    """A digit of the gallery or a drawing, read; None until something is drawn, or with a sentence that says why."""
    found = attempt(lambda heard: held_out(info.name), f"vision {info.name}")
    if found is None:
        return None
    return _picked(info, found) if choice("vision.from", ("pick", "draw"), label=False) == "pick" else _drawn(info)


def _picked(info: ModelInfo[Any], found: HeldOut) -> Chosen:
    """From the gallery; a click or the arrows choose."""
    from_link("digit", [str(i) for i in range(len(found.labels))])
    at = int(st.session_state.get("digit", DEFAULT))
    into_link("digit", str(at), DEFAULT)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        show = choice("vision.show", SHOWN, label=False)
        st.caption(
            t("vision.accuracy", right=int((found.read == found.labels).sum()), n=len(found.labels),
              share=f"{found.accuracy:.1%}"), width="content",
        )  # fmt: skip
    order = {"each": found.each(PER_CLASS), "hard": found.hardest(HARDEST), "all": list(range(len(found.labels)))}[show]
    shown = [
        Tile(found.images[i] / info.config.full, _gallery_name(found, i), _gallery_label(found, i, show)) for i in order
    ]
    with st.container(height=260 if show == "all" else "content", border=False):
        tiles(
            shown, title=t("vision.gallery"), words=texts(TILES), scale=weight_scale(dark()), size=40,
            key=f"vision.gallery.{show}", file_stem=file_stem("digits", show), choose="tile", foot=False,
            chosen=order.index(at) if at in order else None, full=info.config.full,
            on_choose=lambda i: st.session_state.update(digit=str(order[i])),
        )  # fmt: skip
    name = t("vision.name.picked", n=at + 1)
    read = seen(info.name, found.images[at], name)
    return Chosen(found.images[at], info.config.full, name, read, int(found.labels[at]))


def _gallery_name(found: HeldOut, i: int) -> str:
    return t("vision.name.gallery", n=i + 1, label=found.labels[i], read=found.read[i])


def _gallery_label(found: HeldOut, i: int, show: str) -> str:
    """What it is, and what the model reads where that is something else; nothing among all of them."""
    if show != "hard":
        return ""
    label, read = int(found.labels[i]), int(found.read[i])
    return str(label) if label == read else f"{label} → {read}"


def _drawn(info: ModelInfo[Any]) -> Chosen | None:
    """Drawn on 32 x 32 points, counted to 8 x 8 pixels as the data set was."""
    code = str(st.session_state.get("drawn", st.query_params.get("drawn", "")))
    points = from_code(code)
    left, right = st.columns([3, 4], gap="medium")
    with left:
        drawing(points, block=BLOCK, turn=0, words=texts(DRAWING), key="vision.drawing", on_draw=_keep)
    into_link("drawn", to_code(points), "")
    with right:
        fit = st.toggle(t("vision.fit"), True, key="vision.fit", bind="query-params", help=t("vision.fit.help"))
        if not points.any():
            st.info(t("vision.draw"))
            return None
        picture = counts(fitted(points) if fit else points)
        tiles(
            [Tile(picture / info.config.full, t("vision.pixels"))], title=t("vision.pixels"), words=texts(TILES),
            scale=weight_scale(dark()), size=200, key="vision.counted", file_stem="drawing", full=info.config.full,
            foot=False,
        )  # fmt: skip
        st.caption(t("vision.counted", side=SIDE, block=BLOCK))
    name = t("vision.name.drawn")
    return Chosen(picture, info.config.full, name, seen(info.name, picture, name))


def _keep(points: Points) -> None:
    st.session_state.drawn = to_code(points)


def said(chosen: Chosen) -> str:
    """What the model answers, in a sentence; and whether that is right, where somebody knows."""
    order = np.argsort(-chosen.chances)
    first, second = int(order[0]), int(order[1])
    text = t(
        "vision.said", digit=first, chance=f"{chosen.chances[first]:.1%}", second=second,
        other=f"{chosen.chances[second]:.1%}",
    )  # fmt: skip
    if chosen.label is None:
        return text
    right = "right" if chosen.label == first else "wrong"
    return f"{text} {t(f'vision.said.{right}', label=chosen.label)}"


def stem(chosen: Chosen, *parts: str) -> str:
    return file_stem("vision", chosen.name, *parts)


def place(i: int, side: int) -> str:
    """A patch by row and column, as people count."""
    return t("vision.place", row=i // side + 1, column=i % side + 1)
