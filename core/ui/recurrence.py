"""The page Recurrence: which weights, its cached runs, and what it asks for besides the sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import streamlit as st

from core.config import LanguageModelConfig, Seq2SeqConfig
from core.shelf import ModelInfo, shelf
from core.ui.asking import choice, come_through_app, known_models
from core.ui.language import md, t
from core.ui.positions import number
from core.ui.running import load
from core.ui.waiting import tried

if TYPE_CHECKING:
    from core.lab.recurrence import BothWays, States, Use
    from core.models import Model
    from core.nn.language_model import LanguageModel
    from core.nn.seq2seq import Seq2Seq
    from core.text.tokenizer import Tokenizer

CELLS = ("rnn", "lstm", "gru")
LANGUAGE = "en"  # the language models' own
HIDDEN = 128
LOWEST, HIGHEST = 0.1, 2.0  # gains


class Weights(NamedTuple):
    """Where a cell's weights are from: the trained model `name`, or (name is "") random ones drawn for a gain, an
    activation and a bias of the forget gate, `keep`.

    reader: the model whose pieces random weights read.
    """

    name: str
    cell: str
    reader: str
    gain: float = 1.0
    activation: str = "tanh"
    keep: int = 0
    seed: int = 1

    @property
    def trained(self) -> bool:
        return bool(self.name)


@st.cache_resource(max_entries=24, show_spinner=False)
def network(w: Weights) -> tuple[LanguageModel, Tokenizer]:
    """One copy for all sessions."""
    from core.lab.recurrence_nets import random_net

    model = cast("Model[Any]", load(w.name or w.reader))
    if w.trained:
        return model.net, model.tokenizer
    net = random_net(
        len(model.tokenizer), w.cell, w.gain, w.activation, float(w.keep), w.seed,  # type: ignore[arg-type]
    )  # fmt: skip
    return net, model.tokenizer


@st.cache_data(max_entries=96, show_spinner=False)
def states(w: Weights, text: str) -> States:
    """Every state and gate; raises `UserError`."""
    from core.lab import recurrence

    return recurrence.states(*network(w), text)


@st.cache_data(max_entries=64, show_spinner=False)
def norms(w: Weights) -> dict[str, float]:
    """The spectral norm of W_hh, gate by gate."""
    from core.lab.recurrence_nets import gains

    return gains(network(w)[0])


@st.cache_data(max_entries=64, show_spinner=False)
def both_ways(w: Weights, encoder: str, text: str, struck: int) -> BothWays:
    """A bidirectional layer: the encoder of a trained translator, or random; raises `UserError`."""
    from core.lab import recurrence_both

    if encoder:
        return recurrence_both.of_translator(cast("Model[Seq2Seq]", load(encoder)), text, struck)
    return recurrence_both.of_random(*network(w), w.gain, w.seed, text, struck)


@st.cache_data(max_entries=32, show_spinner=False)
def uses(w: Weights, translator: str, text: str) -> tuple[Use, ...]:
    """All five kinds of use; the encoder-decoder is a trained translator where there is one. Raises `UserError`."""
    from core.lab import recurrence, recurrence_both

    net, tokenizer = network(w)
    found = recurrence.uses(net, tokenizer, text)
    if translator:
        return (*found, recurrence_both.translated(cast("Model[Seq2Seq]", load(translator)), text))
    decoder = network(w._replace(name="", seed=w.seed + 100))[0] if not w.trained else net
    return (*found, recurrence.encoder_decoder(net, decoder, tokenizer, text))


class Chosen(NamedTuple):
    text: str
    cells: tuple[Weights, ...]  # one a cell that can be shown
    trained: bool
    models: dict[str, ModelInfo]

    def of(self, cell: str) -> Weights:
        """The cell's weights; random ones where it is not among the trained."""
        for w in self.cells:
            if w.cell == cell:
                return w
        return Weights("", cell, reader(self.models))

    @property
    def stem(self) -> str:
        return "trained" if self.trained else f"gain{self.cells[0].gain:.2f}"


def reader_info() -> tuple[ModelInfo, dict[str, ModelInfo]]:
    """A model that reads English, and all that are there. Ends the page with a sentence if there is none."""
    come_through_app()
    known = known_models(("rnn_lm", "transformer", "seq2seq"), st.sidebar.warning)
    models = {name: info for name, info in known.items() if info.src == LANGUAGE}
    if not models:
        st.error(t("model.none", folder=md(str(shelf()))))
        st.stop()
    return models[reader(models)], models


def reader(models: dict[str, ModelInfo]) -> str:
    """A language model if there is one; else the widest translator."""
    lm = trained(models)
    return next(iter(lm.values())) if lm else max(models, key=lambda name: (models[name].config.d_model, name))


def trained(models: dict[str, ModelInfo]) -> dict[str, str]:
    """Cell -> name of its language model."""
    return {
        info.config.cell: name
        for name, info in sorted(models.items(), reverse=True)
        if isinstance(info.config, LanguageModelConfig)
    }


def translator(models: dict[str, ModelInfo], *, attention: bool) -> str:
    """A recurrent translator: a bidirectional encoder, or one whose decoder has nothing but the last state; or ""."""
    for name, info in models.items():
        if isinstance(info.config, Seq2SeqConfig) and (
            info.config.bidirectional if attention else info.config.attention == "none"
        ):
            return name
    return ""


def weights(key: str, models: dict[str, ModelInfo]) -> tuple[dict[str, str], bool]:
    """Trained or random? Says so where there are no trained ones (yet)."""
    found = trained(models)
    if not found:
        st.caption(f"🎲 {t('recurrence.untrained')}")
        return {}, False
    return found, choice(f"{key}.weights", ("trained", "random")) == "trained"


def gain(key: str) -> float:
    """The spectral norm of every W_hh."""
    chosen: float = st.slider(
        t("recurrence.gain"), LOWEST, HIGHEST, 1.0, 0.05, key=f"{key}.gain", bind="query-params",
        help=t("recurrence.gain.help"), persist_state="session", width=260,
    )  # fmt: skip
    return float(chosen)


def choose(models: dict[str, ModelInfo], text: str) -> Chosen:
    """The weights, and what is said of them."""
    found, learned = weights("recurrence", models)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if learned:
            cells = tuple(Weights(found[cell], cell, found[cell]) for cell in CELLS if cell in found)
        else:
            g, seed, own = gain("recurrence"), number("recurrence.seed", 1, 20, 1, 160), reader(models)
            cells = tuple(Weights("", cell, own, g, seed=seed) for cell in CELLS)
    missing = [f"{cell}-lm" for cell in CELLS if learned and cell not in found]
    if missing:
        st.info(t("recurrence.missing", names=md(", ".join(missing))))
    return Chosen(text, cells, learned, models)


def read(c: Chosen) -> tuple[States, ...] | None:
    """Each cell's states; a sentence on the page where the text cannot be read."""
    found = []
    for w in c.cells:
        one = tried(states, w, c.text)
        if one is None:
            return None
        found.append(one)
    return tuple(found)
