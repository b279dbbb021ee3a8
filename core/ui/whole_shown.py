"""The page The whole model beside its picture: the sentence that reads it, the table, the files, the link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core.components.whole import SHOWN, View
from core.export import rows_to_csv
from core.figures.labels import query_names, tokens
from core.trace import Floats, Trace
from core.ui.language import md, t
from core.ui.showing import file_stem, share
from core.ui.whole import LINKED, codes

if TYPE_CHECKING:
    from core.lab.whole import Whole


class Row(NamedTuple):
    """One block on a token's way. reads: (name, weight) of what it reads most, on average over heads; None: nothing."""

    code: str
    name: str
    reads: tuple[str, float] | None
    out: float | None
    after: float


def rows(trace: Trace, found: Whole, view: View) -> Iterator[Row]:
    """The way of the followed token, block by block."""
    side, at = place(view)
    names = [one.name.split("/") for one in found.vectors if one.axes[0] == side]
    for code in dict.fromkeys(code for code, part in names if part in ("sum", "after")):
        last = "sum" if code == side else "after"
        out = None if [code, "out"] not in names else float(np.linalg.norm(found[f"{code}/out"][at]))
        yield Row(
            code, block_name(code), _reads(trace, code, at), out, float(np.linalg.norm(found[f"{code}/{last}"][at]))
        )


def place(view: View) -> tuple[str, int]:
    side, at = view.token.split("-")
    return side, int(at)


def block_name(code: str) -> str:
    """`Encoder, layer 2, self-attention` in the person's language."""
    side = t("whole.encoder" if code in ("src", "memory") or code[0] == "e" else "whole.decoder")
    if "." not in code:
        return f"{side} · {t('whole.block.embed' if code in ('src', 'tgt') else 'whole.block.norm')}"
    where, what = code.split(".")
    what = "masked" if what == "self" and where[0] == "d" else what
    return f"{side} · {t('whole.layer', layer=where[1:])} · {t(f'whole.block.{what}')}"


def _reads(trace: Trace, code: str, at: int) -> tuple[str, float] | None:
    kind = {"self": "encoder_self" if code[0] == "e" else "decoder_self", "cross": "cross"}.get(code.partition(".")[2])
    if kind is None:
        return None
    attn = trace[kind]
    row = attn.weights[int(code[1 : code.index(".")]) - 1, :, at].mean(0)
    best = int(row.argmax())
    return tokens(attn.keys)[best], float(row[best])


def read(trace: Trace, found: Whole, view: View) -> None:
    """The picture in a sentence, from its numbers."""
    side, at = place(view)
    way = list(rows(trace, found, view))
    looks = ", ".join(
        t("whole.look", key=md(row.reads[0]), layer=row.code[1 : row.code.index(".")], weight=f"{row.reads[1]:.2f}")
        for row in way if row.reads and row.code.endswith("self")
    )  # fmt: skip
    st.markdown(_read_source(trace, at, way, looks) if side == "src" else _read_target(trace, at, looks))


def _read_source(trace: Trace, at: int, way: list[Row], looks: str) -> str:
    cross = trace["cross"]
    weights = cross.weights.mean((0, 1))[:, at]
    best = int(weights.argmax())
    return t(
        "whole.read.src", token=md(tokens(cross.keys)[at]), start=f"{way[0].after:.1f}", end=f"{way[-1].after:.1f}",
        looks=looks, reader=f"‘{md(query_names(cross.queries)[best])}’", weight=f"{weights[best]:.2f}",
    )  # fmt: skip


def _read_target(trace: Trace, at: int, looks: str) -> str:
    cross, step = trace["cross"], trace.steps[at]
    weights = cross.weights.mean((0, 1))[at]
    best = int(weights.argmax())
    second = next(one for one in step.top if one.id != step.written.id)
    return t(
        "whole.read.tgt", token=md(tokens(cross.queries)[at]), looks=looks, weight=f"{weights[best]:.2f}",
        source=f"‘{md(tokens(cross.keys)[best])}’", word=md(step.written.token), second=md(second.token),
        p=_probability(step.written.log_prob), q=_probability(second.log_prob),
    )  # fmt: skip


def _probability(log_prob: float) -> str:
    return f"{np.exp(log_prob):.2f}"


def table(trace: Trace, found: Whole, view: View) -> None:
    """The followed token's way as a table, for those who cannot see the picture, or want its numbers."""
    head = "| " + " | ".join(t(f"whole.table.{name}") for name in ("block", "reads", "out", "after")) + " |"
    lines = [head, "| --- | --- | ---: | ---: |"]
    for row in rows(trace, found, view):
        reads = f"‘{md(row.reads[0])}’ {row.reads[1]:.3f}" if row.reads else ""
        lines.append(f"| {row.name} | {reads} | {'' if row.out is None else f'{row.out:.2f}'} | {row.after:.2f} |")
    with st.expander(t("whole.table")):
        st.markdown(t("whole.table.about", token=md(_name(trace, view))))
        st.markdown("\n".join(lines))


def _name(trace: Trace, view: View) -> str:
    side, at = place(view)
    cross = trace["cross"]
    return tokens(cross.keys)[at] if side == "src" else query_names(cross.queries)[at]


def downloads(trace: Trace, found: Whole, view: View) -> None:
    """The followed token's vectors, the whole run with all vectors, and a link to what is shown."""
    stem = file_stem(trace.src_text, trace.model)
    with st.container(horizontal=True, gap="small"):
        st.download_button(t("save.csv"), lambda: to_csv(found, view), f"{stem}_{view.token}.csv", "text/csv",
                           on_click="ignore", help=t("whole.csv.help"))  # fmt: skip
        st.download_button(t("save.npz"), lambda: replace(trace, series=found.vectors).to_npz(), f"{stem}_whole.npz",
                           on_click="ignore", help=t("whole.npz.help", n=SHOWN))  # fmt: skip
        shown = {f"whole.{name}": code for name, code in zip(LINKED, codes(view), strict=True)}
        share("sentence", "model", "beam", "hypothesis", **shown)


def to_csv(found: Whole, view: View) -> str:
    """A row for each strip of the followed token, its dimensions from left to right, behind its name."""
    side, at = place(view)
    rows: dict[str, Floats] = {one.name: one.values[at] for one in found.vectors if one.axes[0] == side}
    longest = max(map(len, rows.values()))
    table: list[list[str | float]] = [[name, *(float(f"{value:.6g}") for value in row)] for name, row in rows.items()]
    return rows_to_csv(["", *(str(i + 1) for i in range(longest))], table)
