"""Maps read aloud: a sentence or two, from the numbers, in the reader's language."""

from __future__ import annotations

import numpy as np

from core.i18n import translate
from core.measures import clearest, entropy, patterns, strongest
from core.trace import AttentionMap, Axis

CLEAR = 0.5  # a pattern is worth a sentence where it takes more than half
SMALLEST = 0.01  # a second weight below this is not worth a word


def read_aloud(attn: AttentionMap, language: str) -> str:
    """What stands out in a map of one layer and head: where it goes on the whole, and its clearest look.

    Maxima over heads are no distribution, so nothing is said of where they go on the whole.
    """
    whole = _whole(attn, language) if attn.normalised else ""
    if not (look := clearest(attn)):
        return f"{whole} {translate(language, 'reading.nothing')}".strip()
    first, *others = strongest(attn, look.query)
    looks = translate(language, "reading.then").join(
        translate(language, "reading.to", key=name(attn.keys, to.key, language), weight=f"{to.weight:.2f}")
        for to in [first, *(other for other in others if other.weight >= SMALLEST)]
    )
    query = name(attn.queries, look.query, language)
    if attn.queries.writes:
        writes = quoted(attn.queries.writes[look.query])
        clear = translate(language, "reading.clearest.writes", query=query, looks=looks, writes=writes)
    else:
        clear = translate(language, "reading.clearest", query=query, looks=looks)
    return f"{whole} {clear}".strip()


def _whole(attn: AttentionMap, language: str) -> str:
    """Where more than half of the attention goes, or over how many tokens it is spread: 2 to the mean entropy."""
    weights, special = attn.head(0, 0), attn.keys.special
    if attn.kind == "cross":
        shares = {"special": float(weights[:, np.array(special)].sum(-1).mean())}
    else:
        shares = {which: float(share) for which, share in patterns(weights, special).items()}
    which = max(shares, key=shares.__getitem__)
    if shares[which] > CLEAR:
        return translate(language, f"reading.{which}", share=f"{shares[which]:.2f}")
    return translate(language, "reading.spread", count=f"{2 ** float(entropy(weights).mean()):.1f}")


def name(axis: Axis, i: int, language: str) -> str:
    """Token i in quotes; where the text has it more than once, which one it is."""
    token = quoted(f"\u00b7{axis.tokens[i]}" if axis.continues(i) else axis.tokens[i])
    if axis.tokens.count(axis.tokens[i]) == 1:
        return token
    return translate(language, "reading.nth", token=token, n=axis.tokens[: i + 1].count(axis.tokens[i]))


def quoted(token: str) -> str:
    return f"‘{token}’"
