"""Models that a person named on the page Any model: loaded one at a time, and shown by the other pages like our own.

Their names begin with `hf:`, so that a link tells them from ours. A name in a link opens only what the page Any model
has loaded on this server, or what lies in the folder that the server's settings allow: nothing is fetched or loaded
large without a person's yes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import ModelError, UserError
from core.search import Search
from core.shelf import ModelInfo
from core.trace import Trace
from core.ui.language import md, t, why
from core.ui.waiting import OnStep

if TYPE_CHECKING:
    from core.hub.loading import HubModel

PREFIX = "hf:"
READERS = ("hub_encoder", "hub_decoder", "hub_encoder_decoder")  # architectures that read a text
WRITERS = ("hub_decoder", "hub_encoder_decoder")
SEERS = ("hub_vision",)  # they read a picture
LARGE = 500_000_000  # bytes: beyond it loading is asked for
REMEMBERED = 16
_KNOWING = threading.Lock()
_ONE_AT_A_TIME = threading.RLock()  # whoever uses such a model: or two of them would be in memory


@dataclass(frozen=True)
class Beside:
    """What it reads beside the sentence (`pair`), or in its place (`picture`, a file's bytes, and its name)."""

    pair: str = ""
    picture: bytes = b""
    name: str = ""


NOTHING = Beside()


def is_named(name: str) -> bool:
    """Is it a model of this kind, not one on the shelf?"""
    return name.startswith(PREFIX)


@st.cache_resource(show_spinner=False)
def _loaded() -> OrderedDict[str, Path]:
    """What somebody has loaded since the server started, the latest last."""
    return OrderedDict()


@st.cache_data(max_entries=64, show_spinner=False)
def described(folder: Path, name: str) -> tuple[int, str]:
    """Bytes in memory and family, from the config alone; raises `ModelError`."""
    from core.hub.loading import bytes_needed, family, read_config

    config = read_config(folder, name)
    return bytes_needed(config, name), family(config)


@st.cache_data(max_entries=64, show_spinner=False)
def _info(name: str, folder: Path) -> ModelInfo[Any]:
    from core.hub.info import read_info

    return read_info(name, folder)


def place(typed: str, folder: Path) -> str:
    """A person has named it: from now on it can be loaded here, under the name that is given back."""
    name, known = f"{PREFIX}{typed}", _loaded()
    with _KNOWING:
        known[name] = folder
        known.move_to_end(name)
        while len(known) > REMEMBERED:
            known.popitem(last=False)
    return name


def offer(name: str, folder: Path) -> None:
    """It has run: the other pages of this session offer it."""
    known: dict[str, Path] = st.session_state.setdefault("named", {})
    known[name] = folder


def offered(architectures: Sequence[str]) -> dict[str, ModelInfo[Any]]:
    """Those that this session has named and that a page of these architectures can show."""
    known: dict[str, Path] = st.session_state.get("named", {})
    infos = {}
    for name, folder in known.items():
        with suppress(ModelError):  # its folder has gone meanwhile
            infos[name] = _info(name, folder)
    return {name: info for name, info in infos.items() if info.architecture in architectures}


def admit(name: str, architectures: Sequence[str]) -> None:
    """Take up a model that a link names, or say on the page why it cannot be shown here."""
    try:
        if name not in st.session_state.get("named", {}):
            folder = _allowed(name)
            offer(place(name.removeprefix(PREFIX), folder), folder)
        if name not in offered(architectures):
            writes = not set(architectures) & {"hub_encoder", *SEERS}  # a page on writing
            st.warning(t("named.reads" if writes else "named.other", name=md(name.removeprefix(PREFIX))))
    except UserError as error:
        st.warning(why(error))


def _allowed(name: str) -> Path:
    """The folder of a model that may be shown without asking; else `ModelError`."""
    from core.hub.files import found
    from core.hub.naming import folders_allowed, named

    if name in _loaded():
        return _loaded()[name]
    typed = name.removeprefix(PREFIX)
    asked = named(typed)
    folder = found(asked) if folders_allowed() and asked.folder else None
    if folder is None or described(folder, typed)[0] > LARGE:
        raise ModelError("named_not_loaded", name=typed)
    return folder


@st.cache_resource(show_spinner=False)
def _in_memory() -> dict[tuple[Path, str], HubModel]:
    """One such model for all sessions: another one takes its place."""
    return {}


@contextmanager
def using(name: str) -> Iterator[HubModel]:
    """The model and its weights, for this thread alone; `ModelError` for one that nobody has loaded here."""
    typed, folder = name.removeprefix(PREFIX), _loaded().get(name)
    if folder is None:
        raise ModelError("named_not_loaded", name=typed)
    with _ONE_AT_A_TIME:
        there = _in_memory()
        if (folder, typed) not in there:
            import torch

            from core.hub.loading import load

            torch.set_num_threads(1)
            there.clear()  # before the next is loaded
            there[folder, typed] = load(folder, typed)
        yield there[folder, typed]


@st.cache_data(max_entries=6, show_spinner=False)
def run(name: str, text: str, search: Search, chosen: int, beside: Beside = NOTHING, *, _on_step: OnStep) -> Trace:
    """Everything the model did with a text, a pair or a picture; raises `UserError`."""
    from core.hub.tracing import trace
    from core.hub.vision import trace_picture

    with using(name) as model:
        if beside.picture:
            return trace_picture(model, beside.picture, beside.name)
        return trace(model, text, beside.pair, search, chosen, _on_step)


@st.cache_data(max_entries=6, show_spinner=False)
def forced(name: str, text: str, tokens: tuple[int, ...]) -> Trace:
    """The run of a text whose output is given; raises `UserError`."""
    from core.hub.tracing import trace_output

    with using(name) as model:
        return trace_output(model, text, tokens)
