"""What an example promises, and whether any head keeps it: asked of every head, by word, and answered in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.i18n import translate
from core.measures import by_word, distance
from core.reading import CLEAR, name, quoted
from core.samples import samples
from core.trace import AttentionMap, Trace

Look = tuple[Sequence[str], Sequence[str]]  # from one of these queries to one of these keys
PRONOUNS = {  # by the language that the model reads
    "en": ("it", "he", "she", "they", "him", "her", "them"),
    "fr": ("il", "elle", "ils", "elles", "lui"),
    "ko": ("그는", "그녀는", "그들은", "그것은", "그가", "그녀가", "그를", "그녀를", "그에게", "그녀에게"),
}


def hoped(trace: Trace, kind: str, src: str, language: str, tgt: str = "") -> str | None:
    """What one may hope to see in a text, and whether a head does it; None where there is nothing to hope for."""
    for sample in samples("heads", src, tgt):
        if (sample.text, sample.kind) == (trace.src_text, kind):
            answer = promise(trace[kind], sample.looks, language) if sample.looks else reach(trace[kind], language)
            return f"{translate(language, f'sample.{sample.name}.help')} {answer or ''}".strip()
    return pronoun(trace[kind], src, language)


def promise(attn: AttentionMap, looks: Sequence[Look], language: str) -> str | None:
    """Does one head keep every look of an example? None if the text has not the keys.

    A head keeps a look if one of the queries gives more than half of its attention to one of the keys. Decoder
    queries are named by the word they are about to write; `*` is any query.
    """
    words = by_word(attn)
    names = [word.lower() for word in words.queries.writes or words.queries.tokens]
    cells = []  # for each look, the places in the map where it can be kept
    for queries, keys in looks:
        columns = [i for i, key in enumerate(words.keys.tokens) if key.lower() in keys]
        rows = [i for i, query in enumerate(names) if query in queries or "*" in queries]
        if not columns:
            return None
        if not rows:
            return translate(language, "promise.absent", words=", ".join(map(quoted, queries)))
        cells.append([(row, column) for row in rows for column in columns])
    return _answer(words, cells, "promise", language) if cells else None


def pronoun(attn: AttentionMap, src: str, language: str) -> str | None:
    """Which head looks most clearly from the first pronoun to another word; None if there is none to look from or to.

    Its neighbours are left out: a head that looks at each word's neighbour would say nothing of who is meant.
    """
    words = by_word(attn)
    tokens = [word.lower() for word in words.queries.tokens]
    if attn.kind != "encoder_self" or not (rows := [i for i, t in enumerate(tokens) if t in PRONOUNS.get(src, ())]):
        return None
    row = rows[0]
    others = [i for i, t in enumerate(tokens) if abs(i - row) > 1 and t != tokens[row] and _a_word(words, i)]
    return _answer(words, [[(row, i) for i in others]], "pronoun", language) if others else None


def _a_word(words: AttentionMap, i: int) -> bool:
    return not words.keys.special[i] and any(letter.isalpha() for letter in words.keys.tokens[i])


def reach(attn: AttentionMap, language: str) -> str:
    """The head that looks nearest, and the one that looks farthest, in words."""
    words = by_word(attn)
    far = distance(words.weights, words.keys.special)  # [layer, head]
    (a, b), (c, d) = (np.unravel_index(int(at), far.shape) for at in (far.argmin(), far.argmax()))
    return translate(
        language, "promise.reach", near=f"{far[a, b]:.1f}", near_layer=a + 1, near_head=b + 1,
        far=f"{far[c, d]:.1f}", far_layer=c + 1, far_head=d + 1,
    )  # fmt: skip


def _answer(words: AttentionMap, cells: list[list[tuple[int, int]]], key: str, language: str) -> str:
    """The head that does best at the look it does worst, and how well it does each."""
    best = [np.stack([words.weights[:, :, row, column] for row, column in places], -1) for places in cells]
    worst = np.min([each.max(-1) for each in best], axis=0)  # [layer, head]
    layer, head = np.unravel_index(int(worst.argmax()), worst.shape)
    looks = []
    for places, each in zip(cells, best, strict=True):
        row, column = places[int(each[layer, head].argmax())]
        written = words.queries.writes[row] if words.queries.writes else ""
        looks.append(
            translate(
                language, "promise.look.writes" if written else "promise.look", writes=quoted(written),
                query=name(words.queries, row, language), key=name(words.keys, column, language),
                weight=f"{words.weights[layer, head, row, column]:.2f}",
            )
        )  # fmt: skip
    kept = "kept" if worst[layer, head] > CLEAR else "broken"
    return translate(language, f"{key}.{kept}", layer=layer + 1, head=head + 1, looks="; ".join(looks))
