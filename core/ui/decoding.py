"""The page Decoding: what it asks for, and what a click in a picture chooses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from core.samples import samples
from core.search import Sampling, Search, Tree
from core.shelf import ModelInfo
from core.trace import Floats, Trace
from core.ui import decoding_runs as runs
from core.ui.asking import ask, choice, into_link
from core.ui.language import t
from core.ui.running import forced, run
from core.ui.waiting import OnStep, attempt

HOW = ("greedy", "beam", "sampling")
FORCED, PATH = "forced", "path"  # ids joined by dots, in the link


# What is asked


class Asked(NamedTuple):
    """How to search: a beam of `width` with length penalty `alpha`, or one by one, drawn if there is a `sampling`."""

    width: int
    sampling: Sampling | None
    alpha: float = Search().alpha


def ask_search() -> Asked:
    """The search and its settings, in a row."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        how = choice("decoding.how", HOW)
        if how == "beam":
            width = st.slider(
                t("decoding.width"), 2, 8, 4, key="width", bind="query-params", persist_state="session", width=260,
                help=t("decoding.width.help"),
            )  # fmt: skip
            alpha = st.slider(
                t("decoding.alpha"), 0.0, 2.0, Search().alpha, 0.1, key="alpha", bind="query-params",
                persist_state="session", width=260, help=t("decoding.alpha.help"),
            )  # fmt: skip
            return Asked(width, None, alpha)
        return Asked(1, _sampling() if how == "sampling" else None)


def _sampling() -> Sampling:
    draw: Any = st.slider  # whole numbers where the limits are

    def slider(name: str, low: float, high: float, value: float, step: float) -> float:
        chosen: float = draw(
            t(f"decoding.{name}"), low, high, value, step, key=name, bind="query-params", persist_state="session",
            width=190, help=t(f"decoding.{name}.help"),
        )  # fmt: skip
        return chosen

    temperature = slider("temperature", 0.1, 2.0, 1.0, 0.1)
    top_k = int(slider("top_k", 0, 50, 0, 1))
    top_p = slider("top_p", 0.05, 1.0, 1.0, 0.05)
    seed = st.number_input(
        t("decoding.seed"), 1, 9999, 1, key="seed", bind="query-params", persist_state="session", width=110,
        help=t("decoding.seed.help"),
    )  # fmt: skip
    st.button(t("decoding.again"), on_click=_another_seed, icon="🎲")
    return Sampling(int(seed), temperature, top_k, top_p)


def _another_seed() -> None:
    st.session_state.seed = st.session_state.seed % 9999 + 1


# What a click chooses: tokens that are forced, and a path through the tree. Both belong to one text.


def _ids(key: str, info: ModelInfo, text: str) -> tuple[int, ...]:
    """The ids kept under `key` for this text, from the link at first; ids that no output has are none."""
    if f"{key} ids" not in st.session_state:
        asked = [part for part in st.query_params.get(key, "").split(".") if part.isdecimal() and part.isascii()]
        _keep(key, info, text, tuple(int(part[:9]) for part in asked))
    owner, ids = st.session_state[f"{key} ids"]
    if owner != (info.name, text) or not all(i < info.config.vocab_size for i in ids):
        ids = ()
    if info.config.eos in ids[:-1] or len(ids) > info.config.max_len:
        ids = ()
    into_link(key, ".".join(map(str, ids)), "")
    return tuple(ids)


def _keep(key: str, info: ModelInfo, text: str, ids: tuple[int, ...]) -> None:
    st.session_state[f"{key} ids"] = ((info.name, text), ids)


def force(info: ModelInfo, text: str, ids: tuple[int, ...]) -> None:
    """From now on the output begins with these tokens; none gives the model its freedom back."""
    _keep(FORCED, info, text, ids)
    _keep(PATH, info, text, ())


class Shown(NamedTuple):
    """What the pictures show. prefix: the forced tokens; node: in the tree, if the search is a beam.

    given: how many of the first steps wrote the text itself, where a model goes on with it.
    """

    trace: Trace
    prefix: tuple[int, ...]
    tree: Tree | None = None
    node: int = 0
    drawn: Floats | None = None
    given: int = 0

    @property
    def tokens(self) -> tuple[int, ...]:
        return self.trace.ids[self.given :]

    @property
    def whole(self) -> bool:
        """Is it an output, not a hypothesis on its way?"""
        return self.tree is None or self.tree.nodes[self.node].fate == "ended"


def search(info: ModelInfo, text: str, asked: Asked) -> Shown | None:
    """Look for an output, or say on the page why there is none."""
    prefix = _ids(FORCED, info, text)
    if asked.width == 1:
        ran = attempt(
            lambda heard: (run(info.name, text, 1, 0, asked.sampling, prefix, heard), runs.given(info.name, text)),
            f"run {info.name} {asked.sampling} {prefix} {text}",
        )
        if ran is None:
            return None
        trace, given = ran
        if asked.sampling is None:
            return Shown(trace, prefix, given=given)
        ids, tokens = [[one.id or 0 for one in step.top] for step in trace.steps], trace.ids[given:]
        return Shown(trace, prefix, None, 0, runs.drawn(info.name, text, tokens, asked.sampling, ids), given)
    found = attempt(
        lambda heard: runs.tree(info.name, text, asked.width, asked.alpha, prefix, heard),
        f"tree {info.name} {asked.width} {asked.alpha} {prefix} {text}",
    )
    if not found:
        return None
    path = _ids(PATH, info, text)
    here = (i for i, node in enumerate(found.nodes) if node.step == len(path) and found.tokens(i) == path)
    node = next(here, found.found[0])
    outcome = forced(info.name, text, found.tokens(node))
    return Shown(outcome, prefix, found, node, given=runs.given(info.name, text))


def choose(info: ModelInfo, text: str, shown: Shown) -> Callable[[int], None]:
    """What a click in the tree does: look at that hypothesis."""

    def chosen(node: int) -> None:
        if shown.tree and node < len(shown.tree.nodes):
            _keep(PATH, info, text, shown.tree.tokens(node))

    return chosen


def free_text(info: ModelInfo, text: str, asked: Asked) -> str:
    """What the same search writes when nothing is forced; "…" if a person stopped it."""

    def write(heard: OnStep) -> str:
        if asked.width == 1:
            return run(info.name, text, 1, 0, asked.sampling, (), heard).tgt_text
        found = runs.tree(info.name, text, asked.width, asked.alpha, (), heard)
        return forced(info.name, text, found.tokens(found.found[0])).tgt_text

    return attempt(write, f"free {info.name} {asked} {text}") or "…"


def goes_on(info: ModelInfo) -> bool:
    """Does this model have no encoder? It translates nothing: it goes on with the text."""
    return info.architecture in ("gpt", "hub_decoder")


def ask_text(info: ModelInfo) -> str:
    """The sentence; a model that goes on with it has examples that are not at their end."""
    return ask("decoding", info, examples_of="continuation" if goes_on(info) else "")


def said(key: str, info: ModelInfo) -> str:
    """What is said of a translation, or the same of a continuation."""
    return t(f"{key}.continuation" if goes_on(info) else key)


def ask_reference(info: ModelInfo, text: str) -> str:
    """An output to compare with: the example's own translation, until somebody types another."""
    known = {one.text: dict(one.references).get(info.tgt, "") for one in samples("decoding", info.src, info.tgt)}
    asked: str | None = st.session_state.get("reference", st.query_params.get("reference"))
    now, (before, filled) = (text, info.tgt), st.session_state.get("reference of", (None, ""))
    if before != now and (not asked or asked == filled or asked in known.values()):
        st.session_state.reference = filled = known.get(text, "")
    st.session_state["reference of"] = now, filled
    reference: str | None = st.text_input(
        said("decoding.reference", info), key="reference", bind="query-params",
        placeholder=said("decoding.reference.placeholder", info),
    )  # fmt: skip
    return reference or ""
