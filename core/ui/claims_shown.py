"""The page True or false: a statement, what the person says of it, and then the numbers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from core.export import rows_to_csv
from core.lab.claims import CLAIMS, TURNED
from core.shelf import ModelInfo
from core.ui import claims as page
from core.ui.language import language, md, t
from core.ui.showing import file_stem, share

if TYPE_CHECKING:
    from core.lab.claims.record import Finding

# Where a claim can be seen in a picture, and in which state.
SEEN: dict[str, tuple[str, dict[str, str]]] = {
    "after": ("positions", {}),
    "periods": ("positions", {}),
    "distribution": ("selfattention", {}),
    "same": ("selfattention", {}),
    "deck": ("selfattention", {}),
    "infinite": ("masks", {"masks.view": "after"}),
    "diagonal": ("masks", {"masks.view": "after"}),
    "batch_norm": ("layer", {}),
    "convolution": ("layer", {}),
    "repeats": ("decoding", {}),
    "window": ("heads", {"kind": "cross"}),
    "explain": ("heads", {"kind": "cross"}),
}

CAN_HOLD = ("repeats", "explain")  # on some sentences


def statement(claim: str) -> None:
    """The claim as it is put to people, large enough for a projector."""
    form = "right" if claim in TURNED else "wrong"
    st.markdown(f"### {CLAIMS.index(claim) + 1}. {md(t(f'claims.{claim}.{form}'))}")
    st.caption(md(t(f"claims.{claim}.test")))


def prediction(claim: str) -> bool | None:
    """What the person said; two buttons until then."""
    answer = page.said().get(claim)
    if answer is None:
        with st.container(horizontal=True, gap="small"):
            st.button(t("claims.true"), key="claims.true", icon="✅", on_click=page.say, args=(claim, True))
            st.button(t("claims.false"), key="claims.false", icon="❌", on_click=page.say, args=(claim, False))
    return answer


def numbers(claim: str, one: Finding, revealed: bool) -> None:
    """What the experiment measures: names at once, values once the person has predicted."""
    with st.container(horizontal=True, gap="small"):
        for name, value in one.numbers:
            st.metric(t(f"claims.{claim}.{name}"), written(value) if revealed else "?", border=True, width="content")


def verdict(claim: str, one: Finding, answer: bool) -> None:
    """True or false, whether the person had it right, and the sentence that the numbers make."""
    truth = page.truth(claim, one)
    right = t("claims.right" if answer == truth else "claims.wrong")
    head = f"**{t('claims.is.true' if truth else 'claims.is.false')}** {right}"
    (st.success if answer == truth else st.warning)(f"{head}\n\n{md(sentence(claim, one))}")


def sentence(claim: str, one: Finding) -> str:
    """The numbers read aloud; where the claim holds on this sentence, so they say."""
    key = f"claims.{claim}.found" if not one.holds else f"claims.{claim}.holds" if claim in CAN_HOLD else "claims.holds"
    return t(key, **dict(one.said))


def silent() -> None:
    """The model has nothing to try it on."""
    st.info(t("claims.silent"))


def onward(claim: str, info: ModelInfo, text: str) -> None:
    """The claim before and after, and the page that shows this one in a picture."""
    target, state = SEEN[claim]
    query = {"sentence": text, "model": info.name, "lang": language(), **state}
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(t("claims.back"), key="claims.back", icon="⬅️", on_click=page.step, args=(-1,))
        st.button(t("claims.next"), key="claims.next", icon="➡️", on_click=page.step, args=(1,))
        with suppress(StreamlitPageNotFoundError):  # a page that runs alone has no others
            label = t("claims.see", page=t(f"{target}.nav"))
            st.page_link(f"pages/{target}.py", label=label, icon="🔎", query_params=query)


def score(info: ModelInfo, text: str) -> None:
    """How many were predicted right on this sentence, and all of it as a file."""
    answers = page.said()
    if answers:
        findings = page.findings(info, text, tuple(answers))
        right = sum(one is not None and page.truth(c, one) == answers[c] for c, one in findings.items())
        st.markdown(t("claims.score", right=right, said=len(answers), of=len(CLAIMS)))
    with st.container(horizontal=True, gap="small"):
        if answers:
            st.download_button(
                t("claims.save"), lambda: table(text, findings, answers), f"{file_stem(text, info.name, 'claims')}.csv",
                "text/csv", on_click="ignore",
            )  # fmt: skip
            st.button(t("claims.again"), key="claims.again", on_click=page.forget)
        share("sentence", "model", "claim")


def table(text: str, findings: dict[str, Finding | None], answers: dict[str, bool]) -> str:
    """A line a claim: the statement, what was said, what is so, and the sentence."""
    words = {True: t("claims.true"), False: t("claims.false")}
    rows: list[list[str]] = []
    for claim, one in findings.items():
        form = "right" if claim in TURNED else "wrong"
        so = ("", "") if one is None else (words[page.truth(claim, one)], sentence(claim, one))
        rows.append([text, t(f"claims.{claim}.{form}"), words[answers[claim]], *so])
    return rows_to_csv([t(f"claims.column.{name}") for name in ("text", "claim", "said", "so", "why")], rows)


def written(value: float) -> str:
    """A whole number as one, any other with three decimals, a small one with more: 0.000 says less than 0.000001."""
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) >= 1e-3 else f"{value:.7f}"
