"""The page Fill the blank: does the second sentence follow the first, and what tells the two apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core.cards import read_follows
from core.components.tokens import WORDS as TOKENS
from core.components.tokens import Token, tokens
from core.figures import blanks as figures
from core.figures.vision import bars
from core.text.stories import Ends, ends
from core.trace import Floats
from core.ui import blank as page
from core.ui.asking import from_link, into_link
from core.ui.blank import Reader
from core.ui.keeping import keep
from core.ui.language import md, t, texts
from core.ui.showing import dark, file_stem, picture
from core.ui.waiting import attempt

if TYPE_CHECKING:
    from core.lab import blanks as lab

STORY = 13  # of the grammar: the first pair
ENOUGH = 85  # of 100 held-out pairs: with fewer the answer means little
FIRST, SECOND, TOLD = "blank.first", "blank.second", "blank.told"


class Typed(NamedTuple):
    """Two sentences, cut up as one sequence."""

    first: str
    second: str
    pair: lab.Pair
    stem: str


def look(who: Reader) -> None:
    """Two sentences, the answer, and the vector that says which of them a token belongs to."""
    st.subheader(t("blank.next"), anchor=False)
    st.caption(t("blank.next.note"))
    right = read_follows(who.info.folder) if who.able else None
    if right is not None and right < ENOUGH:
        st.info(t("blank.next.weak", right=f"{right:.0f}"), icon="🤔")
    first, second = _ask()
    name = f"pair {who.info.name} {first} / {second}"
    pair = attempt(lambda heard: page.paired(who.info, first, second), name)
    if pair is None:
        return
    typed = Typed(first, second, pair, file_stem(first, "next-sentence"))
    answer, row = st.columns([2, 3], gap="medium")
    found = None
    with answer:
        if who.able:
            found = attempt(lambda heard: page.judged(who.info, first, second), f"judged {name}")
            _answer(found)
        else:
            st.info(t("blank.next.missing"), icon="🧩")
    with row:
        at = _row(who, typed)
    if found:
        _vectors(found, typed, at)
        st.download_button(
            t("blank.pair.json"), lambda: record(typed, found), f"{typed.stem}.json", "application/json",
            on_click="ignore",
        )  # fmt: skip


def _ask() -> tuple[str, str]:
    """Two fields, and buttons that put stories of the grammar into them."""
    state = st.session_state
    keep(FIRST)
    keep(SECOND)
    start = ends(STORY)
    left, right = st.columns(2, gap="medium")
    first: str = left.text_input(t("blank.first"), start.first, key=FIRST, bind="query-params")
    second: str = right.text_input(t("blank.second"), start.follows, key=SECOND, bind="query-params")
    told: int = state.setdefault(TOLD, STORY)

    def put(story: Ends, second: str) -> None:
        state[FIRST], state[SECOND] = story.first, second

    def another() -> None:
        state[TOLD] = told + 1
        put(ends(told + 1), ends(told + 1).follows)

    def swap() -> None:
        state[FIRST], state[SECOND] = second, first

    story = ends(told)
    with st.container(horizontal=True, gap="small"):
        st.button(t("blank.story"), key="blank.story", icon="🎲", on_click=another)
        st.button(t("blank.story.follows"), key="blank.story.follows", on_click=put, args=(story, story.follows))
        st.button(t("blank.story.other"), key="blank.story.other", on_click=put, args=(story, story.other))
        st.button(t("blank.story.swap"), key="blank.story.swap", on_click=swap)
    return first, second


def _answer(found: lab.Judged | None) -> None:
    if found is None:
        return
    names = [t("blank.follows"), t("blank.follows_not")]
    chances = np.array([found.follows, 1 - found.follows], np.float32)
    fig = bars(chances, names, t("blank.probability"), dark=dark())
    said = t("blank.next.said" if found.follows > 0.5 else "blank.next.said_not", chance=f"{found.follows:.1%}")
    picture(fig, key="blank.next", title=t("blank.next"), alt=said, stem="next-sentence")
    st.markdown(said)


def _row(who: Reader, typed: Typed) -> int:
    """Every token with its segment; one can be chosen where there are vectors to see."""
    pair = typed.pair
    options = [str(i) for i in range(len(pair.ids))]
    from_link("blank.token", options)
    at = int(into_link("blank.token", str(st.session_state.get("blank.token", "1")), "1"))
    shown = [
        Token(name, "b" if segment else "a", t("blank.segment.b" if segment else "blank.segment.a"), "",
              pair.axis.continues(i))
        for i, (name, segment) in enumerate(zip(pair.axis.tokens, pair.segments, strict=True))
    ]  # fmt: skip

    def put(i: int) -> None:
        st.session_state["blank.token"] = str(i)

    tokens(
        shown, title=t("blank.segments"), words=texts(TOKENS), file_stem=typed.stem, key="blank.segments",
        hint=t("blank.segments.choose" if who.able else "blank.segments.hint"), chosen=at if who.able else None,
        on_choose=put if who.able else None,
    )  # fmt: skip
    return at


def _vectors(found: lab.Judged, typed: Typed, at: int) -> None:
    """What is added up for the chosen token, and both segment vectors."""
    name, segment = typed.pair.axis.tokens[at], typed.pair.segments[at]
    letters = t("blank.segment.a"), t("blank.segment.b")
    rows = [
        (t("blank.vector.token", token=name), found.token[at]),
        (t("blank.vector.position", n=at), found.position[at]),
        (t("blank.vector.segment", segment=letters[segment]), found.segments[segment]),
        (t("blank.vector.total"), found.token[at] + found.position[at] + found.segments[segment]),
        (t("blank.vector.other", segment=letters[1 - segment]), found.segments[1 - segment]),
    ]
    a, b = found.segments
    lengths = {
        "token": name, "n": at, "segment": letters[segment], "own": _length(found.token[at]),
        "place": _length(found.position[at]), "a": _length(a), "b": _length(b), "apart": _length(a - b),
    }  # fmt: skip
    said = t("blank.vectors.said", **lengths)
    fig = figures.vectors(rows, t("blank.dimension"), dark=dark())
    picture(fig, key="blank.vectors", title=t("blank.vectors", token=name), alt=said, stem=f"{typed.stem}_{at}")
    st.markdown(md(said))


def record(typed: Typed, found: lab.Judged) -> str:
    """The answer, the tokens with their segments, and the vectors that are added."""
    tokens = [
        {"token": name, "segment": "AB"[segment], "token_vector": own.tolist(), "position_vector": place.tolist()}
        for name, segment, own, place in zip(
            typed.pair.axis.tokens, typed.pair.segments, found.token, found.position, strict=True
        )
    ]
    whole = {"first": typed.first, "second": typed.second, "follows": found.follows}
    segments = dict(zip("AB", found.segments.tolist(), strict=True))
    return json.dumps({**whole, "segment_vectors": segments, "tokens": tokens}, ensure_ascii=False)


def _length(vector: Floats) -> str:
    return f"{float(np.linalg.norm(vector)):.2f}"
