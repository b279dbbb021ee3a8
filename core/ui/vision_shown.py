"""The page Vision: every head's attention over the picture, the prediction, and the picture as a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.components.tiles import WORDS as TILES
from core.components.tiles import Tile, tiles
from core.figures import vision as figures
from core.figures.theme import weight_scale
from core.measures import Pick, pooled
from core.shelf import ModelInfo
from core.trace import AttentionMap, Floats
from core.ui import vision as page
from core.ui.asking import from_link, into_link, pick, put_pick
from core.ui.language import md, t, texts
from core.ui.presenting import wide
from core.ui.showing import dark, downloads, pick_name, picture
from core.ui.vision import LINKED, Chosen, place

MOST = 3  # patches that are named


def attention(info: ModelInfo[Any], chosen: Chosen) -> None:
    """All heads, one of them large, and the answer."""
    attn, side = chosen.trace["encoder_self"], info.config.side
    st.markdown(f"#### {md(page.said(chosen))}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = pick("layer", attn.n_layers, default=str(attn.n_layers))
        head = pick("head", attn.n_heads, default=str(attn.n_heads))
        asks = _asks(info)
        stretch = st.toggle(t("stretch"), key="stretch", bind="query-params", help=t("stretch.help"))
    one = pooled(attn, layer, head)
    grid, large, answer = st.columns([5, 4, 4], gap="medium")
    with grid:
        st.markdown(f"**{t('vision.all')}**")
        _heads(chosen, attn, side, asks, stretch, layer, head)
    with large:
        st.markdown(f"**{md(pick_name(layer, head))}**")
        _one(chosen, one, side, asks, stretch)
    with answer:
        st.markdown(f"**{t('vision.answer')}**")
        _answer(chosen)
    st.markdown(md(_reading(one, side, asks)))
    st.caption(t("vision.no_reason"))
    downloads(one, chosen.trace, page.stem(chosen, pick_name(layer, head)), *LINKED)


def _asks(info: ModelInfo[Any]) -> int:
    """Whose attention is shown: 0 is the class token, then the patches."""
    options = [str(i) for i in range(1 + info.config.n_patches)]
    from_link("vision.asks", options)
    at: str = st.selectbox(
        t("vision.asks"), options, key="vision.asks", width=wide(190), persist_state="session",
        help=t("vision.asks.help"),
        format_func=lambda i: "[CLS]" if i == "0" else t(
            "vision.place", row=(int(i) - 1) // info.config.side + 1, column=(int(i) - 1) % info.config.side + 1
        ),
    )  # fmt: skip
    return int(into_link("vision.asks", at, "0"))


def _over(weights: Floats, side: int) -> Floats:
    """A row of weights as it lies over the picture; what goes to the class token is no part of it."""
    return weights[1:].reshape(side, side)


def _heads(chosen: Chosen, attn: AttentionMap, side: int, asks: int, stretch: bool, layer: Pick, head: Pick) -> None:
    """Layers down, heads across; a click chooses."""
    shown = [
        Tile(
            chosen.ink,
            f"{t('pick.layer', n=i + 1)}, {t('pick.head', n=j + 1)}",
            cells=_over(attn.head(i, j)[asks], side),
        )
        for i in range(attn.n_layers)
        for j in range(attn.n_heads)
    ]
    n = attn.n_heads
    tiles(
        shown, title=t("vision.all.title"), words=texts(TILES), scale=weight_scale(dark()), size=104, columns=n,
        rows=[t("pick.layer", n=i + 1) if i == 0 else str(i + 1) for i in range(attn.n_layers)],
        cols=[t("vision.head", n=j + 1) if j == 0 else str(j + 1) for j in range(n)], own=stretch,
        chosen=layer * n + head if isinstance(layer, int) and isinstance(head, int) else None, choose="tile",
        key="vision.heads", file_stem=page.stem(chosen, "heads"), on_choose=lambda i: put_pick(i // n, i % n),
    )  # fmt: skip


def _one(chosen: Chosen, one: AttentionMap, side: int, asks: int, stretch: bool) -> None:
    """One head, large, with its numbers; a click lets another patch ask."""
    cells = _over(one.head(0, 0)[asks], side)
    tile = Tile(chosen.ink, t("vision.large"), cells=cells, texts=tuple(f"{v:.2f}" for v in cells.ravel()))
    tiles(
        [tile], title=f"{t('vision.large')}. {_reading(one, side, asks).rstrip('.')}", words=texts(TILES),
        scale=weight_scale(dark()), size=340, patches=side, own=stretch, chosen=asks - 1 if asks else None,
        choose="cell", key="vision.one", file_stem=page.stem(chosen, "attention"),
        on_choose=lambda i: st.session_state.update({"vision.asks": str(i + 1)}),
    )  # fmt: skip


def _reading(one: AttentionMap, side: int, asks: int) -> str:
    """Where the most goes, and how much stays away from the picture."""
    row = one.head(0, 0)[asks]
    best = np.argsort(-row[1:], kind="stable")[:MOST]
    looks = t("vision.reading.then").join(
        t("vision.reading.to", place=place(int(i), side), weight=f"{row[1 + i]:.2f}") for i in best
    )
    who = "[CLS]" if asks == 0 else t("vision.who", place=place(asks - 1, side))
    return t("vision.reading", who=who, looks=looks, cls=f"{row[0]:.2f}", even=f"{1 / len(row):.2f}")


def _answer(chosen: Chosen) -> None:
    names = [str(i) for i in range(len(chosen.chances))]
    listed = ", ".join(f"{name} {p:.3f}" for name, p in zip(names, chosen.chances, strict=True))
    fig = figures.bars(chosen.chances, names, t("vision.probability"), dark=dark())
    picture(
        fig, key="vision.answer", title=t("vision.answer"), alt=f"{t('vision.answer')}: {listed}",
        stem=page.stem(chosen, "answer"),
    )  # fmt: skip


def sequence(info: ModelInfo[Any], chosen: Chosen) -> None:
    """The picture cut up, the patches in a line, and what says where each one was."""
    from core.lab.vision import alike, patches

    config = info.config
    side, n = config.side, config.n_patches
    st.subheader(t("vision.sequence"), anchor=False)
    options = [str(i) for i in range(n)]
    from_link("vision.patch", options)
    at = int(st.session_state.get("vision.patch", "5"))
    into_link("vision.patch", str(at), "5")

    def put(i: int) -> None:
        st.session_state["vision.patch"] = str(i)

    cut = patches(chosen.picture, config.patch_size)
    whole, line = st.columns([1, 3], gap="medium")
    with whole:
        tile = Tile(chosen.ink, chosen.name, texts=tuple(str(i + 1) for i in range(n)))
        tiles(
            [tile], title=t("vision.cut"), words=texts(TILES), scale=weight_scale(dark()), size=240, patches=side,
            chosen=at, choose="cell", full=config.full, key="vision.cut", file_stem=page.stem(chosen, "cut"),
            on_choose=put,
        )  # fmt: skip
    with line:
        shown = [Tile(one / config.full, place(i, side), str(i + 1)) for i, one in enumerate(cut)]
        tiles(
            shown, title=t("vision.line"), words=texts(TILES), scale=weight_scale(dark()), size=35, chosen=at,
            choose="tile", full=config.full, key="vision.line", file_stem=page.stem(chosen, "patches"), on_choose=put,
        )  # fmt: skip
        numbers = ", ".join(f"{v:.0f}" for v in cut[at].ravel())
        st.markdown(
            t("vision.patch", n=at + 1, place=place(at, side), numbers=numbers, count=cut[at].size, d=config.d_model,
              tokens=n + 1)
        )  # fmt: skip
    st.markdown(f"**{t('vision.positions')}**")
    near = alike(page.load(info.name))
    _positions(near, side, at, put)


def _positions(near: Floats, side: int, at: int, put: Any) -> None:
    """Each patch's position vector against all others, in its place in the picture (figure 7 of the paper)."""
    blank = np.zeros((side, side), np.float32)
    shown = [Tile(blank, place(i, side), str(i + 1), cells=near[i].reshape(side, side)) for i in range(len(near))]
    grid, words = st.columns([2, 3], gap="medium")
    with grid:
        tiles(
            shown, title=t("vision.positions"), words=texts(TILES), scale=weight_scale(dark()), size=72, columns=side,
            signed=True, chosen=at, choose="tile", key="vision.positions", file_stem="vision_positions", on_choose=put,
        )  # fmt: skip
    with words:
        beside, others = neighbours(near, side)
        row = near[at].copy()
        row[at] = -2
        st.markdown(
            t("vision.positions.said", n=at + 1, place=place(at, side), like=place(int(row.argmax()), side),
              cosine=_signed(row.max()), beside=_signed(beside), others=_signed(others))
        )  # fmt: skip


def neighbours(near: Floats, side: int) -> tuple[float, float]:
    """The mean cosine of places that share an edge, and of all other pairs."""
    row, column = np.divmod(np.arange(side * side), side)
    apart = np.abs(row[:, None] - row) + np.abs(column[:, None] - column)
    return float(near[apart == 1].mean()), float(near[apart > 1].mean())


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
