"""The page Predict, then look: questions on the person's own sentence, answered once, then shown."""

from __future__ import annotations

import zlib

import streamlit as st

from core.export import rows_to_csv
from core.figures.quiz import bare_map
from core.quiz import Question
from core.shelf import ModelInfo
from core.trace import Trace
from core.ui.language import md, t
from core.ui.showing import dark, file_stem, share

TURN = "quiz.turn"


def turn() -> int:
    """Which round it is; kept in the link."""
    typed = str(st.session_state.get(TURN) or st.query_params.get(TURN, "1"))
    st.session_state[TURN] = number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
    if number > 1:
        st.query_params[TURN] = str(number)
    elif TURN in st.query_params:
        del st.query_params[TURN]
    return max(number, 1)


def again() -> None:
    """In a callback: other heads, other words."""
    st.session_state[TURN] = int(st.session_state.get(TURN, 1)) + 1


def _key(one: Question, trace: Trace) -> str:
    """Another sentence, model or round asks anew."""
    asked = f"{trace.model} {trace.src_text} {st.session_state.get(TURN, 1)}"
    return f"quiz.{one.kind}.{zlib.crc32(asked.encode('utf-8', 'replace')):x}"


def ask(number: int, one: Question, trace: Trace) -> int | None:
    """A question, and once it is answered what is right and by which numbers. The answer; None until there is one."""
    key = _key(one, trace)
    with st.container(border=True):
        st.markdown(f"#### {number}. {_said(one, 'ask')}")
        if one.maps:
            _maps(one, key)
        given = _given().get(key)
        if given is None:
            st.radio(
                t("quiz.answer"), range(len(one.options)), format_func=one.options.__getitem__, index=None, key=key,
                horizontal=True, label_visibility="collapsed", on_change=_take, args=(key,),
            )  # fmt: skip
        else:
            st.radio(
                t("quiz.answer"), one.options, index=given, key=f"{key}.done", horizontal=True, disabled=True,
                label_visibility="collapsed",
            )  # fmt: skip
            _reveal(one, given)
    return given


def _given() -> dict[str, int]:
    """Answers of the session: who has seen the numbers cannot predict them, so the first one counts."""
    given: dict[str, int] = st.session_state.setdefault("quiz.given", {})
    return given


def _take(key: str) -> None:
    _given().setdefault(key, st.session_state[key])


def _said(one: Question, part: str) -> str:
    return md(t(f"quiz.{one.kind}.{part}", **dict(one.said)))


def _maps(one: Question, key: str) -> None:
    for place, name, weights, above in zip(st.columns(len(one.maps)), one.options, one.maps, one.numbers, strict=True):
        with place:
            st.markdown(f"**{name}**")
            alt = t("quiz.masked.alt", name=name, rows=weights.shape[0], columns=weights.shape[1], above=f"{above:.2f}")
            st.plotly_chart(
                bare_map(weights, dark=dark()), key=f"{key}.{name}", alt=alt, config={"displayModeBar": False}
            )


def _reveal(one: Question, given: int) -> None:
    right = given == one.answer
    head = t("quiz.right" if right else "quiz.wrong", answer=md(one.options[one.answer]))
    numbers = " · ".join(f"{md(option)} {number:.2f}" for option, number in zip(one.options, one.numbers, strict=True))
    (st.success if right else st.warning)(f"{head}\n\n{_said(one, 'why')} {numbers}")


def score(asked: tuple[Question, ...], given: list[int | None], info: ModelInfo, trace: Trace) -> None:
    """How many were right, all of it as a file, and another round."""
    answered = [answer is not None for answer in given]
    right = sum(one.answer == answer for one, answer in zip(asked, given, strict=True))
    if any(answered):
        st.markdown(t("quiz.score", right=right, answered=sum(answered), of=len(asked)))
    name = f"{file_stem(trace.src_text, info.name, 'quiz')}.csv"
    with st.container(horizontal=True, gap="small"):
        st.button(t("quiz.again"), key="quiz.again", icon="🎲", on_click=again)
        if any(answered):
            st.download_button(
                t("claims.save"), lambda: _table(asked, given, trace), name, "text/csv", on_click="ignore",
            )  # fmt: skip
        share("sentence", "model", TURN)


def _table(asked: tuple[Question, ...], given: list[int | None], trace: Trace) -> str:
    rows = [
        [
            trace.src_text,
            t(f"quiz.{one.kind}.ask", **dict(one.said)),
            "" if answer is None else one.options[answer],
            one.options[one.answer],
        ]
        for one, answer in zip(asked, given, strict=True)
    ]
    return rows_to_csv([t(f"quiz.column.{name}") for name in ("text", "question", "said", "so")], rows)
