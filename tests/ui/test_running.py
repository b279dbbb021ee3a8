"""Runs that are kept: how large they are taken to be, and that a map's size is most of it."""

from __future__ import annotations

import numpy as np

from core.trace import Candidate, Step, Trace
from core.ui.running import STEP, size
from tests.test_measures import axis, one_map


def test_a_run_without_a_map_has_a_size():
    """Else any number of them would be kept."""
    word = Candidate("un", -0.1, 5)
    assert size(Trace("rnn", "one", "un", (), (Step(word, (word,)),) * 3)) == 4 * STEP


def test_a_map_counts_by_its_bytes():
    names = axis(tuple("abcd"))
    attn = one_map(np.full((4, 4), 0.25), names, names)
    assert size(Trace("bert", "abcd", "", (attn,))) == attn.weights.nbytes + STEP
