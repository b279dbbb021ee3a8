"""What a recurrent translator's attention computed for one output, in numpy: the four steps, a window, a temperature.

Plain records that a run left, so that another word, window or temperature runs no model. The runs are in
core/lab/alignment_runs.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.lab.headsteps import softmax
from core.trace import Axis, Floats

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Every look of one output (Bahdanau et al. 2015, section 3.1; Luong et al. 2015, section 3).

    query: [tgt, hidden], the decoder's state that asks: the one before the step with Bahdanau, after it with Luong.
    keys: [src, k], the encoder's states as the score wants them; values: [src, memory], those states themselves.
    scores: [tgt, src], of every place; visible: where the query may look. context: [tgt, memory], weights @ values.
    position: [tgt], p_t; empty where no window is. readout: [tgt, d_model], what meets the vocabulary.
    """

    attention: str
    query: Floats
    keys: Floats
    values: Floats
    scores: Floats
    visible: Bools
    weights: Floats
    context: Floats
    position: Floats
    readout: Floats
    window: int
    queries: Axis
    sources: Axis

    def __post_init__(self) -> None:
        shape = len(self.queries), len(self.sources)
        for name in ("scores", "visible", "weights"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} {getattr(self, name).shape} for {shape[0]} queries x {shape[1]} keys")

    @property
    def previous(self) -> bool:
        """Does the state before the step ask?"""
        return self.attention == "bahdanau"

    @property
    def gaussian(self) -> bool:
        """Does a Gaussian take part of each row away?"""
        return self.attention == "local-p"

    @property
    def local(self) -> bool:
        return self.position.size > 0


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One row, step by step. weights: what is left of `soft` after `bell` (ones where there is no Gaussian).

    scores: -inf where the query may not look. context: weights @ values.
    """

    scores: Floats
    soft: Floats
    bell: Floats
    weights: Floats
    context: Floats


def look(looks: Looks, at: int, temperature: float = 1.0) -> Look:
    """Row `at`: the model's own at temperature 1; at 0 the limit, one place alone: an exact look-up."""
    scores = np.where(looks.visible[at], looks.scores[at], np.float32(-np.inf))
    soft = softmax(scores, temperature)
    bell = gaussian(looks.position[at : at + 1], len(scores), looks.window)[0] if looks.gaussian else np.ones_like(soft)
    weights = np.asarray(soft * bell, np.float32)
    return Look(scores, soft, bell, weights, weights @ looks.values)


def within(position: Floats, n: int, d: int) -> Bools:
    """[tgt, src]: the places at most D from p_t."""
    return np.asarray(np.abs(_apart(position, n)) <= d)


def gaussian(position: Floats, n: int, d: int) -> Floats:
    """exp(-(j - p_t)^2 / (2 sigma^2)), sigma = D / 2 (Luong et al., eq. 10): [tgt, src]."""
    return np.asarray(np.exp(-(_apart(position, n) ** 2) / (2 * (d / 2) ** 2)), np.float32)


def _apart(position: Floats, n: int) -> Floats:
    return np.asarray(np.arange(n) - position[:, None], np.float32)


def windowed(looks: Looks, d: int) -> tuple[Bools, Floats]:
    """Where each query may look, and its weights, had the window another D. Scores and p_t do not know D.

    Raises `ValueError` for a model without a window, or a window that is none.
    """
    if not looks.local or d < 1:
        raise ValueError(f"a window of {d} in attention {looks.attention!r}")
    n = len(looks.sources)
    visible = within(looks.position, n, d)
    weights = softmax(np.where(visible, looks.scores, np.float32(-np.inf)))
    return visible, weights * gaussian(looks.position, n, d) if looks.gaussian else weights


@dataclass(frozen=True, slots=True, eq=False)
class Bottleneck:
    """A sentence in one vector: all that a decoder without attention is told (Sutskever et al. 2014).

    parts: name -> [hidden], the decoder's first state: h, and of an LSTM c. without: [src], how far that vector moves
    (Euclidean distance over its length) when this one token is left out; </s> stays.
    """

    parts: dict[str, Floats]
    without: Floats
    sources: Axis

    @property
    def size(self) -> int:
        return sum(len(part) for part in self.parts.values())
