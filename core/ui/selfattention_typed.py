"""What is typed by hand on the page Self-attention: small matrices, and a second sentence."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.components.matrices import Panel
from core.errors import UserError
from core.figures import selfattention as figures
from core.figures.theme import KEY, QUERY, QUIET, VALUE
from core.lab import workbench as lab
from core.lab.contextual import same_word, shared_words
from core.trace import Floats
from core.ui.asking import select
from core.ui.language import md, t, why
from core.ui.selfattention import Chosen, read_or_say, show
from core.ui.showing import picture

EXAMPLES = {"Q": lab.EXAMPLE_Q, "K": lab.EXAMPLE_K, "V": lab.EXAMPLE_V}
SECOND = "The food was so hot that the dog did not eat it."


def workbench() -> None:
    """Q, K and V by hand; opens on the lecture deck's "I am good"."""
    st.markdown(t("selfattention.bench.intro"))
    typed = {}
    for place, name in zip(st.columns(3), EXAMPLES, strict=True):
        typed[name] = place.text_area(
            t(f"selfattention.bench.{name.lower()}"), EXAMPLES[name], key=f"bench{name}", bind="query-params",
            height=120, help=t("selfattention.bench.help", n=lab.LARGEST), persist_state="session",
        )  # fmt: skip
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    asks = left.text_input(t("selfattention.bench.queries"), lab.EXAMPLE_QUERIES, key="bench_queries",
                           bind="query-params", persist_state="session")  # fmt: skip
    asked = middle.text_input(t("selfattention.bench.keys"), lab.EXAMPLE_KEYS, key="bench_keys", bind="query-params",
                              persist_state="session")  # fmt: skip
    divide = right.toggle(t("selfattention.bench.divide"), True, key="bench_divide", bind="query-params",
                          persist_state="session")  # fmt: skip
    try:
        found = lab.work(lab.matrix("Q", typed["Q"]), lab.matrix("K", typed["K"]), lab.matrix("V", typed["V"]), divide)
    except UserError as error:
        st.warning(why(error))
        return
    queries, keys = _names(asks, len(found.q), "q"), _names(asked, len(found.k), "k")
    show(_bench_panels(found, queries, keys, divide), "workbench", "selfattention.bench")
    for name, row in zip(queries, found.weights, strict=True):
        numbers = ", ".join(f"{md(key)} {weight:.3f}" for key, weight in zip(keys, row, strict=True))
        st.markdown(t("selfattention.bench.row", query=md(name), numbers=numbers))
    if divide and typed == EXAMPLES:
        st.info(t("selfattention.bench.deck"), icon="⚖️")


def _bench_panels(found: lab.Work, queries: tuple[str, ...], keys: tuple[str, ...], divide: bool) -> list[Panel]:
    def panel(name: str, title: str, values: Floats, joiner: str = "", colour: str = "", asks: bool = True) -> Panel:
        rows = queries if asks else keys
        cols = keys if values.shape[1] == len(keys) and name in ("products", "scores") else ()
        caption = f"{values.shape[0]} × {values.shape[1]}"
        return Panel(name, title, caption, values, rows, cols, joiner=joiner, colour=colour, axis="q" if asks else "k")

    n, m = found.weights.shape
    root = f"/ √{found.q.shape[1]} =" if divide else "="
    return [
        panel("q", "Q", found.q, "", QUERY), panel("k", "K", found.k, "", KEY, False),
        panel("products", "Q Kᵀ", found.products, "Q × Kᵀ ="),
        panel("scores", t("selfattention.bench.scores"), found.scores, root),
        Panel("weights", t("selfattention.title.weights"), f"{n} × {m} · {t('selfattention.sums')}", found.weights,
              queries, keys, "weight", "softmax →", axis="q"),
        panel("v", "V", found.v, "×", VALUE, False), panel("z", "Z", found.z, "="),
    ]  # fmt: skip


def _names(text: str, n: int, letter: str) -> tuple[str, ...]:
    """The words, if there is one for each row; else q1, q2 ..."""
    words = tuple(word[:24] for word in text.replace(",", " ").split())
    return words if len(words) == n else tuple(f"{letter}{i + 1}" for i in range(n))


def same(c: Chosen) -> None:
    """The same word in the page's sentence and in another: how alike are its vectors on each level?"""
    st.markdown(t("selfattention.same.intro", sentence=md(c.readings.src_text)))
    second: str = st.text_input(t("selfattention.same.second"), SECOND, key="second", bind="query-params",
                                persist_state="session")  # fmt: skip
    if not (other := read_or_say(c.model, second)):
        return
    words = shared_words(c.readings.src, other.src)
    if not words:
        st.info(t("selfattention.same.none"))
        return
    first = max(words, key=lambda word: (word[0].isalnum(), len(word)))  # content words tend to be long
    options = [first, *(word for word in words if word != first)]
    word = select("word", dict(zip(options, options, strict=True)), t("selfattention.same.word"), width=220)
    found = same_word(c.readings.states, other.states, c.readings.src, other.src, word)
    levels = [t("selfattention.same.embedding"), t("selfattention.same.position")]
    levels += [t("pick.layer", n=n + 1) for n in range(len(found.cosine) - 2)]
    lines = [(t("selfattention.same.line", word=word), found.cosine, figures.WEIGHT)]
    if not np.isnan(found.others).any():
        lines.append((t("selfattention.same.others"), found.others, QUIET))
    numbers = " → ".join(f"{value:.2f}" for value in found.cosine)
    sentence = t("selfattention.same.read", word=md(word), numbers=numbers.replace("-", "−"))
    st.markdown(sentence)
    fig = figures.climb(levels, lines, y=t("selfattention.same.y"))
    picture(fig, key="selfattention.climb", title=sentence, alt=sentence, stem=f"{c.stem}_word")
