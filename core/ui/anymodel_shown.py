"""The pictures of the page Any model."""

from __future__ import annotations

import streamlit as st

from core.components.overview import WORDS as OVERVIEW
from core.components.overview import overview
from core.figures.attention import Words, attention_heatmap, thinned
from core.figures.theme import weight_scale
from core.measures import by_word, pooled
from core.reading import read_aloud
from core.trace import AttentionMap, Trace
from core.ui.asking import choice, pick, put_pick
from core.ui.language import language, md, t, texts
from core.ui.showing import dark, downloads, file_stem, pick_name, picture

# What the link holds.
LINKED = ("sentence", "anymodel.pair", "hf", "kind", "unit", "layer", "head", "stretch")
FAMILIES = {"encoder_self": "encoder", "decoder_self": "decoder", "cross": "encoder_decoder"}


def families(trace: Trace) -> None:
    """The three ways to look, side by side: a translator has them all."""
    st.subheader(t("anymodel.families"), anchor=False)
    st.caption(t("anymodel.families.read", model=md(trace.model)))
    columns = st.columns(len(trace.kinds), gap="medium")
    for column, kind in zip(columns, trace.kinds, strict=True):
        with column:
            st.markdown(f"**{t(f'anymodel.way.{kind}')}** — {t(f'anymodel.family.{FAMILIES[kind]}')}")
            one = pooled(by_word(trace[kind]), "mean", "mean")
            _map(one, kind, "mean", "mean", trace, stretch=True)
            st.caption(f"{md(read_aloud(one, language()))} {t(f'anymodel.mask.{kind}')}")


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


def _map(one: AttentionMap, kind: str, layer: int | str, head: int | str, trace: Trace, *, stretch: bool) -> None:
    name = t("anymodel.mean") if layer == head == "mean" else pick_name(layer, head)  # type: ignore[arg-type]
    words = Words(t("term.query"), t("term.key"), t("term.weight"))
    fig = attention_heatmap(one, 0, 0, words, dark=dark(), stretch=stretch)
    title = f"{t(f'kind.{kind}')} · {name}"
    picture(
        fig, key=f"anymodel-map-{kind}", title=title, alt=f"{title}. {read_aloud(one, language())}",
        stem=file_stem(trace.src_text, trace.model, kind),
    )  # fmt: skip
