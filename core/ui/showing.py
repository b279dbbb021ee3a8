"""What a page shows beside its picture: the output, numbers, files, the lesson."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.components.sharing import LINK_WORDS, PICTURE_WORDS, copy_link, save_picture
from core.export import to_csv, to_json
from core.figures.labels import query_names, tokens
from core.measures import Pick
from core.shelf import ModelInfo
from core.trace import AttentionMap, Axis, Trace
from core.ui.asking import into_link
from core.ui.language import language, md, t, texts
from core.ui.presenting import presenting, start_button
from core.ui.tour import overview_link

ASSETS = Path(__file__).parent.parent.parent / "assets"
LESSONS, STYLE, FRAME = ASSETS / "lessons", ASSETS / "style.css", ASSETS / "frame.js"
LONG, LONGEST = 240, 700  # characters of an output: shown smaller; in a box
BOX = 200  # pixels
LARGER = 1.5  # a figure's type while presenting: 14 px become 21


def style() -> None:
    """Less white above the title, so that a laptop shows the picture without scrolling; larger type on a projector.

    And the page says to those who hear it which language it is in, and how its list of pages is grouped.
    """
    st.html("<style>" + _text(STYLE) + "</style>")
    with st.container(key="tongue"):  # a screen reader reads each language in its own voice; streamlit always says en
        st.html(f"<script>{{const tongue = '{language()}';\n{_text(FRAME)}}}</script>", unsafe_allow_javascript=True)


def dark() -> bool:
    """Does the person's page have a dark ground?"""
    return st.context.theme.type == "dark"


def translation(trace: Trace, *, cut: bool = False) -> None:
    """What the model wrote, how sure it was, and the other hypotheses of the beam.

    cut: the output ends early because a person looks at a part of it.
    """
    if not trace.steps:  # it only reads
        return
    goes_on = trace.kinds == ("decoder_self",)  # with the text itself, which has a probability too
    log_prob = f"{trace.log_prob:.2f}".replace("-", "−")
    note = t("output.note.whole" if goes_on else "output.note", log_prob=log_prob, pieces=len(trace.steps))
    with st.container(horizontal=len(trace.tgt_text) <= LONG, vertical_alignment="center", gap="small"):
        _written(trace.tgt_text)
        st.caption(note if trace.finished or cut else f"{note} · {t('output.unfinished')}", width="content")
    if len(trace.hypotheses) > 1:
        options = [str(i) for i in range(len(trace.hypotheses))]
        chosen = st.selectbox(
            t("hypothesis"), options, key="hypothesis", help=t("hypothesis.help"), persist_state="session",
            format_func=lambda o: _hypothesis(trace, int(o)),
        )  # fmt: skip
        into_link("hypothesis", chosen, options[0])


def _written(text: str) -> None:
    """Large; a long output in the size of a text, and one of a screen or more in a box: the picture stays in sight."""
    if len(text) <= LONG:
        st.markdown(f"#### → {md(text)}", width="content")
        return
    with st.container(height="content" if len(text) <= LONGEST else BOX, border=False):
        st.markdown(f"**→ {md(text)}**")


def _hypothesis(trace: Trace, i: int) -> str:
    return f"{i + 1}. {trace.hypotheses[i].text} ({trace.hypotheses[i].score:.2f})"


def pick_name(layer: Pick, head: Pick) -> str:
    """`Layer 2, head 5`, or how they were pooled."""
    parts = [
        t(f"pick.{name}.{at}") if isinstance(at, str) else t(f"pick.{name}", n=at + 1)
        for name, at in (("layer", layer), ("head", head))
    ]
    return ", ".join(parts)


def numbers(attn: AttentionMap) -> None:
    """A table of a one-head map that can be copied, special tokens and all."""
    import pandas as pd  # streamlit's own; half a second that only this view pays

    keys = [f"{i} {name}" for i, name in enumerate(tokens(attn.keys), 1)]  # a table wants each column's name once
    queries = [f"{i} {name}" for i, name in enumerate(query_names(attn.queries), 1)]
    digits = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(pd.DataFrame(attn.head(0, 0), queries, keys), column_config=dict.fromkeys(keys, digits))


def picture(fig: go.Figure, *, key: str, title: str, alt: str, stem: str) -> None:
    """A Plotly picture with its own buttons to save it, in the page's language."""
    st.plotly_chart(as_presented(fig), key=key, alt=alt, config={"displayModeBar": False})
    save_picture(key, title=title, words=texts(PICTURE_WORDS), file_stem=stem, key=f"{key}.save")


def as_presented(fig: go.Figure) -> go.Figure:
    """While presenting, with type for the last row."""
    if not presenting():
        return fig
    from core.figures.type import enlarged

    return enlarged(fig, LARGER)


def downloads(attn: AttentionMap, trace: Trace, stem: str, *choices: str) -> None:
    """The shown head's numbers, the whole trace, and a link to what is shown: `choices` are the keys of its widgets."""
    with st.container(horizontal=True, gap="small"):
        st.download_button(t("save.csv"), lambda: to_csv(attn), f"{stem}.csv", "text/csv", on_click="ignore")
        st.download_button(t("save.json"), lambda: to_json(attn), f"{stem}.json", "application/json", on_click="ignore")
        st.download_button(
            t("save.npz"), trace.to_npz, f"{file_stem(trace.src_text, trace.model)}.npz", on_click="ignore",
            help=t("save.npz.help"),
        )  # fmt: skip
        if choices:
            share(*choices)


def share(*choices: str, **more: str) -> None:
    """A button that copies a link to what is shown; `choices`, keys of widgets, are in it as first set, too.

    more: what else the link holds, by key.
    """
    link = {key: _code(st.session_state[key]) for key in choices if key in st.session_state}
    copy_link({**more, **link, "lang": language()}, words=texts(LINK_WORDS), key="link")


def _code(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def longer_than_trained(info: ModelInfo, read: Trace | Axis) -> None:
    """Say so where a text has more pieces than nearly all the sentences that the model learned from."""
    if isinstance(read, Trace) and not read.kinds:
        return
    axis = read if isinstance(read, Axis) else read[read.kinds[0]].keys
    n = sum(not special for special in axis.special)
    if info.trained is not None and n > info.trained:
        st.caption(f"⚠️ {t('output.beyond', n=n, trained=info.trained)}")


def file_stem(*parts: str) -> str:
    """A file name that says what it holds: letters, digits and dashes of any script."""
    words = [re.sub(r"[^\w]+", "-", part).strip("-_")[:40] for part in parts]
    return "_".join(word for word in words if word) or "headlight"


def plot_config(stem: str) -> dict[str, Any]:
    """Plotly's own buttons: only those that save the picture."""
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": stem},
    }


def lesson(page: str) -> None:
    """The page's lesson, below the picture, and the ways to present the page and to the path."""
    with st.container(key="lesson"):
        with st.expander(t("lesson"), icon="📖"):
            st.markdown(_text(LESSONS / language() / f"{page}.md"))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            start_button()
            if page != "start":
                overview_link("start.nav")


@cache
def _text(path: Path) -> str:
    """Read once: while a thread reads a file, others take the interpreter, and it has to wait for its turn again."""
    return path.read_text("utf-8")
