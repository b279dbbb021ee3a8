"""The same word in two sentences."""

from __future__ import annotations

import numpy as np
import pytest

from core.lab.contextual import same_word, shared_words
from core.lab.selfattention import readings
from core.trace import Axis


def words(*names):
    return Axis((*names, "</s>"), tuple(range(len(names) + 1)), (*names, "</s>"), (*[False] * len(names), True))


def test_shared_words_are_those_of_both_without_special_tokens():
    assert shared_words(words("The", "dog", "saw", "the", "bank", "the"), words("a", "bank", "the")) == ("the", "bank")
    assert shared_words(words("a"), words("b")) == ()


def test_the_embedding_knows_no_context_and_the_layers_do(model):
    a, b = readings(model, "I am a good dog."), readings(model, "A dog is here.")
    found = same_word(a.states, b.states, a.src, b.src, "dog")
    assert found.cosine[0] == pytest.approx(1, abs=1e-5)
    assert found.cosine[1] < 0.9999  # another position
    assert np.all(np.abs(found.cosine) <= 1 + 1e-5)
    again = same_word(a.states, a.states, a.src, a.src, "dog")
    np.testing.assert_allclose(again.cosine, 1, atol=1e-5)


def test_pieces_are_averaged_and_pairs_of_different_words_are_the_measure():
    a = Axis(("ca", "t", "</s>"), (0, 0, 1), ("cat", "</s>"), (False, False, True))
    b = words("cat", "dog")
    left = np.array([[[1.0, 1], [1, -1], [9, 9]]], np.float32)
    right = np.array([[[1.0, 0], [0, 1], [9, 9]]], np.float32)
    found = same_word(left, right, a, b, "cat")
    assert found.cosine.tolist() == [1]
    assert found.others.tolist() == [0]


def test_a_word_of_one_sentence_alone_is_refused(model):
    one = readings(model, "I am here.")
    with pytest.raises(ValueError, match="not in both"):
        same_word(one.states, one.states, one.src, one.src, "dog")
