"""The page Fill the blank: which model reads, what is hidden from it, and its cached runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import streamlit as st

from core.components.tokens import Look
from core.config import LANGUAGE_MODELS, TRANSLATORS
from core.shelf import ModelInfo, shelf
from core.text.blanks import Corrupted, Fate, Rates
from core.text.tokenizer import Tokenizer
from core.ui.asking import come_through_app, from_link, into_link, known_models, model_picker
from core.ui.keeping import keep
from core.ui.language import md, t
from core.ui.pairs import OFFERED
from core.ui.running import load
from core.ui.waiting import attempt

if TYPE_CHECKING:
    from core.lab import blanks as lab
    from core.models import Model
    from core.nn.bert import Bert

LANGUAGE = "en"
SEED, SEEDS = 8572, 9999  # of the first draw: with the first example it shows all that can happen to a token
VIEWS = ("draw", "hide")
FATES: dict[Fate, Look] = {"kept": "plain", "masked": "mask", "random": "random", "unchanged": "same"}
LINKED = ("sentence", "model", "blank.view", "blank.seed", "blank.rate", "blank.word", "blank.k", "layer", "head",
          "stretch", "blank.first", "blank.second", "blank.token")  # fmt: skip


class Reader(NamedTuple):
    """Whose pieces the text is cut into. able: is it a BERT, which fills blanks?"""

    info: ModelInfo[Any]
    able: bool


class Hidden(NamedTuple):
    """A text, what became of it, and by what name a file of it is saved."""

    read: lab.Read
    what: Corrupted
    stem: str


def reader() -> Reader:
    """The BERT chosen, else who has its pieces. Ends the page with a sentence if the shelf has neither."""
    if known_models(("bert",)):
        return Reader(model_picker(("bert",)), True)
    come_through_app()
    st.session_state[OFFERED] = {}  # another page's: nobody here reads other languages
    order = (*TRANSLATORS, *LANGUAGE_MODELS)
    infos = [info for info in known_models(order, st.sidebar.warning).values() if info.src == LANGUAGE]
    found = sorted(infos, key=lambda info: order.index(info.architecture))
    if not found:
        st.error(t("model.none", folder=md(str(shelf()))))
        st.stop()
    return Reader(found[0], False)


@st.cache_resource(max_entries=4, show_spinner=False)
def tokenizer(info: ModelInfo[Any]) -> Tokenizer:
    """The pieces, and a blank among them."""
    return Tokenizer.load(info.folder / "tokenizer.json").with_mask()


def net(info: ModelInfo[Any]) -> Model[Bert]:
    return cast("Model[Bert]", load(info.name))


@st.cache_data(max_entries=256, show_spinner=False)
def read(info: ModelInfo[Any], text: str) -> lab.Read:
    """Raises `TextError`."""
    from core.lab import blanks

    return blanks.read(tokenizer(info), text, LANGUAGE, info.config.max_len)


@st.cache_data(max_entries=64, show_spinner=False)
def tallied(info: ModelInfo[Any], text: str, seed: int, rates: Rates) -> lab.Tally:
    from core.lab import blanks

    return blanks.tally(tokenizer(info), read(info, text), seed, rates)


@st.cache_data(max_entries=256, show_spinner=False)
def filled(info: ModelInfo[Any], text: str, what: Corrupted) -> lab.Filled:
    """The model's one run of a text and what is hidden of it; raises `ModelError`."""
    from core.lab import blanks

    return blanks.filled(net(info), text, read(info, text), what)


@st.cache_data(max_entries=256, show_spinner=False)
def paired(info: ModelInfo[Any], first: str, second: str) -> lab.Pair:
    """Raises `TextError`."""
    from core.lab import blanks

    return blanks.pair(tokenizer(info), first, second, LANGUAGE, info.config.max_len)


@st.cache_data(max_entries=64, show_spinner=False)
def judged(info: ModelInfo[Any], first: str, second: str) -> lab.Judged:
    """Raises `UserError`."""
    from core.lab import blanks

    return blanks.judged(net(info), paired(info, first, second))


def tried(who: Reader, text: str) -> lab.Read | None:
    """The text cut up, or a sentence on the page that says why it cannot be."""
    return attempt(lambda heard: read(who.info, text), f"blank {who.info.name} {text}")


def answered(who: Reader, text: str, found: Hidden) -> lab.Filled | None:
    """What the model makes of it, or a sentence on the page that says why there is nothing."""
    return attempt(lambda heard: filled(who.info, text, found.what), f"blank {who.info.name} {found.what} {text}")


def seed() -> int:
    """The draw's number; the button takes the next one."""
    keep("blank.seed")
    state = st.session_state

    def again() -> None:
        state["blank.seed"] = state.get("blank.seed", SEED) % SEEDS + 1

    st.button(t("blank.redraw"), key="blank.redraw", icon="🎲", on_click=again)
    start: dict[str, Any] = {} if "blank.seed" in state else {"value": SEED}
    return int(
        st.number_input(t("blank.seed"), 1, SEEDS, step=1, key="blank.seed", bind="query-params", width=130, **start)
    )


def rates() -> Rates:
    """How many are chosen, and what happens to these: two marks on one line, so that the three shares make up one."""
    keep("blank.rate")
    keep("blank.split")
    rate = st.slider(t("blank.rate"), 5, 50, 15, format="%d%%", key="blank.rate", bind="query-params", width=200,
                     help=t("blank.rate.help"), persist_state="session")  # fmt: skip
    with st.container(width=300, gap=None):
        low, high = st.slider(t("blank.split"), 0, 100, (80, 90), format="%d%%", key="blank.split", bind="query-params",
                              help=t("blank.split.help"), persist_state="session")  # fmt: skip
        st.caption(t("blank.split.said", mask=low, random=high - low, same=100 - high))
    return Rates(rate / 100, low / 100, (high - low) / 100)


def word(one: lab.Read) -> int:
    """The word that is hidden: the last one that has letters, until another is chosen."""
    own = [str(one.axis.word_of[i]) for i in one.own]
    names = [i for i in dict.fromkeys(own) if any(c.isalnum() for c in one.axis.words[int(i)])]
    first = (names or own)[-1]
    from_link("blank.word", list(dict.fromkeys([first, *own])))
    chosen = str(st.session_state.get("blank.word", first))
    return int(into_link("blank.word", chosen, first))
