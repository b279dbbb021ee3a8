"""The page Alignment: which translators stand side by side, what each has written, and the row that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from core.errors import UserError
from core.figures.labels import query_names
from core.measures import Pick, aligned, clearest, pooled
from core.shelf import ModelInfo
from core.trace import AttentionMap, Axis, Floats, Trace
from core.ui import alignment_runs as runs
from core.ui.asking import known_models, pick, select
from core.ui.language import md, t, why
from core.ui.waiting import attempt

if TYPE_CHECKING:
    from core.lab.alignment import Looks

MODELS = ("transformer", "seq2seq")
# The kinds of attention that are set beside each other, in order.
FAMILIES = {
    "none": ("none",), "bahdanau": ("bahdanau",), "luong": ("general", "dot", "concat"), "local": ("local-p", "local-m")
}  # fmt: skip
OWN, TYPED = "own", "typed"
LINKED = (
    "sentence", "model", "alignment.target", "alignment.reference", "alignment.layer", "alignment.head",
    "alignment.model", "alignment.word", "alignment.part", "alignment.a", "alignment.b", "alignment.temperature",
    "alignment.window", "stretch",
)  # fmt: skip


class Column(NamedTuple):
    """One translator. one: its map of one layer and head; None without attention, and then `looks` too."""

    info: ModelInfo[Any]
    label: str
    trace: Trace
    one: AttentionMap | None
    queries: Axis
    keys: Axis
    looks: Looks | None

    @property
    def tokens(self) -> tuple[int, ...]:
        return self.trace.ids

    @property
    def weights(self) -> Floats:
        """[query, key]; no number where the query may not look, or looks at nothing."""
        nothing = np.float32(np.nan)
        if self.one is None:
            return np.full((len(self.queries), len(self.keys)), nothing, np.float32)
        weights = self.one.head(0, 0)
        return np.where(self.looks.visible, weights, nothing) if self.looks else weights


class Chosen(NamedTuple):
    """The columns, the one whose steps are followed, and its row. forced: do all of them write the same?"""

    text: str
    columns: tuple[Column, ...]
    at: int
    row: int
    forced: bool
    layer: Pick
    head: Pick

    @property
    def column(self) -> Column:
        return self.columns[self.at]


def translators(info: ModelInfo[Any]) -> dict[str, ModelInfo[Any]]:
    """The recurrent ones in the order of FAMILIES, then one Transformer: the chosen one, or the widest."""
    known: dict[str, ModelInfo[Any]] = {
        name: one for name, one in known_models(MODELS).items() if (one.src, one.tgt) == (info.src, info.tgt)
    }  # fmt: skip
    order = [attention for family in FAMILIES.values() for attention in family]
    recurrent = [one for one in known.values() if one.architecture == "seq2seq"]
    recurrent.sort(key=lambda one: (order.index(one.config.attention), one.name))
    wide = sorted((one for one in known.values() if one.architecture == "transformer"), key=lambda o: -o.config.d_model)
    first = info if info.architecture == "transformer" else None
    return {one.name: one for one in [*recurrent, *([first] if first else wide[:1])]}


def say_missing(infos: dict[str, ModelInfo[Any]]) -> None:
    """Which kinds of translator are not on the shelf yet."""
    have = {one.config.attention for one in infos.values() if one.architecture == "seq2seq"}
    missing = [t(f"alignment.family.{name}") for name, kinds in FAMILIES.items() if not have & set(kinds)]
    if missing:
        st.info(t("alignment.missing", models=", ".join(missing), folder="assets/models"))


def choose(info: ModelInfo, text: str) -> Chosen | None:
    """Run the translators, and ask for the target, the Transformer's head, the model and the word."""
    infos = translators(info)
    say_missing(infos)
    names = tuple(infos)
    own = _said(attempt(lambda heard: runs.all_of(names, text, None, heard), f"all {names} {text}",
                        step="alignment.run"))  # fmt: skip
    if not own:
        return None
    labels = _labels([infos[name] for name in own])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = _target(own, labels, infos)
        layer, head = _head(own)
        st.toggle(t("stretch"), key="stretch", bind="query-params", help=t("alignment.stretch.help"))
    shown = own if not target else _said(
        attempt(lambda heard: runs.all_of(names, text, target, heard), f"all {names} {text} {target}",
                step="alignment.run")
    )  # fmt: skip
    if not shown:
        return None
    columns = tuple(_column(infos[name], labels[name], trace, text, layer, head) for name, trace in shown.items())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        at = _model(columns, info)
        row = _word(columns[at])
    return Chosen(text, columns, at, row, bool(target), layer, head)


def _said(found: runs.Found | None) -> dict[str, Trace]:
    """What was found; a sentence for each translator that could not."""
    if not found:
        return {}
    for name, error in found.failed:
        st.warning(f"**{md(name)}**: {why(UserError(error[0], **dict(error[1])))}")
    return dict(found.traces)


def _labels(infos: Sequence[ModelInfo]) -> dict[str, str]:
    """A short name of each; with the model's own where two have the same."""
    short = [t(f"alignment.attention.{getattr(one.config, 'attention', 'transformer')}") for one in infos]
    return {
        one.name: label if short.count(label) == 1 else f"{label} · {one.name}"
        for one, label in zip(infos, short, strict=True)
    }  # fmt: skip


def _target(own: dict[str, Trace], labels: dict[str, str], infos: dict[str, ModelInfo]) -> runs.Target | None:
    """The text that all of them write; None where each writes its own."""
    names = {OWN: t("alignment.target.own"), TYPED: t("alignment.target.typed")}
    names |= {name: t("alignment.target.of", model=labels[name]) for name in own}
    chosen = select(
        "alignment.target", names, t("alignment.target"), default=OWN, width=230, about=t("alignment.target.help")
    )
    if chosen == TYPED:
        typed: str = st.text_input(
            t("alignment.reference"), key="alignment.reference", bind="query-params", persist_state="session",
            placeholder=t("alignment.reference.placeholder"), width=320,
        )  # fmt: skip
        return runs.Target(typed.strip()) if typed.strip() else None
    return None if chosen == OWN else runs.written(own[chosen], infos.values())


def _head(own: dict[str, Trace]) -> tuple[Pick, Pick]:
    """Of the Transformer; without one there is nothing to ask."""
    many = [trace["cross"] for trace in own.values() if "cross" in trace.kinds and len(trace.kinds) > 1]
    if not many:
        return 0, 0
    layer = pick("alignment.layer", many[0].n_layers, term="layer", default=str(many[0].n_layers))
    return layer, pick("alignment.head", many[0].n_heads, term="head", default="mean")


def _column(info: ModelInfo, label: str, trace: Trace, text: str, layer: Pick, head: Pick) -> Column:
    if "cross" not in trace.kinds:
        return Column(info, label, trace, None, _queries(trace), runs.bottleneck(info.name, text).sources, None)
    attn = trace["cross"]
    several = info.architecture == "transformer"
    one = pooled(attn, layer, head) if several else pooled(attn, 0, 0)
    looks = None if several else runs.looks(info.name, text, trace.ids)
    return Column(info, label, trace, one, attn.queries, attn.keys, looks)


def _queries(trace: Trace) -> Axis:
    """A decoder's inputs by the tokens it wrote, where no map names them."""
    written = tuple(step.written.token for step in trace.steps)
    tokens = ("<s>", *written[:-1])
    return Axis(tokens, tuple(range(len(tokens))), tokens, tuple(i == 0 for i in range(len(tokens))), written)


def partners(base: Axis, other: Axis, of: int) -> tuple[int, ...]:
    """For each query of `other` the number of the one in `base` that is about to write the same; else one of its own.

    of: which column `other` is, so that no two have a number of their own in common.
    """
    both = [replace(axis, tokens=axis.writes, writes=()) for axis in (base, other)]
    return tuple(
        (of + 1) * 10_000 + j if place is None else place for j, place in enumerate(aligned(both[0], both[1]))
    )  # fmt: skip


def _model(columns: Sequence[Column], info: ModelInfo) -> int:
    """The translator whose steps are followed: at first the sidebar's, if it looks through recurrent attention."""
    names = [column.info.name for column in columns]
    able = [column.info.name for column in columns if column.looks]
    first = info.name if info.name in able else [*able, *names][0]
    labels = {column.info.name: column.label for column in columns}
    return names.index(select("alignment.model", labels, t("alignment.model"), default=first, width=200))


def _word(column: Column) -> int:
    """The row that is followed: at first the clearest look of one that writes a word."""
    best = clearest(_writing(column.one)) if column.one is not None else None
    names = {str(i + 1): f"{i + 1}. {name}" for i, name in enumerate(query_names(column.queries))}
    first = str(best.query + 1 if best else 1)
    return int(select("alignment.word", names, t("alignment.word"), default=first, width=220)) - 1


def _writing(one: AttentionMap) -> AttentionMap:
    """The map in which a row that writes no word counts as special, and one that reads `<s>` does not."""
    blank = tuple(not any(letter.isalnum() for letter in token) or token == "</s>" for token in one.queries.writes)
    return replace(one, queries=replace(one.queries, special=blank))
