"""Steps and losses by word add up to those by piece."""

from __future__ import annotations

import numpy as np
import pytest

from core.lab.decoding import Forcing, teacher_forcing
from core.lab.wordwise import by_piece, by_word, losses_by_word
from core.measures import pooled
from core.models import Model
from core.trace import AttentionMap, Axis, Candidate, Step
from core.tracing import axis, trace_output

TEXT, OUTPUT = "The cat sleeps.", "Elle travaille beaucoup, Tom !"


def step(token: str, p: float, number: int) -> Step:
    return Step(Candidate(token, float(np.log(p)), number), (Candidate(f"top {number}", -0.1, 9),))


def spelled(words: str) -> Axis:
    """`ch+ien dort`: pieces of a word joined by `+`, words apart by spaces."""
    groups = [word.split("+") for word in words.split()]
    pieces = tuple(piece for group in groups for piece in group)
    word_of = tuple(i for i, group in enumerate(groups) for _ in group)
    special = tuple(piece in ("<s>", "</s>") for piece in pieces)
    return Axis(pieces, word_of, tuple("".join(group) for group in groups), special)


# On paper: "Un ch+ien" from "A do+g", the rows of ch and ien made one.
CROSS = AttentionMap(
    "cross",
    np.array([[[[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.0, 0.2, 0.8], [0.1, 0.4, 0.5]]]], np.float32),
    Axis(("<s>", "Un", "ch", "ien"), (0, 1, 2, 2), ("<s>", "Un", "chien"), (True, False, False, False),
         ("Un", "ch", "·ien", "</s>")),
    spelled("A do+g"),
)  # fmt: skip
STEPS = (step("Un", 0.5, 10), step("ch", 0.8, 11), step("·ien", 0.25, 12), step("</s>", 0.9, 2))


def test_a_word_on_paper():
    film = by_word(CROSS, STEPS, spelled("Un ch+ien </s>"))
    np.testing.assert_allclose(np.exp([one.written.log_prob for one in film.steps]), [0.5, 0.8 * 0.25, 0.9])
    np.testing.assert_allclose(film.cross.head(0, 0), [[0.7, 0.3], [0.1, 0.9], [0.1, 0.9]], atol=1e-6)
    assert [one.written.token for one in film.steps] == ["Un", "chien", "</s>"]
    assert [one.written.id for one in film.steps] == [10, 11, 2]  # another word would begin at its first piece
    assert [one.top[0].token for one in film.steps] == ["top 10", "top 11", "top 2"]
    assert film.firsts == (0, 1, 3)
    assert film.pieces[1] == (("ch", STEPS[1].written.log_prob), ("·ien", STEPS[2].written.log_prob))
    assert film.cross.queries.tokens == ("<s>", "Un", "chien")
    assert film.cross.queries.writes == ("Un", "chien", "</s>")
    assert film.cross.queries.special == (True, False, False)
    assert film.cross.keys.tokens == ("A", "dog")


def test_an_output_that_breaks_off_within_a_word_keeps_what_was_written():
    film = by_word(
        AttentionMap("cross", CROSS.weights[:, :, :2], Axis(("<s>", "Un"), (0, 1), ("<s>", "Un"), (True, False),
                     ("Un", "ch")), CROSS.keys), STEPS[:2], spelled("Un ch"),
    )  # fmt: skip
    assert [one.written.token for one in film.steps] == ["Un", "ch"]


@pytest.mark.parametrize("text", [OUTPUT, "Tom"])
def test_frames_by_word_hold_all_that_frames_by_piece_hold(model: Model, text: str):
    tokens = (*model.tokenizer.encode(text).ids, model.tokenizer.eos)
    result, written = trace_output(model, TEXT, tokens), axis(model.tokenizer, tokens)
    cross = pooled(result["cross"], 1, "mean")
    pieces, words = by_piece(cross, result.steps), by_word(cross, result.steps, written)
    assert sum(one.written.log_prob for one in words.steps) == pytest.approx(result.log_prob)
    assert sum(words.pieces, ()) == sum(pieces.pieces, ())
    assert [tokens[first] for first in words.firsts] == [one.written.id for one in words.steps]
    np.testing.assert_allclose(words.cross.weights.sum(-1), 1, atol=1e-5)
    assert len(words.steps) == len(written.words) < len(pieces.steps) or text == "Tom"
    assert pieces.steps == result.steps


def forcing(reference: str, free: str, parts: int | None, wrong: dict[int, str] | None = None) -> Forcing:
    here, there = spelled(reference), spelled(free)
    guesses = tuple((wrong or {}).get(i, token) for i, token in enumerate(here.tokens))
    losses = np.arange(1, len(here) + 1, dtype=np.float32)
    return Forcing(here.tokens, losses, guesses, there.tokens, parts, here, there)


def test_losses_of_a_words_pieces_add_up():
    found = losses_by_word(forcing("Un ch+ien dort </s>", "Un ch+at </s>", 2, {2: "·at", 3: "court"}))
    assert found.losses.tolist() == [1, 2 + 3, 4, 5]
    assert found.reference == ("Un", "chien", "dort", "</s>")
    assert found.free == ("Un", "chat", "</s>")
    assert found.guesses == ("Un", "·at", "court", "</s>")  # the first piece that was guessed wrong
    assert found.parts == 1
    assert found.losses.sum() == sum(range(1, 6))


@pytest.mark.parametrize(
    ("reference", "free", "parts", "word"),
    [
        ("Un ch+ien </s>", "Un ch+ien </s>", None, None),
        ("Un chat+on </s>", "Un chat </s>", 2, 1),  # the reference goes on with the word, the model ends it
        ("Un chat </s>", "Un chat+on </s>", 2, 1),
        ("Un chat", "Un chat dort", 2, 2),  # one of the two is at its end
        ("Il </s>", "Elle </s>", 0, 0),
    ],
)
def test_they_part_at_the_word_of_the_first_token_that_differs(
    reference: str, free: str, parts: int | None, word: int | None
):
    assert losses_by_word(forcing(reference, free, parts)).parts == word


def test_losses_of_a_real_reference_add_up(model: Model):
    found = teacher_forcing(model, TEXT, OUTPUT, lambda *_: None)
    words = losses_by_word(found)
    assert words.losses.sum() == pytest.approx(found.losses.sum(), rel=1e-5)
    assert words.reference[-1] == "</s>"
    assert "".join(words.reference[:-1]) == OUTPUT.replace(" ", "")
