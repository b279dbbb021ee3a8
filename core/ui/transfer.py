"""The page Transfer: which BERT, which task, what learns of how many examples, and what was learned so far."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st

from core.errors import UserError
from core.shelf import ModelInfo
from core.text.tasks import MOST_BYTES, NAMES, Task, parse, shipped
from core.ui.asking import choice, come_through_app, known_models, model_picker, select
from core.ui.language import t, why
from core.ui.showing import lesson

OWN, FILE, TABLE = "own", "transfer.file", "transfer.own.data"
READS = ("mean", "first")
Job = tuple[str, Task, int, bool, int, int, str]  # the first fields of a `Point`
LINKED = ("sentence", "model", "transfer.task", "transfer.n", "transfer.frozen", "transfer.read", "transfer.part",
          "layer", "head")  # fmt: skip
SIZE = "8"  # examples of each label, to begin with


class Chosen(NamedTuple):
    """n: examples of each label. frozen: of the layers, so many stay as they are. read: what the output layer reads."""

    info: ModelInfo[Any]
    task: Task
    n: int
    frozen: int
    read: str

    @property
    def names(self) -> list[str]:
        """The labels; those of our tasks in the person's language."""
        own = self.task.name not in NAMES
        return [label if own else t(f"transfer.label.{label}") for label in self.task.labels]


class Point(NamedTuple):
    """One network that was trained: how, on what, and how well it did."""

    model: str
    task: Task
    frozen: int
    scratch: bool
    n: int
    seed: int
    read: str
    train: float
    test: float

    @property
    def job(self) -> Job:
        """What makes it this network and no other."""
        return self[:7]


def bert() -> ModelInfo[Any]:
    """The BERT chosen. Ends the page with a sentence if the shelf has none."""
    come_through_app()
    if not known_models(("bert",)):
        st.title(t("transfer.title"), anchor=False)
        st.info(t("transfer.missing", folder="assets/models"), icon="🧩")
        lesson("transfer")
        st.stop()
    return model_picker(("bert",))


def task() -> Task | None:
    """One of ours, or a table of the person's own; a sentence on the page where that cannot be read."""
    name = choice("transfer.task", (*NAMES, OWN), label=False)
    if name != OWN:
        return _shipped(name)
    st.file_uploader(
        t("transfer.own"), ["csv"], key=FILE, help=t("transfer.own.help"), max_upload_size=1, on_change=_keep_table
    )
    data: bytes | None = st.session_state.get(TABLE)
    if data is None:
        st.info(t("transfer.own.form", limit=MOST_BYTES // 1000))
        return None
    try:
        return _parsed(data)
    except UserError as error:
        st.warning(why(error))
        return None


def _keep_table() -> None:
    """In a callback: another page forgets what was uploaded, unless it is kept here; what is taken away goes."""
    file = st.session_state[FILE]
    st.session_state[TABLE] = file.getvalue() if file else None


@st.cache_resource(max_entries=4, show_spinner=False)  # no copies: a task never changes
def _shipped(name: str) -> Task:
    return shipped(name)


@st.cache_resource(max_entries=16, show_spinner=False)
def _parsed(data: bytes) -> Task:
    return parse(data, OWN)


def choose(info: ModelInfo[Any], of: Task) -> Chosen:
    """In one line: examples of each label, what learns, and what the output layer reads."""
    from core.lab.frozen import sizes

    layers = info.config.n_layers
    options = [str(n) for n in sizes(of.most)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        n = _select("transfer.n", {n: n for n in options}, SIZE if SIZE in options else options[-1])
        names = {str(k): t("transfer.frozen.0" if not k else "transfer.frozen.some", k=k) for k in range(layers)}
        frozen = _select("transfer.frozen", names, "0")
        reads = {read: t(f"transfer.read.{read}") for read in READS}
        read = _select("transfer.read", reads, READS[0])
    return Chosen(info, of, int(n), int(frozen), read)


def _select(key: str, names: dict[str, str], default: str) -> str:
    return select(key, names, t(key), default=default, width=230, about=t(f"{key}.help"))
