"""The page Next word: bars side by side, surprise word by word, and how good each model is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from core.export import rows_to_csv
from core.figures import nextword as figures
from core.ui import nextword as page
from core.ui.language import md, t
from core.ui.nextword import Column
from core.ui.showing import as_presented, dark, file_stem, picture, share

if TYPE_CHECKING:
    from core.lab.nextword import NextWords

    Found = Mapping[Column, NextWords]
IN_A_ROW = 4


def expectations(found: Found, text: str) -> None:
    """A chart a model; a click on a bar writes its word."""
    most = max(math.exp(one.top[0].log_prob) for one in found.values())
    shown = list(found.items())
    for start in range(0, len(shown), IN_A_ROW):
        for place, (column, one) in zip(st.columns(IN_A_ROW), shown[start : start + IN_A_ROW], strict=False):
            with place:
                _chart(column, one, text, most)
    _choices(found, text)


def _chart(column: Column, one: NextWords, text: str, most: float) -> None:
    st.markdown(f"**{column.title}**")
    st.caption(_sight(one), help=t("nextword.sight.help"))
    key = page.fresh(f"nextword.{column.look}", text)
    fig = figures.bars(one.top, column.look, (t("nextword.probability"), t("nextword.click")), most=most)
    listed = ", ".join(f"{c.token} {math.exp(c.log_prob):.3f}" for c in one.top)
    st.plotly_chart(
        as_presented(fig), key=key, alt=f"{column.title}: {listed}", config={"displayModeBar": False},
        selection_mode="points", on_select=page.clicked(key, column, text, [c.id for c in one.top]),
    )  # fmt: skip


def _sight(one: NextWords) -> str:
    """The end of the text, what the model cannot see of it in grey."""
    seen = one.seen
    if not seen:
        return t("nextword.start")
    hidden, visible = _joined(one, False), _joined(one, True)
    grey = f":gray[~~{md(hidden)}~~] " if hidden else ""
    return f"{grey}{md(visible)} …"


def _joined(one: NextWords, seen: bool) -> str:
    """The pieces that are seen or not, as they are written."""
    out = ""
    for i, token in enumerate(one.read.tokens):
        if one.seen[i] == seen:
            space = " " if out and not one.read.continues(i) and token[0].isalnum() else ""
            out += f"{space}{token}"
    return out[-60:]


def _choices(found: Found, text: str) -> None:
    """The same words for the keyboard, each once; the likeliest of all models first."""
    best: dict[int, tuple[float, str, Column]] = {}
    for column, one in found.items():
        for c in one.top[:4]:
            if c.id is not None and c.log_prob > best.get(c.id, (-math.inf,))[0]:
                best[c.id] = c.log_prob, c.token, column
    words = {str(i): v for i, v in sorted(best.items(), key=lambda item: -item[1][0])[:12]}
    key = page.fresh("nextword.add", text)

    def take() -> None:
        if chosen := st.session_state[key]:
            page.add(words[chosen][2], text, int(chosen))

    st.pills(t("nextword.add"), list(words), format_func=lambda i: words[i][1], key=key, on_change=take)


def reading(found: Found) -> str:
    """What they agree on, and where they part."""
    firsts = {column: one.top[0] for column, one in found.items()}
    sure = max(firsts, key=lambda column: firsts[column].log_prob)
    said = t(
        "nextword.surest", model=sure.title, word=firsts[sure].token, chance=f"{math.exp(firsts[sure].log_prob):.0%}"
    )
    different = {c.token for c in firsts.values()}
    return f"{said} {t('nextword.agree' if len(different) == 1 else 'nextword.differ', n=len(different))}"


def surprises(found: Found, text: str) -> None:
    """Bits of each word of what was typed, and the perplexity of all."""
    st.subheader(t("nextword.surprise"), anchor=False)
    first = next(iter(found.values()))
    if not len(first.read):
        st.info(t("nextword.surprise.empty"))
        return
    lines = [figures.Line(column.look, column.title, one.word_bits) for column, one in found.items()]
    fig = figures.surprise(lines, first.read.words, t("nextword.bits"), dark=dark())
    best = min(found, key=lambda column: found[column].perplexity)
    hardest = int(found[best].word_bits.argmax())
    said = t(
        "nextword.surprise.said", model=best.title, perplexity=f"{found[best].perplexity:.1f}",
        word=first.read.words[hardest], bits=f"{found[best].word_bits[hardest]:.1f}",
    )  # fmt: skip
    listed = "; ".join(f"{column.title}: {_listed(one)}" for column, one in found.items())
    stem = file_stem(text, "next-word")
    picture(fig, key="nextword.surprise", title=t("nextword.surprise"), alt=f"{said} {listed}", stem=stem)
    st.markdown(md(said))


def _listed(one: NextWords) -> str:
    return ", ".join(f"{word} {bits:.1f}" for word, bits in zip(one.read.words, one.word_bits, strict=True))


def table(found: Found) -> None:
    """This text's perplexity beside that of the test set, model by model."""
    st.subheader(t("nextword.quality"), anchor=False)
    head = t("nextword.model"), t("nextword.sees"), t("nextword.here"), t("nextword.held_out")
    rows = [
        (
            column.title,
            t("nextword.all") if one.horizon is None else str(one.horizon),
            f"{one.perplexity:.1f}" if len(one.bits) else "–",
            "–" if column.held_out is None else f"{column.held_out:.1f}",
        )
        for column, one in found.items()
    ]
    st.markdown("\n".join(f"| {' | '.join(row)} |" for row in (head, ("---", "--:", "--:", "--:"), *rows)))
    st.caption(t("nextword.quality.note"))
    for more, less in zip([*found][1:], [*found], strict=False):
        if more.held_out and less.held_out and more.order and less.order and more.held_out > less.held_out:
            st.info(t("nextword.more_is_worse", more=more.title, less=less.title), icon="🤔")
    if late := page.behind_counting([*found]):
        st.info(t("nextword.behind", models=", ".join(f"{one.title} ({n})" for one, n in late)), icon="🤔")


def files(found: Found, text: str) -> None:
    """The numbers, and a link to what is shown."""
    stem = file_stem(text, "next-word")
    words = next(iter(found.values())).read.words
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            t("save.csv"),
            lambda: rows_to_csv(
                ["", *words, *(f"{i + 1}." for i in range(8))],
                [
                    [column.title, *one.word_bits.tolist(), *(f"{c.token} {math.exp(c.log_prob):.4f}" for c in one.top)]
                    for column, one in found.items()
                ],
            ),
            f"{stem}.csv", "text/csv", on_click="ignore",
        )  # fmt: skip
        share("prefix")
