"""The page Compare: what its two sides are, and their cached runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from core.measures import Pick, by_word, pooled
from core.samples import samples
from core.shelf import ModelInfo, same_pieces
from core.trace import AttentionMap, Trace
from core.ui import named
from core.ui.asking import choice, known_models, pick, select
from core.ui.beside import second_beside
from core.ui.language import md, t
from core.ui.named import Beside
from core.ui.running import forced, run, run_or_say
from core.ui.showing import pick_name
from core.ui.waiting import attempt

SAME = "same"
# A model without any attention has no maps.
ARCHITECTURES = ("transformer", "seq2seq", "bert", "gpt", *named.READERS, *named.SEERS)
# What the link holds, of A and of B.
LINKED = (
    "sentence", "model", "kind", "layer", "head", "unit", "stretch", "compare.sentence", "compare.model",
    "compare.forced", "compare.kind", "compare.layer", "compare.head", "compare.view", "compare.shared",
    "compare.side", "compare.over", "compare.colour", "measure", "measure.sorted", "anymodel.pair",
)  # fmt: skip


class Side(NamedTuple):
    """A or B: a run, one kind of its attention, by word or by piece, and the layer and head chosen."""

    name: str
    trace: Trace
    attn: AttentionMap
    layer: Pick
    head: Pick

    @property
    def one(self) -> AttentionMap:
        return pooled(self.attn, self.layer, self.head)

    @property
    def title(self) -> str:
        return f"{self.name} · {pick_name(self.layer, self.head)}"

    def same_heads(self, other: Side) -> bool:
        """Are the other side's heads the same ones, of the same run?"""
        return self.trace is other.trace and self.attn.kind == other.attn.kind

    def choose(self, layer: Pick, head: Pick) -> None:
        """In a callback: before the widgets are drawn again."""
        prefix = "" if self.name == "A" else "compare."
        for key, at in (("layer", layer), ("head", head)):
            st.session_state[f"{prefix}{key}"] = at if isinstance(at, str) else str(at + 1)


def runs(info: ModelInfo, text: str, beside: Beside) -> tuple[Trace, Trace] | None:
    """A's run and B's, each with its output on the page; a sentence where one cannot be.

    beside: what a named model reads with A's sentence, or in its place; B reads it, too.
    """
    left, right = st.columns(2, gap="medium")
    with right:
        other, other_text = _other(info, text)
        with_b = second_beside(info, other, beside)
    with left:
        a = run_or_say(info, text, beside=beside)
        if a:
            _output("A", a)
    with right:
        if not a or (other.name, other_text) == (info.name, text):
            return (a, a) if a else None
        b = _second(a, info, other, other_text, with_b) if with_b else None
        if b:
            _output("B", b)
    return (a, b) if b else None


def _other(info: ModelInfo, text: str) -> tuple[ModelInfo, str]:
    """B's model and sentence: A's, unless others are asked for."""
    infos = {name: one for name, one in known_models(ARCHITECTURES).items() if one.config.kinds}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed: str = st.text_input(
            t("compare.sentence"), key="compare.sentence", bind="query-params", placeholder=t("compare.sentence.same"),
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        names = {SAME: t("compare.model.same")} | {name: name for name in infos}
        chosen = select("compare.model", names, t("compare.model"), label=False) if len(infos) > 1 else SAME
    model = infos.get(chosen, info)
    return model, text if model.architecture in named.SEERS else typed.strip() or text


def _second(a: Trace, info: ModelInfo, other: ModelInfo, text: str, beside: Beside) -> Trace | None:
    """B's run of another model or sentence; its output may be A's, so that the decoders' axes agree."""
    tokens = a.ids
    can = "cross" in a.kinds and bool(tokens) and len(tokens) == len(a.steps) and same_pieces(info, other)
    wanted = st.toggle(
        t("compare.forced"), key="compare.forced", bind="query-params", persist_state="session", disabled=not can,
        help=t("compare.forced.help") if can else t("compare.forced.cannot"),
    )  # fmt: skip
    if wanted and can:
        return attempt(lambda heard: forced(other.name, text, tokens), f"forced {other.name} {tokens} {text}")
    return attempt(
        lambda heard: run(other.name, text, on_step=heard, beside=beside), f"B {other.name} {beside.pair} {text}"
    )


def _output(name: str, trace: Trace) -> None:
    """One that only reads has none."""
    st.markdown(f"**{name}** → {md(trace.tgt_text)}" if trace.tgt_text else f"**{name}**: {md(trace.src_text)}")


class Chosen(NamedTuple):
    """Both sides, and the view."""

    a: Side
    b: Side
    view: str

    def one_side(self) -> Side:
        """Ask whose heads to see, where a view shows many: a click then chooses that side's head."""
        return self.a if choice("compare.side", ("a", "b"), label=False) == "a" else self.b


def choose(traces: tuple[Trace, Trace], info: ModelInfo, views: Sequence[str]) -> Chosen:
    """Ask for the view, and for each side's attention, layer and head; by word or by piece is the same for both."""
    a, b = traces
    left, right = st.columns(2, gap="medium")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = choice("compare.view", views, label=False)
        unit = choice("unit", ("word", "piece"), label=False)
        st.toggle(t("stretch"), key="stretch", bind="query-params", help=t("compare.stretch.help"))
    with left, st.container(horizontal=True, vertical_alignment="bottom"):
        kind = select("kind", {one: t(f"kind.{one}") for one in a.kinds}, t("compare.kind.a"))
        first = _side("A", a, kind, unit, "", ("1", "1"))
    with right, st.container(horizontal=True, vertical_alignment="bottom"):
        names = {SAME: t("compare.kind.same")} | {one: t(f"kind.{one}") for one in b.kinds}
        chosen = select("compare.kind", names, t("compare.kind"))
        other = kind if chosen == SAME else chosen
        second = _side("B", b, other if other in b.kinds else b.kinds[0], unit, "compare.", _shown_first(info))
    return Chosen(first, second, view)


def _side(name: str, trace: Trace, kind: str, unit: str, prefix: str, defaults: Sequence[str]) -> Side:
    attn = by_word(trace[kind]) if unit == "word" else trace[kind]
    picks = [
        pick(f"{prefix}{term}", count, term=term, default=str(min(int(default), count)))
        for term, count, default in zip(("layer", "head"), (attn.n_layers, attn.n_heads), defaults, strict=True)
    ]
    return Side(name, trace, attn, picks[0], picks[1])


def _shown_first(info: ModelInfo) -> tuple[str, str]:
    """B's layer and head before anybody has chosen: those of the first example."""
    examples = samples("compare", info.src, info.tgt)
    choices = dict(examples[0].choices) if examples else {}
    return str(choices.get("compare.layer", 1)), str(choices.get("compare.head", 2))
