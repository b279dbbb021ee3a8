"""Predict, then look: questions about a run whose answers are in the run itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from core.measures import by_word, pooled
from core.trace import Axis, Floats, Trace

N_OPTIONS = 4
CLEAR = 0.4  # a weight below it is nobody's look
PRONOUNS = frozenset(("it", "he", "she", "they", "him", "her", "them", "its", "his", "their", "il", "elle", "ils"))


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """kind names the texts; said fills them. options: what there is to choose, `answer` the place of the right one.

    numbers: one for each option, by which it is right or wrong. maps: instead of words, one picture an option.
    """

    kind: str
    said: tuple[tuple[str, str | int], ...]
    options: tuple[str, ...]
    answer: int
    numbers: tuple[float, ...]
    maps: tuple[Floats, ...] = ()


def questions(trace: Trace, turn: int = 1) -> tuple[Question, ...]:
    """As many as this run has answers to; another `turn` asks of other heads and words."""
    rng = random.Random(f"{trace.src_text} {turn}")
    made = [ask(trace, rng) for ask in _KINDS]
    return tuple(one for one in made if one)


def _looks(trace: Trace, rng: random.Random) -> Question | None:
    """Which word does this word look at, in this head?"""
    if "encoder_self" not in trace.kinds:
        return None
    attn = by_word(trace["encoder_self"])
    own = _unique(attn.keys)
    if len(own) < 3:
        return None
    found = []
    for layer, head, query in product(range(attn.n_layers), range(attn.n_heads), own):
        row = attn.head(layer, head)[query]
        key = max((key for key in own if key != query), key=row.__getitem__)
        found.append((float(row[key]), layer, head, query, key))
    clear = [one for one in found if one[0] >= CLEAR] or [max(found)]
    asked = [one for one in clear if attn.queries.words[one[3]].lower() in PRONOUNS] or clear
    _, layer, head, query, key = rng.choice(asked)
    others = [other for other in own if other not in (key, query)]
    said = (("query", attn.queries.words[query]), ("layer", layer + 1), ("head", head + 1))
    return _choice("looks", said, rng, attn.keys.words, key, others, attn.head(layer, head)[query])


def _masked(trace: Trace, rng: random.Random) -> Question | None:
    """Which of these maps is of the decoder's masked self-attention? One of them is it, turned round."""
    if not {"encoder_self", "decoder_self"} <= set(trace.kinds) or len(trace.steps) < 3:
        return None
    maps = []
    for kind in ("decoder_self", "encoder_self", "cross"):
        if kind in trace.kinds:
            attn = trace[kind]
            maps.append(attn.head(rng.randrange(attn.n_layers), rng.randrange(attn.n_heads)))
    maps.append(np.ascontiguousarray(maps[0].T))
    order = rng.sample(range(len(maps)), len(maps))
    shown = tuple(maps[i] for i in order)
    above = tuple(float(np.triu(one, 1).sum() / max(one.sum(), 1e-9)) for one in shown)
    return Question("masked", (), tuple("ABCD"[: len(maps)]), order.index(0), above, shown)


def _next(trace: Trace, rng: random.Random) -> Question | None:
    """What does the model write next?"""
    able = [i for i, step in enumerate(trace.steps) if i and len({c.token for c in step.top}) >= N_OPTIONS]
    able = [i for i in able if trace.steps[i].written.token == trace.steps[i].top[0].token]
    if not able:
        return None
    at = rng.choice(able)
    shown = {c.token: float(np.exp(c.log_prob)) for c in trace.steps[at].top[:N_OPTIONS]}
    order = rng.sample(sorted(shown), len(shown))
    written = trace.steps[at].written.token
    said = (("text", trace.src_text), ("prefix", _joined([step.written.token for step in trace.steps[:at]])))
    return Question("next", said, tuple(order), order.index(written), tuple(shown[token] for token in order))


def _aligned(trace: Trace, rng: random.Random) -> Question | None:
    """Which word of the text does it look at while it writes this one? In the last layer, the mean of its heads."""
    if "cross" not in trace.kinds:
        return None
    cross = trace["cross"]
    attn = by_word(pooled(cross, cross.n_layers - 1, "mean"))
    weights, own = attn.head(0, 0), _unique(attn.keys)
    written = [i for i, word in enumerate(attn.queries.writes) if any(c.isalpha() for c in word)]
    if len(own) < 2 or not written:
        return None
    best = {i: max(own, key=weights[i].__getitem__) for i in written}
    clear = [i for i in written if weights[i, best[i]] >= CLEAR] or [max(written, key=lambda i: weights[i, best[i]])]
    at = rng.choice(clear)
    others = [key for key in own if key != best[at]]
    said = (("word", attn.queries.writes[at]), ("layer", cross.n_layers))
    return _choice("aligned", said, rng, attn.keys.words, best[at], others, weights[at])


_KINDS: tuple[Callable[[Trace, random.Random], Question | None], ...] = (_looks, _masked, _next, _aligned)
KINDS = ("looks", "masked", "next", "aligned")


def _unique(axis: Axis) -> list[int]:
    """Words that a person wrote once: of two equal ones nobody could say which is meant."""
    words = [word.lower() for word in axis.words]
    return [
        i
        for i, word in enumerate(axis.words)
        if not axis.special[i] and any(c.isalnum() for c in word) and words.count(words[i]) == 1
    ]


def _choice(
    kind: str,
    said: tuple[tuple[str, str | int], ...],
    rng: random.Random,
    words: Sequence[str],
    answer: int,
    others: Sequence[int],
    row: Floats,
) -> Question:
    keys = [answer, *rng.sample(list(others), min(N_OPTIONS - 1, len(others)))]
    rng.shuffle(keys)
    return Question(
        kind, said, tuple(words[key] for key in keys), keys.index(answer), tuple(float(row[key]) for key in keys)
    )


def _joined(tokens: Sequence[str]) -> str:
    """Pieces as a text: a dot before one goes on with the word before it."""
    text = tokens[0] if tokens else ""
    for token in tokens[1:]:
        text += token.removeprefix("·") if token.startswith("·") or not token[0].isalnum() else f" {token}"
    return text
