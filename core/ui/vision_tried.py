"""The page Vision: patches erased, the picture moved, the patches shuffled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.components.tiles import WORDS as TILES
from core.components.tiles import Tile, tiles
from core.figures.theme import weight_scale
from core.measures import pooled
from core.measures.rollout import rollout
from core.shelf import ModelInfo
from core.trace import Floats
from core.ui import vision as page
from core.ui.asking import from_link, into_link
from core.ui.language import t, texts
from core.ui.showing import dark
from core.ui.vision import Chosen, place

if TYPE_CHECKING:
    from core.lab.vision import Shuffled

SEEDS = tuple(str(i) for i in range(1, 10))


@st.cache_data(max_entries=256, show_spinner=False)
def erased(name: str, picture: Floats, wanted: int) -> Floats:
    from core.lab import vision

    return vision.erased(page.load(name), picture, wanted)


@st.cache_data(max_entries=256, show_spinner=False)
def nudged(name: str, picture: Floats) -> tuple[Floats, Floats]:
    """The pictures and the chances of each."""
    from core.lab import vision

    moved = vision.nudged(picture)
    return moved, vision.chances(page.load(name), moved)


@st.cache_data(max_entries=256, show_spinner=False)
def in_disorder(name: str, picture: Floats, seed: int) -> Shuffled:
    from core.lab import vision

    return vision.shuffled(page.load(name), picture, seed)


def mattered(info: ModelInfo[Any], chosen: Chosen) -> None:
    """Attention, its rollout, and what erasing a patch really does, side by side."""
    st.subheader(t("vision.mattered"), anchor=False)
    st.caption(t("vision.mattered.note", digit=chosen.read))
    side, digit = info.config.side, chosen.read
    attn = chosen.trace["encoder_self"]
    last = pooled(attn, attn.n_layers - 1, "mean").head(0, 0)[0, 1:].reshape(side, side)
    flow = rollout(attn)[0, 1:].reshape(side, side)
    drop = chosen.chances[digit] - erased(info.name, chosen.picture, digit)
    for column, (what, values) in zip(
        st.columns(3, gap="medium"), {"attention": last, "rollout": flow, "erased": drop}.items(), strict=True
    ):
        with column:
            signed = what == "erased"
            limit = round(float(np.abs(values).max()), 2) or 0.01
            name = t(f"vision.mattered.{what}", digit=digit, layer=attn.n_layers)
            numbers = tuple(f"{v:.2f}".replace("-0.00", "0.00").replace("-", "−") for v in values.ravel())
            tile = Tile(chosen.ink, name, cells=values, texts=numbers)
            st.markdown(f"**{name}**")
            tiles(
                [tile], title=name, words=texts(TILES), scale=weight_scale(dark()), size=260, patches=side,
                limit=limit, signed=signed, key=f"vision.mattered.{what}", file_stem=page.stem(chosen, what),
            )  # fmt: skip
    looked, needed = int(last.argmax()), int(drop.argmax())
    key = "same" if looked == needed else "other"
    had = chosen.chances[digit]
    st.markdown(
        t(f"vision.mattered.{key}", looked=place(looked, side), weight=f"{last.max():.2f}", digit=digit,
          chance=f"{had:.1%}", without=f"{had - drop.ravel()[looked]:.1%}", needed=place(needed, side),
          least=f"{had - drop.max():.1%}")
    )  # fmt: skip


def moved(info: ModelInfo[Any], chosen: Chosen) -> None:
    """The picture moved by a pixel each way: nine answers."""
    from core.lab.vision import NUDGES

    st.subheader(t("vision.moved"), anchor=False)
    pictures, chances = nudged(info.name, chosen.picture)
    read = chances.argmax(-1)
    shown = [
        Tile(one / info.config.full, _direction(*NUDGES[i]), f"{read[i]} · {chances[i].max():.0%}")
        for i, one in enumerate(pictures)
    ]
    grid, words = st.columns([1, 2], gap="medium")
    with grid:
        tiles(
            shown, title=t("vision.moved"), words=texts(TILES), scale=weight_scale(dark()), size=84, columns=3,
            chosen=NUDGES.index((0, 0)), full=info.config.full, key="vision.moved",
            file_stem=page.stem(chosen, "moved"),
        )  # fmt: skip
    with words:
        same = int((read == chosen.read).sum()) - 1
        st.markdown(t("vision.moved.said", same=same, digit=chosen.read, others=len(NUDGES) - 1))


def _direction(down: int, right: int) -> str:
    return t(f"vision.moved.{down}.{right}")


def shuffled(info: ModelInfo[Any], chosen: Chosen) -> None:
    """The patches in another order, with positions and without."""
    st.subheader(t("vision.shuffled"), anchor=False)
    from_link("vision.seed", SEEDS)
    seed: str = st.select_slider(t("vision.seed"), SEEDS, key="vision.seed", persist_state="session")
    into_link("vision.seed", seed, SEEDS[0])
    found = in_disorder(info.name, chosen.picture, int(seed))
    left, right = st.columns([1, 3], gap="medium")
    with left:
        tile = Tile(
            found.picture / info.config.full, t("vision.shuffled"), texts=tuple(str(i + 1) for i in found.order)
        )
        tiles(
            [tile], title=t("vision.shuffled"), words=texts(TILES), scale=weight_scale(dark()), size=200,
            patches=info.config.side, key="vision.shuffled", file_stem=page.stem(chosen, "shuffled"),
            full=info.config.full,
        )  # fmt: skip
    with right:
        st.markdown(_table(found))
        st.markdown(t("vision.shuffled.said"))


def _table(found: Shuffled) -> str:
    """What is read in each of the four cases."""

    def cell(chances: Floats) -> str:
        return f"{int(chances.argmax())} · {chances.max():.1%}"

    head = "", t("vision.shuffled.in_place"), t("vision.shuffled.in_disorder")
    rows = (
        head, ("---", "--:", "--:"), (t("vision.shuffled.with"), cell(found.usual), cell(found.moved)),
        (t("vision.shuffled.without"), cell(found.without), cell(found.without_moved)),
    )  # fmt: skip
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
