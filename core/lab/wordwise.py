"""Steps and losses word by word: a word's log-probability is the sum of its pieces', as p(a, b) = p(a) p(b | a)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.lab.decoding import Forcing
from core.trace import AttentionMap, Axis, Candidate, Floats, Step


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """The steps of an output, a frame each, and the row of cross-attention of each.

    cross: one layer and head, [1, 1, frame, source]. steps: what a frame wrote; its alternatives are tokens that could
    have come at `firsts`, the place of its first piece. pieces: (piece, log-probability) of all that a frame wrote.
    """

    cross: AttentionMap
    steps: tuple[Step, ...]
    firsts: tuple[int, ...]
    pieces: tuple[tuple[tuple[str, float], ...], ...]

    def __post_init__(self) -> None:
        if not len(self.steps) == len(self.firsts) == len(self.pieces) == len(self.cross.queries):
            raise ValueError(f"{len(self.steps)} steps, {len(self.firsts)} places, {len(self.cross.queries)} rows")


def by_piece(cross: AttentionMap, steps: Sequence[Step]) -> Film:
    """A frame a piece: what the model really does."""
    pieces = tuple(((step.written.token, step.written.log_prob),) for step in steps)
    return Film(cross, tuple(steps), tuple(range(len(steps))), pieces)


def by_word(cross: AttentionMap, steps: Sequence[Step], written: Axis) -> Film:
    """A frame a word of `written`, the axis of the tokens that the steps wrote.

    A frame's row is the mean of the rows that wrote its pieces; keys of one source word are summed.
    """
    firsts, keys = _firsts(written), _firsts(cross.keys)
    counts = np.diff([*firsts, len(written)])
    summed = np.add.reduceat(np.add.reduceat(cross.weights, keys, -1, np.float64), firsts, -2)
    groups = [steps[a:b] for a, b in zip(firsts, [*firsts[1:], len(steps)], strict=True)]
    inputs = (cross.queries.words[0], *written.words[:-1])
    n = tuple(range(len(inputs)))
    special = (cross.queries.special[0], *(written.special[i] for i in firsts[:-1]))
    return Film(
        AttentionMap(
            cross.kind, (summed / counts[:, None]).astype(np.float32),
            Axis(inputs, n, inputs, special, written.words), _alone(cross.keys), cross.normalised,
        ),
        tuple(
            Step(Candidate(word, sum(one.written.log_prob for one in group), group[0].written.id), group[0].top)
            for word, group in zip(written.words, groups, strict=True)
        ),
        tuple(firsts),
        tuple(tuple((one.written.token, one.written.log_prob) for one in group) for group in groups),
    )  # fmt: skip


def losses_by_word(found: Forcing) -> Forcing:
    """The same reference with a loss a word. A word was guessed where each of its pieces was; else the first likelier
    piece is named."""
    words, starts = found.reference_axis.word_of, _firsts(found.reference_axis)
    wrong: dict[int, str] = {}
    for place, (token, guess) in enumerate(zip(found.reference, found.guesses, strict=True)):
        if token != guess:
            wrong.setdefault(words[place], guess)
    names = found.reference_axis.words
    sums: Floats = np.add.reduceat(found.losses.astype(np.float64), starts).astype(np.float32)
    return Forcing(
        names, sums, tuple(wrong.get(i, name) for i, name in enumerate(names)), found.free_axis.words,
        _parting_word(found), _alone(found.reference_axis), _alone(found.free_axis),
    )  # fmt: skip


def _parting_word(found: Forcing) -> int | None:
    """The word of the first token that differs; one side may still be within a word that the other has ended."""
    if found.parts is None:
        return None
    axes = found.reference_axis, found.free_axis
    return min(axis.word_of[found.parts] if found.parts < len(axis) else len(axis.words) for axis in axes)


def _alone(axis: Axis) -> Axis:
    """Each word as a token."""
    n = tuple(range(len(axis.words)))
    return Axis(axis.words, n, axis.words, tuple(axis.special[i] for i in _firsts(axis)))


def _firsts(axis: Axis) -> list[int]:
    """The first token of each word."""
    return [axis.word_of.index(i) for i in range(len(axis.words))]
