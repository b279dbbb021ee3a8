"""The page Fill the blank: what became of each token, and what the model makes of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from core.components.tokens import WORDS as TOKENS
from core.components.tokens import Look, Token, tokens
from core.export import rows_to_csv
from core.figures import blanks as figures
from core.trace import Candidate
from core.ui import blank as page
from core.ui.asking import choice
from core.ui.blank import FATES, Hidden, Reader
from core.ui.keeping import keep
from core.ui.language import md, t, texts
from core.ui.showing import dark, file_stem, longer_than_trained, picture

if TYPE_CHECKING:
    from core.lab import blanks as lab
    from core.text.blanks import Rates

MOST, IN_A_ROW = 6, 3  # places with a chart of their own
NAMED = 3  # places that are read aloud


def look(who: Reader, text: str) -> Hidden | None:
    """Tokens drawn at random, or a word of one's own: the row, what the model answers, and the shares of many draws."""
    if (one := page.tried(who, text)) is None:
        return None
    longer_than_trained(who.info, one.axis)
    if choice("blank.view", page.VIEWS, label=False) == "hide":
        found = _hide(who, one, text)
        answers(who, text, found)
        return found
    return _draw(who, one, text)


def _draw(who: Reader, one: lab.Read, text: str) -> Hidden:
    """Picture first; what it is drawn with stands below."""
    from core.lab import blanks

    strip = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        seed = page.seed()
        rates = page.rates()
    found = Hidden(one, blanks.drawn(page.tokenizer(who.info), one, seed, rates), file_stem(text, "blanks", str(seed)))
    with strip:
        _row(who, found, None)
        st.markdown(md(became(who, found)))
    answers(who, text, found)
    _many(who, one, text, seed, rates)
    return found


def _hide(who: Reader, one: lab.Read, text: str) -> Hidden:
    """A click or the arrows choose the word."""
    from core.lab import blanks

    word = page.word(one)
    found = Hidden(one, blanks.hidden(page.tokenizer(who.info), one, word), file_stem(text, "blanks", str(word)))
    first = next(i for i in one.own if one.axis.word_of[i] == word)

    def put(i: int) -> None:
        if i in one.own:
            st.session_state["blank.word"] = str(one.axis.word_of[i])

    _row(who, found, first, put)
    return found


def _row(who: Reader, found: Hidden, chosen: int | None, put: Callable[[int], None] | None = None) -> None:
    from core.lab import blanks

    axis = blanks.seen(page.tokenizer(who.info), found.read, found.what)
    shown = []
    for i, (name, fate) in enumerate(zip(axis.tokens, found.what.fates, strict=True)):
        badge = "" if put and fate == "kept" else t(f"blank.fate.{'special' if axis.special[i] else fate}")
        was = t("blank.was", token=found.read.axis.tokens[i]) if fate in ("masked", "random") else ""
        look: Look = "special" if axis.special[i] else FATES[fate]
        shown.append(Token(name, look, badge, was, found.read.axis.continues(i)))
    tokens(
        shown, title=t("blank.row"), words=texts(TOKENS), file_stem=found.stem, key="blank.row",
        hint=t("blank.row.hide" if put else "blank.row.draw"), chosen=chosen, on_choose=put,
    )  # fmt: skip


def became(who: Reader, found: Hidden) -> str:
    """How many were chosen, and what became of each."""
    from core.lab import blanks

    own, what = found.read.own, found.what
    if not what.chosen:
        return t("blank.none_chosen", n=len(own))
    axis = blanks.seen(page.tokenizer(who.info), found.read, what)
    said = [t(f"blank.became.{what.fates[i]}", was=found.read.axis.tokens[i], now=axis.tokens[i]) for i in what.chosen]
    return t("blank.became", k=len(said), n=len(own), list="; ".join(said))


def answers(who: Reader, text: str, found: Hidden) -> None:
    """The likeliest words of each chosen place; without a BERT a sentence that says why there are none."""
    if not who.able:
        st.info(t("blank.missing", folder="assets/models"), icon="🧩")
        return
    if not found.what.chosen:
        return
    got = page.answered(who, text, found)
    if got is None:
        return
    st.subheader(t("blank.answers"), anchor=False)
    st.markdown(md(aloud(got)))
    keep("blank.k")
    k = st.slider(t("blank.k"), 3, 15, 5, key="blank.k", bind="query-params", width=240, persist_state="session")
    most = max(math.exp(place.top[0].log_prob) for place in got.places)
    shown = got.places[:MOST]
    for start in range(0, len(shown), IN_A_ROW):
        for column, place in zip(st.columns(IN_A_ROW), shown[start : start + IN_A_ROW], strict=False):
            with column:
                _bars(got, place, k, most, found.stem)
    if len(got.places) > MOST:
        st.caption(t("blank.more", n=len(got.places) - MOST))
    _loss(got)


def _bars(got: lab.Filled, place: lab.Place, k: int, most: float, stem: str) -> None:
    name = t("blank.place", token=got.trace["encoder_self"].keys.tokens[place.at], n=place.at)
    st.markdown(f"**{md(name)}**")
    fig = figures.bars(place.top[:k], place.was, place.rank, t("blank.probability"), most=most, dark=dark())
    listed = ", ".join(f"{one.token} {math.exp(one.log_prob):.3f}" for one in place.top[:k])
    picture(
        fig, key=f"blank.bars.{place.at}", title=name, alt=f"{name}: {listed}. {_one(got, place)}",
        stem=f"{stem}_{place.at}",
    )  # fmt: skip


def aloud(got: lab.Filled) -> str:
    """The first few places read aloud."""
    return " ".join(_one(got, place) for place in got.places[:NAMED])


def _one(got: lab.Filled, place: lab.Place) -> str:
    values = {
        "token": got.trace["encoder_self"].keys.tokens[place.at], "n": place.at, "was": place.was.token,
        "chance": chance(place.was), "rank": place.rank, "first": place.top[0].token,
        "best": chance(place.top[0]),
    }  # fmt: skip
    return t("blank.aloud.right" if place.rank == 1 else "blank.aloud.wrong", **values)


def chance(one: Candidate) -> str:
    p = math.exp(one.log_prob)
    return f"{p:.2f}" if p >= 0.01 else t("blank.less", p="0.01")


def _many_of(count: float) -> str:
    return f"{count:.1f}" if count < 10 else f"{count:,.0f}"


def _loss(got: lab.Filled) -> None:
    """The sum that training makes smaller: of the chosen places alone."""
    terms = [f"{-place.was.log_prob:.2f}" for place in got.places]
    loss = got.loss or 0.0
    said = t(
        "blank.loss.one" if len(terms) == 1 else "blank.loss", n=len(terms),
        terms=" + ".join(terms[:8]) + " + …" * (len(terms) > 8), loss=f"{loss:.2f}",
        perplexity=_many_of(math.exp(loss)),
        others=sum(not special for special in got.trace["encoder_self"].keys.special) - len(terms),
    )  # fmt: skip
    st.markdown(said)


def _many(who: Reader, one: lab.Read, text: str, seed: int, rates: Rates) -> None:
    """What was expected, and what came of so many draws of this very sentence."""
    from core.lab.blanks import expected

    found, wanted = page.tallied(who.info, text, seed, rates), expected(rates)
    st.subheader(t("blank.many", draws=f"{found.draws:,}"), anchor=False)
    head = t("blank.fate"), t("blank.expected"), t("blank.counted"), t("blank.count")
    rows = [
        (t(f"blank.many.{fate}"), f"{p:.2%}", f"{found.share(fate):.2%}", f"{found.counts[fate]:,}")
        for fate, p in wanted.items()
    ]
    n = found.tokens
    rows.append((
        t("blank.many.nothing"), f"{(1 - rates.chosen) ** n:.2%}", f"{found.nothing / found.draws:.2%}",
        f"{found.nothing:,}",
    ))  # fmt: skip
    table, bars = st.columns(2, gap="medium")
    with table:
        st.markdown("\n".join(f"| {' | '.join(row)} |" for row in (head, ("---", "--:", "--:", "--:"), *rows)))
        st.caption(t("blank.many.note", n=n, nothing=f"{(1 - rates.chosen) ** n:.0%}", rate=f"{rates.chosen:.0%}"))
    with bars:
        listed = "; ".join(f"{row[0]}: {row[1]}, {row[2]}" for row in rows[1:-1])
        names = t("blank.expected"), t("blank.counted")
        fates = [fate for fate in wanted if fate != "kept"]
        fig = figures.shares(
            [t(f"blank.many.{fate}") for fate in fates], [wanted[fate] for fate in fates],
            [found.share(fate) for fate in fates], names, dark=dark(),
        )  # fmt: skip
        picture(
            fig, key="blank.many", title=t("blank.many", draws=f"{found.draws:,}"),
            alt=f"{names[0]}, {names[1]}. {listed}", stem=f"{file_stem(text)}_draws",
        )  # fmt: skip


def table(found: Hidden, got: lab.Filled | None, shown: tuple[str, ...]) -> str:
    """A line a token: what it was, what is read, what became of it, and what the model says stands there."""
    places = {place.at: place for place in got.places} if got else {}
    rows: list[list[str | float | None]] = []
    for i, fate in enumerate(found.what.fates):
        row: list[str | float | None] = [float(i), found.read.axis.tokens[i], shown[i], t(f"blank.many.{fate}")]
        if place := places.get(i):
            row += [math.exp(place.was.log_prob), float(place.rank)]
            row += [f"{one.token} {math.exp(one.log_prob):.4f}" for one in place.top]
        rows.append(row)
    names = ("place", "was_token", "read_token", "fate", "chance", "rank")
    most = max((len(place.top) for place in places.values()), default=0)
    guesses = [t("blank.column.guess", n=i + 1) for i in range(most)]
    return rows_to_csv([*(t(f"blank.column.{name}") for name in names), *guesses], rows)
