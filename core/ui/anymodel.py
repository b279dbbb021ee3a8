"""The page Any model: from what was typed to a run; before anything leaves the machine, and before much memory goes,
the person is told and asked."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core import i18n
from core.errors import ModelError, UserError
from core.trace import Trace
from core.ui.language import language, md, t
from core.ui.waiting import OnStep, attempt

if TYPE_CHECKING:
    from core.hub.loading import HubModel
    from core.hub.naming import Named

LARGE = 500_000_000  # bytes: beyond it loading is asked for
MB = 1_000_000
_ONE_AT_A_TIME = threading.Lock()  # or two such models would be in memory


@st.cache_resource(max_entries=1, show_spinner=False)
def _load(folder: Path, name: str) -> HubModel:
    """One such model in memory for all sessions: another one takes its place."""
    import torch

    from core.hub.loading import load

    torch.set_num_threads(1)
    return load(folder, name)


@st.cache_data(max_entries=64, show_spinner=False)
def described(folder: Path, name: str) -> tuple[int, str]:
    """Bytes in memory and family, from the config alone; raises `ModelError`."""
    from core.hub.loading import bytes_needed, family, read_config

    config = read_config(folder, name)
    return bytes_needed(config), family(config)


@st.cache_data(max_entries=4, show_spinner=False)
def run(folder: Path, name: str, text: str, pair: str, picture: bytes, _on_step: OnStep) -> Trace:
    """Everything the model did with a text, a pair or a picture; raises `UserError`."""
    from core.hub.tracing import trace
    from core.hub.vision import trace_picture

    with _ONE_AT_A_TIME:
        model = _load(folder, name)
        if picture:
            return trace_picture(model, picture)
        return trace(model, text, pair, on_step=_on_step)


def folder_or_ask(typed: str) -> Path | None:
    """Where the named model lies on this machine; a sentence or a question where it does not."""
    from core.hub.files import found
    from core.hub.naming import hub_allowed, named

    try:
        name = named(typed)
        folder = found(name)
        if folder is None and not hub_allowed():
            raise ModelError("hub_off", name=name.name)
    except UserError as error:
        st.warning(md(i18n.sentence(language(), error)))
        return None
    return folder or _fetched(name)


def _fetched(name: Named) -> Path | None:
    """Ask the person, then the Hub for the size, then the person again, then fetch."""
    from core.hub.files import download_size, fetch

    if not _agreed("ask", name.name, t("anymodel.leaves", name=md(name.name))):
        return None
    sizes: dict[str, int] = st.session_state.setdefault("anymodel.sizes", {})
    if name.name not in sizes:
        size = attempt(lambda heard: download_size(name), f"size {name.name}")
        if size is None:
            _again("ask", name.name)
            return None
        sizes[name.name] = size
    if not _agreed("fetch", name.name, t("anymodel.size", name=md(name.name), size=_mb(sizes[name.name]))):
        return None
    folder = attempt(
        lambda heard: fetch(name, lambda done, total: heard(done // MB, -(-total // MB))),
        f"fetch {name.name}", step="anymodel.step",
    )  # fmt: skip
    if folder is None:
        _again("fetch", name.name)
    return folder


def may_load(folder: Path, name: str) -> str | None:
    """The model's family, once its size is on the page and, where it is large, agreed to."""
    found = attempt(lambda heard: described(folder, name), f"config {folder}")
    if found is None:
        return None
    size, family = found
    said = t("anymodel.memory", name=md(name), size=_mb(size), family=t(f"anymodel.family.{family}"))
    if size > LARGE:
        return family if _agreed("load", name, said) else None
    st.caption(said)
    return family


def _agreed(what: str, name: str, question: str) -> bool:
    """Has this session said yes to just this? If not, ask."""
    agreed: set[tuple[str, str]] = st.session_state.setdefault("anymodel.agreed", set())
    if (what, name) in agreed:
        return True
    st.info(question)
    st.button(t(f"anymodel.{what}"), key=f"anymodel.{what}", type="primary", on_click=agreed.add, args=((what, name),))
    return False


def _again(what: str, name: str) -> None:
    """After a failure nothing leaves the machine again by itself."""
    st.session_state["anymodel.agreed"].discard((what, name))


def _mb(size: int) -> str:
    return f"{size / MB:,.1f} MB"
