"""The pictures of the page Any model."""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st

from core.components.compare import WORDS as COMPARE
from core.components.compare import Linked, compare
from core.components.matrices import LARGEST, Panel
from core.components.overview import WORDS as OVERVIEW
from core.components.overview import overview
from core.figures.attention import Words, attention_heatmap, thinned
from core.figures.labels import query_names, tokens
from core.figures.theme import weight_scale
from core.measures import Pick, by_word, pooled, visible
from core.reading import read_aloud
from core.trace import AttentionMap, Axis, Floats, Trace
from core.ui.asking import choice, pick, put_pick
from core.ui.language import language, md, t, texts
from core.ui.showing import dark, downloads, file_stem, pick_name, picture

# What the link holds.
LINKED = ("sentence", "anymodel.pair", "hf", "kind", "unit", "layer", "head", "stretch")
SHORT = 16  # tokens: three maps of as many stand in a line on a laptop
READABLE = 14  # CSS px of a cell before maps go to another line
FAMILIES = {"encoder_self": "encoder", "decoder_self": "decoder", "cross": "encoder_decoder"}


def families(trace: Trace) -> None:
    """The three ways to look, side by side: a translator has them all.

    Masks above and maps below; of a long text, whose maps are large, each mask beside its map.
    """
    st.subheader(t("anymodel.families"), anchor=False)
    st.caption(t("anymodel.families.read", model=md(trace.model)))
    maps = {kind: pooled(by_word(trace[kind]), "mean", "mean") for kind in trace.kinds}
    if max(n for one in maps.values() for n in one.weights.shape[2:]) > LARGEST[0]:
        st.info(t("compare.too_large", limit=LARGEST[0]))
        return
    masks = [_linked(one, visible(one).astype(np.float32), "mask") for one in maps.values()]
    seen = [_linked(one, _seen(one), "weight") for one in maps.values()]
    short = max(max(one.weights.shape[2:]) for one in maps.values()) <= SHORT
    panels = [*masks, *seen] if short else [one for both in zip(masks, seen, strict=True) for one in both]
    compare(
        panels, words=texts(COMPARE), scale=weight_scale(dark()), smallest=READABLE, key="anymodel.families",
        lines=(3,) if short else (6, 4, 2), file_stem=file_stem(trace.src_text, trace.model, "families"),
    )  # fmt: skip
    for kind, one in maps.items():
        st.markdown(f"**{t(f'kind.{kind}')}** — {t(f'anymodel.mask.{kind}')} {md(read_aloud(one, language()))}")


def _seen(one: AttentionMap) -> Floats:
    """The weights; no number where a query may not look."""
    return np.where(visible(one), one.head(0, 0), np.float32(np.nan))


def _linked(one: AttentionMap, values: Floats, scale: Literal["mask", "weight"]) -> Linked:
    """Mask and map of a kind point at each other, and so do the kinds that share the source's words."""
    rows, cols = tuple(query_names(one.queries)), tuple(tokens(one.keys))
    what, family = t(f"kind.{one.kind}"), t(f"anymodel.family.{FAMILIES[one.kind]}")
    name = f"{what}, {t('anymodel.mask' if scale == 'mask' else 'anymodel.map')}"
    limit = 1.0 if scale == "mask" else float(np.nanmax(values))
    panel = Panel(name, name, family, values, rows, cols, scale, limit=limit)
    return Linked(
        panel, _places(one.queries, one.kind != "encoder_self"), _places(one.keys, one.kind == "decoder_self")
    )


def _places(axis: Axis, written: bool) -> tuple[int, ...]:
    """The same number for the same word: those that were read count from 0, those written from `LARGEST`."""
    return tuple(range(LARGEST[0] * written, LARGEST[0] * written + len(axis)))


def heads(trace: Trace) -> None:
    """All heads, one of them large, and what it says."""
    if trace.tgt_text:
        st.markdown(f"#### → {md(trace.tgt_text)}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choice("kind", trace.kinds)
        unit = choice("unit", ("word", "piece"))
        attn = by_word(trace[kind]) if unit == "word" else trace[kind]
        layer, head = pick("layer", attn.n_layers), pick("head", attn.n_heads)
        stretch = st.toggle(t("stretch"), key="stretch", bind="query-params", help=t("stretch.help"))
    one, stem = pooled(attn, layer, head), file_stem(trace.src_text, trace.model, kind)
    left, right = st.columns(2, gap="medium")
    with left:
        overview(
            attn, layer if isinstance(layer, int) else None, head if isinstance(head, int) else None,
            words=texts(OVERVIEW), scale=weight_scale(dark()), stretch=stretch, file_stem=stem,
            key=f"anymodel-{kind}", on_choose=put_pick,
        )  # fmt: skip
        st.markdown(f"**{md(pick_name(layer, head))}** — {md(read_aloud(one, language()))}")
        downloads(one, trace, stem, *LINKED)
    with right:
        _map(one, kind, layer, head, trace, stretch=stretch)
        if thinned(one):
            st.caption(t("heads.crowded", n=max(len(one.queries), len(one.keys))))


def _map(one: AttentionMap, kind: str, layer: Pick, head: Pick, trace: Trace, *, stretch: bool) -> None:
    name = pick_name(layer, head)
    words = Words(t("term.query"), t("term.key"), t("term.weight"))
    fig = attention_heatmap(one, 0, 0, words, dark=dark(), stretch=stretch)
    title = f"{t(f'kind.{kind}')} · {name}"
    picture(
        fig, key=f"anymodel-map-{kind}", title=title, alt=f"{title}. {read_aloud(one, language())}",
        stem=file_stem(trace.src_text, trace.model, kind),
    )  # fmt: skip
