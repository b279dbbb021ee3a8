"""The page Decoding: what it shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from core.components.decoding import WORDS as STRIP
from core.components.decoding import film_strip
from core.figures.decoding import ForcingWords, positions
from core.figures.decoding import forcing as forcing_figure
from core.figures.theme import weight_scale
from core.reading import read_aloud
from core.shelf import ModelInfo
from core.ui import decoding
from core.ui import decoding_runs as runs
from core.ui.asking import choice, pick
from core.ui.decoding import Asked, Shown
from core.ui.language import language, md, t, texts
from core.ui.showing import dark, downloads, file_stem, longer_than_trained, pick_name, picture, translation
from core.ui.waiting import attempt

if TYPE_CHECKING:
    from core.lab.decoding import Forcing, Timing

RUNS = 5
UNITS = ("piece", "word")


def output(info: ModelInfo, text: str, shown: Shown, asked: Asked) -> None:
    """What was written, and whose choice it was."""
    translation(shown.trace, cut=not shown.whole)
    longer_than_trained(info, shown.trace)
    if shown.prefix:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            steps = shown.trace.steps[shown.given : shown.given + len(shown.prefix)]
            forced = " ".join(step.written.token for step in steps)
            free = decoding.free_text(info, text, asked)
            st.info(t("decoding.forced", forced=md(forced), free=md(free)), icon="📌")
            st.button(t("decoding.free"), on_click=decoding.force, args=(info, text, ()))


def strip(info: ModelInfo, text: str, shown: Shown) -> None:
    """Frame by frame; a click on another word forces it."""
    if not shown.trace.kinds:
        st.info(t("decoding.strip.none"))
        return
    cross = shown.trace[shown.trace.kinds[-1]]
    if shown.given:
        st.caption(t("decoding.given"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        unit = choice("decoding.unit", UNITS)
        layer = pick("strip.layer", cross.n_layers, term="layer", default=str(cross.n_layers))
        head = pick("strip.head", cross.n_heads, term="head", default="mean")
    film, tokens = runs.film(info.name, shown.trace, layer, head, unit), shown.tokens
    chosen = sum(first < shown.given + len(shown.prefix) for first in film.firsts)  # frames that a person forced

    def forced(frame: int, token: int) -> None:
        if frame < len(film.firsts) and film.firsts[frame] >= shown.given:
            decoding.force(info, text, (*tokens[: film.firsts[frame] - shown.given], token))

    own = {} if cross.kind == "cross" else {"strip.matrix": t("strip.matrix.self")}
    film_strip(
        film.cross, film.steps, pieces=film.pieces, forced=chosen,
        drawn=None if shown.drawn is None else shown.drawn[list(film.firsts)], about=f"{info.name} {text} {unit}",
        words=texts(STRIP) | own, scale=weight_scale(dark()), file_stem=file_stem(text, info.name, "film"), key="strip",
        on_force=forced,
    )  # fmt: skip
    name, steps = pick_name(layer, head), film.steps
    free = range(min(chosen, len(steps) - 1), len(steps))  # what a person chose says nothing of the model
    least = min(free, key=lambda i: steps[i].written.log_prob)
    unsure = t(
        "decoding.unsure", step=least + 1, token=steps[least].written.token,
        probability=f"{math.exp(steps[least].written.log_prob):.2g}",
    )  # fmt: skip
    st.markdown(md(f"{unsure} {name}: {read_aloud(film.cross, language())}"))
    if unit == "word":
        st.caption(md(t("decoding.by_word")))
    downloads(film.cross, shown.trace, file_stem(text, info.name, name), *_LINK)


_LINK = (
    "sentence", "model", "decoding.how", "width", "alpha", "temperature", "top_k", "top_p", "seed", "decoding.unit",
    "decoding.losses", "strip.layer", "strip.head", "reference",
)  # fmt: skip


def teacher_forcing(info: ModelInfo, text: str) -> None:
    """A reference, its loss token by token, and the free-running output beside it."""
    st.subheader(t("decoding.forcing"), anchor=False)
    st.markdown(decoding.said("decoding.forcing.what", info))
    reference = decoding.ask_reference(info, text)
    if not reference.strip():
        st.info(decoding.said("decoding.reference.empty", info))
        return
    found = attempt(
        lambda heard: runs.forcing(info.name, text, reference, heard), f"forcing {info.name} {text} {reference}"
    )
    if not found:
        return
    unit = choice("decoding.losses", UNITS)
    said = t("decoding.loss", loss=f"{found.loss:.2f}", perplexity=f"{math.exp(found.loss):.1f}")
    if unit == "word":
        found = runs.losses_by_word(found)
        said = f"{said} {t('decoding.loss.word', loss=f'{found.loss:.2f}')}"
    said = f"{said} {_parting(found, unit)}"
    words = ForcingWords(
        t("decoding.figure.reference"), t("decoding.figure.free"), t("decoding.figure.loss"),
        texts(("decoding.figure.instead",))["decoding.figure.instead"], t("decoding.figure.parts"),
    )  # fmt: skip
    fig = forcing_figure(found.reference, found.losses, found.guesses, found.free, found.parts, words, dark=dark())
    listed = ", ".join(f"{token} {loss:.2f}" for token, loss in zip(found.reference, found.losses, strict=True))
    picture(
        fig, key="decoding.forcing", title=t("decoding.forcing"), alt=f"{said} {listed}", stem=file_stem(text, "loss")
    )
    if any(token != guess for token, guess in zip(found.reference, found.guesses, strict=True)):
        st.caption(t("decoding.figure.note"))
    st.markdown(md(said))


def _parting(found: Forcing, unit: str) -> str:
    """Where reference and free output part."""
    if found.parts is None:
        return t("decoding.same")
    here, there = ((*side, "–")[min(found.parts, len(side))] for side in (found.reference, found.free))
    return t(f"decoding.parts.{unit}", n=found.parts + 1, reference=here, free=there)


def cache(info: ModelInfo, text: str) -> None:
    """What remembering keys and values saves: counted at once, measured on request. Of a model with an encoder."""
    if decoding.goes_on(info):
        return
    st.subheader(t("decoding.cache"), anchor=False)
    keeps_keys = "decoder_self" in info.config.kinds  # else it is a recurrent state
    st.markdown(t("decoding.cache.what" if keeps_keys else "decoding.cache.what.recurrent"))
    work = runs.work(info.name, text)
    timing = _measured(info, text)
    counts = {"encoded": work.encoded, "decoded": work.decoded} | ({"scored": work.scored} if keeps_keys else {})
    rows = [(t(f"decoding.{name}"), str(a), str(b), f"{b / a:.1f}") for name, (a, b) in counts.items()]
    if timing:
        with_cache, without = (f"{1000 * seconds:.0f} ms" for seconds in timing.seconds)
        rows.append((t("decoding.time", runs=RUNS), with_cache, without, f"{timing.ratio:.1f}"))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        head = ("", t("decoding.cached"), t("decoding.uncached"), t("decoding.ratio"))
        lines = [f"| {' | '.join(row)} |" for row in (head, ("---", "--:", "--:", "--:"), *rows)]
        st.markdown("\n".join(lines))
        if timing:
            st.caption(t("decoding.measured" if timing.same else "decoding.measured.other"))
    with right:
        names = t("decoding.uncached"), t("decoding.cached")
        fig = positions(work.n_tgt, names, (t("decoding.step"), t("decoding.positions")), dark=dark())
        cached, uncached = work.decoded
        picture(
            fig, key="decoding.cache", title=t("decoding.cache"), stem=file_stem(text, "cache"),
            alt=t("decoding.cache.alt", n=work.n_tgt, cached=cached, uncached=uncached),
        )  # fmt: skip


def _measured(info: ModelInfo, text: str) -> Timing | None:
    """The measurement of this text, once somebody has asked for it."""
    this = f"timing {info.name} {text}"
    st.button(t("decoding.measure"), icon="⏱️", on_click=st.session_state.update, args=({"measuring": this},))
    if st.session_state.get("measuring") == this:
        found = attempt(lambda heard: runs.timing(info.name, text, RUNS, heard), this)
        if found:
            st.session_state.update(measuring="", measured=(this, found))
    of, timing = st.session_state.get("measured", ("", None))
    return timing if of == this else None
