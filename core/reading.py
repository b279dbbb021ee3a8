"""Maps read aloud: one sentence, from the numbers, in the reader's language."""

from __future__ import annotations

import numpy as np

from core.i18n import translate
from core.measures import by_word, clearest, patterns, strongest
from core.trace import AttentionMap, Axis

CLEAR = 0.5  # a pattern is worth a sentence where it takes more than half


def read_aloud(attn: AttentionMap, language: str) -> str:
    """What stands out in a map of one layer and head: where it goes on the whole, and its clearest look."""
    sentences = []
    if attn.kind != "cross":
        shares = {name: float(share[0, 0]) for name, share in patterns(attn.weights, attn.keys.special).items()}
        name = max(shares, key=shares.__getitem__)
        if shares[name] > CLEAR:
            sentences.append(translate(language, f"reading.{name}", share=f"{shares[name]:.2f}"))
    if look := clearest(attn):
        first, *others = strongest(attn, look.query)
        values = {"query": attn.queries.tokens[look.query], "key": attn.keys.tokens[first.key]}
        sentences.append(
            translate(language, _with_writes("reading.clearest", attn.queries), weight=f"{first.weight:.2f}",
                      writes=attn.queries.writes[look.query] if attn.queries.writes else "", **values)
        )  # fmt: skip
        sentences += [
            translate(language, "reading.then", key=attn.keys.tokens[other.key], weight=f"{other.weight:.2f}")
            for other in others
            if other.weight >= 0.01
        ]
    return " ".join(sentences) or translate(language, "reading.nothing")


def _with_writes(key: str, axis: Axis) -> str:
    return f"{key}.writes" if axis.writes else key


def promise(attn: AttentionMap, query: str, keys: tuple[str, ...], language: str) -> str | None:
    """Does any head look from `query` to one of `keys`, as an example hopes? None if the words are not there.

    Asked of every head, by word; a head does if one of `keys` has more than half of the word's attention.
    """
    words = by_word(attn)
    names = [word.lower() for word in words.queries.tokens]
    if query not in names or words.queries != words.keys:
        return None
    row = words.weights[:, :, names.index(query)]  # [layer, head, key]
    targets = [names.index(key) for key in keys if key in names]
    if not targets:
        return None
    layer, head, at = np.unravel_index(int(row[:, :, targets].argmax()), row[:, :, targets].shape)
    weight = float(row[layer, head, targets[at]])
    return translate(
        language, "promise.kept" if weight > CLEAR else "promise.broken", query=query, key=keys[at],
        weight=f"{weight:.2f}", layer=int(layer) + 1, head=int(head) + 1,
    )  # fmt: skip
