"""The pictures of the page Masks and what is read from them."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.components.matrices import LARGEST, WORDS, Panel, matrices
from core.figures.labels import query_names, tokens
from core.figures.masks import curves, pair_of_bars
from core.figures.theme import masked as grey
from core.figures.theme import weight_scale
from core.lab.masks import zeroed_after
from core.trace import Floats
from core.ui.language import md, t, texts
from core.ui.masks import Chosen, draw, start_again
from core.ui.showing import dark, picture

if TYPE_CHECKING:
    from core.lab.cheating import Cheating
    from core.lab.masked_runs import Batched, Leak


def squares(chosen: Chosen, stem: str) -> None:
    """scores + mask = masked scores -> weights; the mask can be drawn on."""
    masked, rows, cols = chosen.masked, chosen.queries, chosen.keys
    limit = float(np.abs(masked.scores).max())
    scores = t("masks.scores"), t("masks.scores.caption", size=f"{len(rows)} × {len(cols)}")
    mask, hidden = (t("masks.square"), t("masks.square.caption")), (t("masks.masked"), t("masks.masked.caption"))
    show([
        Panel("scores", *scores, masked.scores, rows, cols, limit=limit),
        Panel("mask", *mask, masked.mask.astype(np.float32), rows, cols, "mask", "+"),
        Panel("masked", *hidden, masked.masked, rows, cols, "masked", "=", limit=limit),
        _weights(chosen, "→"),
    ], stem, "masks.squares", editable="mask", link="step")  # fmt: skip


def _weights(chosen: Chosen, joiner: str) -> Panel:
    """Weights 0..1, cells behind the mask grey."""
    values = np.where(chosen.masked.mask, chosen.masked.weights, np.nan).astype(np.float32)
    words = t("masks.weights"), t("masks.weights.caption")
    return Panel("weights", *words, values, chosen.queries, chosen.keys, "weight", joiner)


def show(panels: list[Panel], stem: str, key: str, editable: str | None = None, link: str = "") -> None:
    """The panels in a row."""
    matrices(
        panels, words=texts(WORDS), scale=weight_scale(dark()), file_stem=stem, key=key, line=True, editable=editable,
        link=link, on_edit=draw if editable else None,
    )  # fmt: skip


def reading(chosen: Chosen) -> None:
    """What the mask does, in sentences: first what is wrong with it."""
    one, mask = chosen.one, chosen.masked.mask
    _blind(chosen)
    if chosen.name == "drawn":
        st.button(t("masks.reset"), on_click=start_again)
    seen = mask.sum(-1)
    hidden = 1 - zeroed_after(chosen.masked.scores, mask).sums.mean()
    least, most = int(seen.min()), int(seen.max())
    count = "masks.count" if least < most else "masks.count.same"
    lines = [
        t(count, seen=int(seen.sum()), all=mask.size, least=least, most=most),
        t("masks.share", share=f"{hidden:.2f}") if not mask.all() else t("masks.share.none"),
    ]
    if chosen.name in ("padding", "both") and not any(one.padding):
        lines.append(t("masks.no_padding"))
    if chosen.name == "window":
        d = st.session_state["masks.d"]
        lines.append(t("masks.window.note", d=d, n=2 * d + 1))
    st.markdown(md(" ".join(lines)))
    own = np.array_equal(mask, one.own)
    st.caption(md(t("masks.own") if own else t("masks.whatif", own=t(f"masks.mask.{one.own_name}"))))


def _blind(chosen: Chosen) -> None:
    if chosen.masked.blind:
        st.warning(md(t("masks.blind", queries=_named(chosen.queries, chosen.masked.blind))))


def wrong_order(chosen: Chosen, stem: str) -> None:
    """Claim 6: what is left of each row when hidden weights are zeroed after the softmax."""
    masked, mask = chosen.masked, chosen.masked.mask
    wrong = zeroed_after(masked.scores, mask)
    names = t("masks.after.before"), t("masks.after.after")
    sums = masked.weights.sum(-1), wrong.sums
    fig = pair_of_bars(chosen.queries, sums, names, t("masks.after.unit"), line=1.0, dark=dark())
    alt = _listed(t("masks.after.alt"), chosen.queries, sums, names)
    picture(fig, key="masks.sums", title=t("masks.view.after"), alt=alt, stem=stem)
    _blind(chosen)
    if mask.all():
        st.markdown(t("masks.after.nothing"))
    else:
        least = int(np.where(mask.any(-1), wrong.sums, np.inf).argmin())
        st.markdown(t("masks.after.sums", query=md(chosen.queries[least]), least=_tiny(float(wrong.sums[least]))))
        st.markdown(t("masks.after.again", difference=_tiny(float(np.abs(wrong.again - masked.weights).max()))))
        if failed := tuple(np.flatnonzero((wrong.sums == 0) & mask.any(-1)).tolist()):
            st.warning(md(t("masks.after.fails", queries=_named(chosen.queries, failed))))
    hidden, zero = int((~mask).sum()), int((masked.weights[~mask] == 0).sum())
    st.markdown(f"**{md(t('masks.claim6'))}**  \n{t('masks.claim6.answer', hidden=hidden, zero=zero)}")


def no_diagonal(strict: Chosen) -> None:
    """Claim 10: a mask that hides the diagonal, on the person's own sentence."""
    st.markdown(
        f"**{md(t('masks.claim10'))}**  \n"
        + md(t("masks.claim10.answer", queries=_named(strict.queries, strict.masked.blind)))
    )
    mask = strict.masked.mask.astype(np.float32)
    show([
        Panel("strict", t("masks.strict"), t("masks.strict.caption"), mask, strict.queries, strict.keys, "mask"),
        _weights(strict, "→"),
    ], "headlight_diagonal", "masks.strict")  # fmt: skip


def batch(rows: tuple[Batched, ...], stem: str) -> None:
    """The batch as tokens, its mask, and each sentence in it beside the same alone."""
    width, count = len(rows[0].tokens), len(rows)
    st.markdown(f"**{t('masks.batch.tokens', rows=count, width=width)}**")
    st.html(_grid(rows))
    mask = np.array([[i < row.n for i in range(width)] for row in rows], np.float32)
    hides = rows[0].weights_unmasked is not None
    if hides and width <= LARGEST[1]:
        numbers = tuple(str(i + 1) for i in range(count))
        show(
            [Panel("padding", t("masks.batch.mask"), t("masks.batch.mask.caption"), mask, numbers, (), "mask")],
            stem,
            "masks.batch.mask",
        )
    if mask.all():
        st.info(t("masks.batch.equal"))
    weights, logits = max(row.weights for row in rows), max(row.logits for row in rows)
    st.markdown(t("masks.batch.same" if hides else "masks.batch.causal", weights=_tiny(weights), logits=_tiny(logits)))
    if hides and not mask.all():
        weights, logits = max(row.weights_unmasked or 0 for row in rows), max(row.logits_unmasked or 0 for row in rows)
        st.markdown(t("masks.batch.differ", weights=_tiny(weights), logits=_tiny(logits)))
    _table(rows, hides)
    st.caption(t("masks.batch.delta"))
    if hides:
        st.markdown(t("masks.batch.both"))


def _grid(rows: tuple[Batched, ...]) -> str:
    """The batch as a table of tokens that scrolls where the page is narrow; padding has the masks' grey."""
    real, pad = weight_scale(dark())[2][1], grey(dark())
    ink = weight_scale(not dark())[0][1]  # the page turns dark before it is drawn anew
    style = f"padding:5px 9px;border:2px solid transparent;background-clip:padding-box;text-align:center;color:{ink}"

    def line(i: int, row: Batched) -> str:
        cells = (
            f'<td style="{style};background-color:{real if at < row.n else pad}">{html.escape(token)}</td>'
            for at, token in enumerate(tokens(row.tokens))
        )
        return f'<tr><th scope="row" style="padding-right:8px;font-weight:400">{i}</th>{"".join(cells)}</tr>'

    lines = "".join(line(i, row) for i, row in enumerate(rows, 1))
    return f'<div style="overflow-x:auto"><table style="border-collapse:collapse">{lines}</table></div>'


def _table(rows: tuple[Batched, ...], hides: bool) -> None:
    """hides: has the model a padding mask, hence numbers without it?"""
    writes = ("alone", "together") if hides else ("next", "next_together")
    deltas = ("weights", "logits", *(("weights_unmasked", "logits_unmasked") if hides else ()))
    values = [(row.text, row.alone, row.batched, *(_tiny(getattr(row, delta)) for delta in deltas)) for row in rows]
    names = [t(f"masks.batch.{column}") for column in ("sentence", *writes, *deltas)]
    st.dataframe([dict(zip(names, value, strict=True)) for value in values], hide_index=True)


def losses(found: Leak, stem: str) -> None:
    """The loss of each word of the reference, with the future hidden and in sight."""
    words = found.written.word_of
    sums = np.bincount(words, found.loss), np.bincount(words, found.loss_open)
    names = t("masks.leak.on"), t("masks.leak.off")
    pair = sums[0].astype(np.float32), sums[1].astype(np.float32)
    fig = pair_of_bars(found.written.words, pair, names, t("masks.leak.unit"), dark=dark())
    alt = _listed(t("masks.leak.alt"), found.written.words, pair, names)
    picture(fig, key="masks.losses", title=t("masks.view.leak"), alt=alt, stem=stem)
    on, off = float(found.loss.mean()), float(found.loss_open.mean())
    verdict = t("masks.leak.worse") if off > on else t("masks.leak.better")
    adds = f" {t('masks.leak.words')}" if len(words) > len(sums[0]) else ""
    st.markdown(f"{t('masks.leak.losses', on=f'{on:.2f}', off=f'{off:.2f}')} {verdict}{adds}")
    if len(found.moved):
        st.markdown(t("masks.leak.moved", on=_tiny(float(found.moved.max())), off=_tiny(float(found.moved_open.max()))))


def leaking(found: Leak, layer: int, head: int, stem: str) -> None:
    """One head's weights with the mask, without it, and the difference."""
    future = found.future
    most = np.unravel_index(int(future.argmax()), future.shape)
    st.markdown(t("masks.leak.future", layer=layer + 1, head=head + 1, share=f"{future[layer, head]:.2f}",
                  most=f"{future.max():.2f}", most_layer=int(most[0]) + 1, most_head=int(most[1]) + 1))  # fmt: skip
    n = len(found.inputs)
    if n > LARGEST[0]:
        st.info(t("masks.too_large", n=n, limit=LARGEST[0]))
        return
    rows, cols = tuple(query_names(found.inputs)), tuple(tokens(found.inputs))
    on, off = found.weights[layer, head], found.weights_open[layer, head]
    grey = np.where(np.tri(n, dtype=bool), on, np.nan).astype(np.float32)
    change = t("masks.leak.difference"), t("masks.leak.difference.caption")
    show([
        Panel("on", t("masks.leak.weights_on"), t("masks.leak.triangle"), grey, rows, cols, "weight"),
        Panel("off", t("masks.leak.weights_off"), t("masks.leak.square"), off, rows, cols, "weight"),
        Panel("difference", *change, off - on, rows, cols, limit=1.0),
    ], stem, "masks.leak")  # fmt: skip


def cheating(train: Callable[[], Cheating]) -> None:
    """Two small decoders that learn now: an honest one, and one with the answers in sight."""
    st.subheader(t("masks.cheat.title"), anchor=False)
    with st.spinner(t("masks.cheat.busy"), show_time=True):
        found = train()
    numbers = {
        "letters": found.letters, "floor": f"{found.floor:.2f}", "open": f"{found.loss_open[-10:].mean():.2f}",
        "test": f"{found.test:.2f}", "test_open": f"{found.test_open:.2f}",
    }  # fmt: skip
    st.markdown(t("masks.cheat.intro", **numbers))
    names, axes = (t("masks.leak.on"), t("masks.leak.off")), (t("masks.cheat.step"), t("masks.cheat.loss"))
    floor = found.floor, t("masks.cheat.floor", **numbers)
    fig = curves((found.loss, found.loss_open), names, axes, floor, dark=dark())
    alt = t("masks.cheat.alt", **numbers)
    picture(fig, key="masks.cheat", title=t("masks.cheat.title"), alt=alt, stem="headlight_cheating")
    st.markdown(t("masks.cheat.result", **numbers))


def _listed(what: str, labels: tuple[str, ...], pair: tuple[Floats, Floats], names: tuple[str, str]) -> str:
    """A picture of bars in words: what it is, and every number."""
    rows = (f"{label}: {a:.2f}, {b:.2f}" for label, a, b in zip(labels, *pair, strict=True))
    return f"{what} {names[0]}, {names[1]}. " + "; ".join(rows)


def _named(labels: tuple[str, ...], places: tuple[int, ...], most: int = 4) -> str:
    """The labels at these places, the first few of them."""
    shown = ", ".join(f"‘{labels[i]}’" for i in places[:most])
    return f"{shown} …" if len(places) > most else shown


def _tiny(value: float) -> str:
    """Three decimals, or as many as show the first digit that is not 0."""
    return f"{value:.3f}" if value >= 0.001 or value == 0 else f"{value:.8f}".rstrip("0")
