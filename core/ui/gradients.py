"""The page Gradients: what it asks for, and its cached runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import streamlit as st

from core.config import LanguageModelConfig
from core.shelf import ModelInfo
from core.ui.asking import choice, known_models
from core.ui.language import md, t
from core.ui.positions import number
from core.ui.recurrence import CELLS, LANGUAGE, Weights, gain, network, norms, trained
from core.ui.running import load
from core.ui.waiting import tried

if TYPE_CHECKING:
    from core.lab.gradients import Gradients
    from core.models import Model

ACTIVATIONS = ("tanh", "linear", "sigmoid", "relu")
BLOCKS = ("whole", "2", "3", "5", "8", "12")
CLIPS = ("off", "0.1", "0.5", "1", "5", "25")
OF = ("x", "h")
BACK = 2  # the last step should predict `</s>`, the one before it a full stop: they are easy, and teach little
SCALES = ("norm", "share")


class Chosen(NamedTuple):
    info: ModelInfo
    text: str
    trained: bool
    cells: tuple[Weights, ...]
    back: int  # steps from the last one to the one whose loss is asked for
    of: str
    scale: str
    block: int | None
    clip: float | None

    @property
    def stem(self) -> str:
        return "trained" if self.trained else f"gain{self.cells[0].gain:.2f}_{self.cells[0].activation}"


@st.cache_resource(max_entries=2, show_spinner=False)
def fresh(name: str) -> Any:
    """A Transformer or GPT of a model's size that has learned nothing."""
    from core.lab import gradients

    return gradients.fresh(load(name).net)


@st.cache_data(max_entries=256, show_spinner=False)
def recurrent(c: Weights, text: str, back: int, block: int | None) -> Gradients:
    """By autograd, here and now; raises `UserError`."""
    from core.lab import gradients

    net, tokenizer = network(c)
    last = gradients.steps_of(tokenizer, text) - 1
    return gradients.recurrent(net, tokenizer, text, max(0, last - back), block)


@st.cache_data(max_entries=64, show_spinner=False)
def decoder(name: str, text: str, back: int, learned: bool) -> Gradients:
    """Of a Transformer's decoder; raises `UserError`."""
    from core.lab import gradients

    model = load(name)
    last = gradients.steps_of(model.tokenizer, text) - 1
    return gradients.transformer(model, model.net if learned else fresh(name), text, max(0, last - back))


@st.cache_data(max_entries=64, show_spinner=False)
def alone(name: str, text: str, back: int, learned: bool) -> Gradients:
    """Of a GPT; raises `UserError`."""
    from core.lab import gradients

    model = cast("Model[Any]", load(name))
    last = gradients.steps_of(model.tokenizer, text) - 1
    return gradients.gpt(model.tokenizer, model.net if learned else fresh(name), text, max(0, last - back))


def choose(info: ModelInfo, text: str) -> Chosen:
    """All that the curves depend on."""
    lms = {
        name: one for name, one in known_models(("rnn_lm",)).items()
        if isinstance(one.config, LanguageModelConfig) and one.src == LANGUAGE
    }  # fmt: skip
    found = trained(lms)
    if not found:
        st.caption(f"🎲 {t('gradients.untrained')}")
    learned = bool(found) and choice("gradients.weights", ("random", "trained")) == "trained"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if not learned:
            g, activation = gain("gradients"), choice("gradients.activation", ACTIVATIONS)
        of, scale = choice("gradients.of", OF), choice("gradients.scale", SCALES)
    with st.expander(t("gradients.more")):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            block, clip = choice("gradients.block", BLOCKS), choice("gradients.clip", CLIPS)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            back = number("gradients.back", 0, 20, BACK, 240)
            cells = _trained(found) if learned else _random(info.name, g, activation)
    return Chosen(
        info, text, learned, cells, back, of, scale, None if block == "whole" else int(block),
        None if clip == "off" else float(clip),
    )  # fmt: skip


def _trained(found: dict[str, str]) -> tuple[Weights, ...]:
    cells = tuple(Weights(found[cell], cell, found[cell]) for cell in CELLS if cell in found)
    if missing := [f"{cell}-lm" for cell in CELLS if cell not in found]:
        st.info(t("recurrence.missing", names=md(", ".join(missing))))
    st.caption(" · ".join(f"{md(c.name)}: {', '.join(f'{g} {v:.2f}' for g, v in norms(c).items())}" for c in cells)
               + f" ({t('gradients.norms')})")  # fmt: skip
    return cells


def _random(reader: str, g: float, activation: str) -> tuple[Weights, ...]:
    keep, seed = number("gradients.keep", 0, 5, 0, 240), number("gradients.seed", 1, 20, 1, 160)
    return tuple(Weights("", cell, reader, g, activation if cell == "rnn" else "tanh", keep, seed) for cell in CELLS)


class Found(NamedTuple):
    """What is drawn, by name ("rnn", "lstm", "gru", "transformer", "gpt"); `whole` before clipping."""

    whole: dict[str, Gradients]
    shown: dict[str, Gradients]


def find(c: Chosen) -> Found | None:
    """All gradients; a sentence on the page where the text cannot be read."""
    whole: dict[str, Gradients] = {}
    for cell in c.cells:
        one = tried(recurrent, cell, c.text, c.back, c.block)
        if one is None:
            return None
        whole[cell.cell] = one
    if one := tried(decoder, c.info.name, c.text, c.back, c.trained):
        whole["transformer"] = one
    for name, info in known_models(("gpt",)).items():
        if info.src == LANGUAGE and (one := tried(alone, name, c.text, c.back, c.trained)):
            whole["gpt"] = one
    clipped = {name: one.clipped(c.clip) if c.clip else one for name, one in whole.items()}
    return Found(whole, clipped)
