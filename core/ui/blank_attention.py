"""The page Fill the blank: where every token looks, with nothing hidden from it by a mask; and the page's files."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from core.components.overview import WORDS as OVERVIEW
from core.components.overview import overview
from core.figures.attention import Words, attention_heatmap, thinned
from core.figures.theme import weight_scale
from core.measures import pooled
from core.trace import AttentionMap
from core.ui import blank as page
from core.ui import blank_shown as shown
from core.ui.asking import pick, put_pick
from core.ui.blank import LINKED, Hidden, Reader
from core.ui.language import language, md, t, texts
from core.ui.showing import dark, downloads, pick_name, picture, share

if TYPE_CHECKING:
    from core.lab import blanks as lab

MOST = 3  # tokens that are named


def look(who: Reader, text: str, found: Hidden) -> None:
    """All heads, one of them large, and where the first blank looks."""
    if not who.able or (got := page.answered(who, text, found)) is None:
        return
    attn = got.trace["encoder_self"]
    st.subheader(t("blank.attention"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, head = pick("layer", attn.n_layers), pick("head", attn.n_heads)
        stretch = st.toggle(t("stretch"), key="stretch", bind="query-params", help=t("stretch.help"))
    one, name = pooled(attn, layer, head), pick_name(layer, head)
    left, right = st.columns(2, gap="medium")
    with left:
        overview(
            attn, layer if isinstance(layer, int) else None, head if isinstance(head, int) else None,
            words=texts(OVERVIEW), scale=weight_scale(dark()), stretch=stretch, file_stem=f"{found.stem}_heads",
            key="blank.heads", on_choose=put_pick,
        )  # fmt: skip
        st.markdown(f"**{md(name)}** — {md(reading(one, asking(found)))}")
        st.caption(t("blank.attention.note"))
        _onward(who, text, layer, head)
    with right:
        _map(one, name, stretch, found)
    downloads(one, got.trace, f"{found.stem}_{name}")


def _map(one: AttentionMap, name: str, stretch: bool, found: Hidden) -> None:
    words = Words(t("term.query"), t("term.key"), t("term.weight"))
    fig = attention_heatmap(one, 0, 0, words, dark=dark(), stretch=stretch)
    alt = f"{name}. {reading(one, asking(found))}"
    picture(fig, key="blank.map", title=name, alt=alt, stem=f"{found.stem}_{name}")
    if thinned(one):
        st.caption(t("heads.crowded", n=len(one.queries)))


def asking(found: Hidden) -> int:
    """The place whose look is read aloud: the first blank, else the first chosen one, else the first typed token."""
    what = found.what
    blanks = [i for i, fate in enumerate(what.fates) if fate == "masked"]
    return (*blanks, *what.chosen, *found.read.own)[0]


def reading(one: AttentionMap, at: int) -> str:
    """Where a token's weight goes, and how much of it to its left and to its right."""
    row, names = one.head(0, 0)[at], one.keys.tokens
    best = np.argsort(-row, kind="stable")[:MOST]
    looks = t("reading.then").join(
        t("reading.to", key=t("blank.key", token=names[i], n=i), weight=f"{row[i]:.2f}") for i in best
    )
    if not one.normalised:  # maxima over heads: no distribution
        return t("blank.reading.max", token=names[at], n=at, looks=looks)
    return t(
        "blank.reading", token=names[at], n=at, looks=looks, left=f"{row[:at].sum():.2f}", own=f"{row[at]:.2f}",
        right=f"{row[at + 1 :].sum():.2f}",
    )  # fmt: skip


def _onward(who: Reader, text: str, layer: int | str, head: int | str) -> None:
    """The same model reading the whole sentence, on other pages."""
    query = {"sentence": text, "model": who.info.name, "lang": language()}
    query |= {name: str(at + 1) if isinstance(at, int) else at for name, at in (("layer", layer), ("head", head))}
    with st.container(horizontal=True, gap="small"):
        for target in ("heads", "compare"):
            with suppress(StreamlitPageNotFoundError):  # a page that runs alone has no others
                label = t("blank.onward", page=t(f"{target}.nav"))
                st.page_link(f"pages/{target}.py", label=label, icon="🔎", query_params=query)


def files(who: Reader, text: str, found: Hidden) -> None:
    """What became of each token and what the model says of it, and a link to what is shown."""
    from core.lab import blanks

    got = page.answered(who, text, found) if who.able else None
    names = blanks.seen(page.tokenizer(who.info), found.read, found.what).tokens
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            t("blank.csv"), lambda: shown.table(found, got, names), f"{found.stem}.csv", "text/csv", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            t("blank.json"), lambda: record(text, found, got, names), f"{found.stem}.json", "application/json",
            on_click="ignore",
        )  # fmt: skip
        share(*LINKED)


def record(text: str, found: Hidden, got: lab.Filled | None, names: tuple[str, ...]) -> str:
    """The same as the table, with the loss; numbers with all their digits."""
    places = {place.at: place for place in got.places} if got else {}
    tokens = []
    for i, (was, now, fate) in enumerate(zip(found.read.axis.tokens, names, found.what.fates, strict=True)):
        one: dict[str, object] = {"place": i, "was": was, "read": now, "fate": fate}
        if place := places.get(i):
            top = [{"token": c.token, "id": c.id, "log_prob": c.log_prob} for c in place.top]
            one |= {"log_prob": place.was.log_prob, "rank": place.rank, "top": top}
        tokens.append(one)
    whole = {"text": text, "model": got.trace.model if got else None, "loss": got.loss if got else None}
    return json.dumps({**whole, "tokens": tokens}, ensure_ascii=False, indent=1)
