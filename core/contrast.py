"""Two maps against each other, in words: which token differs where the axes do, and what differs where they agree."""

from __future__ import annotations

import numpy as np

from core.i18n import translate
from core.measures import Mismatch, difference
from core.reading import name, quoted, read_aloud
from core.trace import AttentionMap, Floats

SMALLEST = 0.005  # a difference below this is not worth a word


def disagreement(found: tuple[Mismatch, ...], language: str) -> str:
    """Why there is no difference map: the first place of each axis where the two maps have not the same token."""
    sides: dict[str, str] = {one.side: _where(one, language) for one in found}
    if len(set(sides.values())) == 1 < len(sides):  # a sentence that looks at itself
        sides = {"both": sides["query"]}
    parts = [f"{translate(language, f'compare.side.{side}')} {where}" for side, where in sides.items()]
    return translate(language, "compare.differ", where=translate(language, "compare.and").join(parts))


def _where(one: Mismatch, language: str) -> str:
    a, b = one.tokens
    if a is not None and b is not None:
        return translate(language, "compare.differ.token", place=one.place + 1, a=quoted(a), b=quoted(b))
    ended, token = ("A", b) if a is None else ("B", a)
    return translate(language, "compare.differ.ended", place=one.place + 1, token=quoted(token or ""), ended=ended)


def contrast(a: AttentionMap, b: AttentionMap, language: str) -> str:
    """Where B looks more or less than A, the most of all, and how much of a query's attention moves on average.

    Both are maps of one layer and head whose axes agree. Of special keys, and queries that write nothing, it says
    nothing unless there are no others.
    """
    moved = difference(a, b)
    if float(np.abs(moved).max(initial=0)) < SMALLEST:
        return translate(language, "compare.same_maps", smallest=SMALLEST)
    query, key = _largest(moved, a)
    lines = [_gain(a, b, query, key, language)]
    row = np.where(np.sign(moved[query]) == -np.sign(moved[query, key]), np.abs(moved[query]), 0)
    other = int(row.argmax())
    if row[other] >= SMALLEST:
        lines.append(_back(a, b, query, other, language))
    if a.normalised and b.normalised:
        share = f"{float(np.abs(moved).sum(-1).mean()) / 2:.2f}"
        lines.append(translate(language, "compare.moved", share=share))
    return " ".join(lines)


def _largest(moved: Floats, a: AttentionMap) -> tuple[int, int]:
    size = np.abs(moved)
    typed = np.array([bool(a.queries.writes) or not special for special in a.queries.special])
    kept = size * np.outer(typed, ~np.array(a.keys.special))
    size = kept if kept.max(initial=0) >= SMALLEST else size
    query, key = np.unravel_index(int(size.argmax()), size.shape)
    return int(query), int(key)


def _gain(a: AttentionMap, b: AttentionMap, query: int, key: int, language: str) -> str:
    before, after = float(a.head(0, 0)[query, key]), float(b.head(0, 0)[query, key])
    return translate(
        language, "compare.more" if after > before else "compare.less", gain=f"{abs(after - before):.2f}",
        key=name(a.keys, key, language), query=_query(a, query, language), a=f"{before:.2f}", b=f"{after:.2f}",
    )  # fmt: skip


def _back(a: AttentionMap, b: AttentionMap, query: int, key: int, language: str) -> str:
    before, after = float(a.head(0, 0)[query, key]), float(b.head(0, 0)[query, key])
    return translate(
        language, "compare.back.more" if after > before else "compare.back.less", gain=f"{abs(after - before):.2f}",
        key=name(a.keys, key, language), a=f"{before:.2f}", b=f"{after:.2f}",
    )  # fmt: skip


def _query(attn: AttentionMap, query: int, language: str) -> str:
    """A decoder's query is named by its input and by the token it is about to write."""
    token = name(attn.queries, query, language)
    if not attn.queries.writes:
        return token
    return translate(language, "compare.writing", query=token, writes=quoted(attn.queries.writes[query]))


def side_by_side(a: AttentionMap, b: AttentionMap, language: str) -> str:
    """Two maps whose axes differ, each read aloud."""
    return " ".join(
        translate(language, "compare.each", which=which, reading=read_aloud(one, language))
        for which, one in (("A", a), ("B", b))
    )
