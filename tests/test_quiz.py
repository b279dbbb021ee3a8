"""Questions whose answers are in the run."""

from __future__ import annotations

import numpy as np
import pytest

from core.models import Model
from core.quiz import KINDS, Question, questions
from core.trace import AttentionMap, Axis, Candidate, Step, Trace
from core.tracing import trace

TEXT = "Tom loves Mary and the cat sleeps."


def axis(*words: str, writes: tuple[str, ...] = ()) -> Axis:
    tokens = (*words, "</s>") if not writes else ("<s>", *words)
    special = tuple(token in ("<s>", "</s>") for token in tokens)
    return Axis(tokens, tuple(range(len(tokens))), tokens, special, writes)


def known(encoder: list[list[float]], cross: list[list[float]]) -> Trace:
    """Two words in, two words out, one layer, one head."""
    source, target = axis("the", "dog", "barks"), axis("le", "chien", writes=("le", "chien", "</s>"))
    causal = [[1, 0, 0], [0.5, 0.5, 0], [0.2, 0.3, 0.5]]

    def attn(kind: str, rows: list[list[float]], queries: Axis, keys: Axis) -> AttentionMap:
        return AttentionMap(kind, np.array([[rows]], np.float32), queries, keys)  # type: ignore[arg-type]

    top = tuple(Candidate(token, float(np.log(p)), i) for i, (token, p) in enumerate(
        (("chien", 0.7), ("chat", 0.1), ("chiot", 0.1), ("loup", 0.05))))  # fmt: skip
    steps = tuple(Step(Candidate(token, -0.1), ()) for token in ("le", "", "</s>"))
    return Trace(
        "tiny", "the dog barks", "le chien",
        (attn("encoder_self", encoder, source, source), attn("decoder_self", causal, target, target),
         attn("cross", cross, target, source)),
        (steps[0], Step(top[0], top), steps[2]),
    )  # fmt: skip


def asked(run: Trace, kind: str, turn: int = 1) -> Question:
    return next(one for one in questions(run, turn) if one.kind == kind)


@pytest.fixture
def run() -> Trace:
    encoder = [[0.1, 0.8, 0.05, 0.05], [0.1, 0.7, 0.2, 0], [0.1, 0.3, 0.6, 0], [0, 0, 0, 1]]
    cross = [[0.1, 0.2, 0.1, 0.6], [0.05, 0.9, 0.05, 0], [0, 0, 0, 1]]
    return known(encoder, cross)


def test_right_answers_of_a_run_worked_out_by_hand(run: Trace):
    looks = asked(run, "looks")
    assert dict(looks.said) == {"query": "the", "layer": 1, "head": 1}  # the only look of 0.4 at another word
    assert looks.options[looks.answer] == "dog"
    assert looks.numbers[looks.answer] == pytest.approx(0.8)
    following = asked(run, "next")
    assert dict(following.said)["prefix"] == "le"
    assert following.options[following.answer] == "chien"
    assert sorted(following.options) == ["chat", "chien", "chiot", "loup"]
    aligned = asked(run, "aligned")
    assert dict(aligned.said)["word"] == "chien"  # of "le", most goes to </s>, and no word gets 0.4
    assert aligned.options[aligned.answer] == "dog"


def test_the_masked_map_alone_has_nothing_above_the_diagonal_and_one_is_it_turned_round(run: Trace):
    for turn in range(1, 9):
        one = asked(run, "masked", turn)
        answer = one.maps[one.answer]
        assert one.numbers[one.answer] == 0
        assert all(number > 0 for i, number in enumerate(one.numbers) if i != one.answer)
        np.testing.assert_array_equal(answer, run["decoder_self"].head(0, 0))
        assert any(np.array_equal(other, answer.T) for other in one.maps)


def test_a_word_that_stands_twice_is_never_asked_about(model: Model):
    for turn in range(1, 20):
        for one in questions(trace(model, "the cat and the cat and Tom loves Mary"), turn):
            if one.kind in ("looks", "aligned"):
                assert not {"the", "cat", "and"} & set(one.options)


def test_every_answer_has_the_largest_number_and_a_round_is_always_the_same(model: Model):
    run = trace(model, TEXT)
    for turn in range(1, 20):
        made, again = questions(run, turn), questions(run, turn)
        assert [(one.said, one.options) for one in made] == [(one.said, one.options) for one in again]
        assert [one.kind for one in made] == [kind for kind in KINDS if kind in {one.kind for one in made}]
        for one in made:
            assert len(one.options) == len(set(one.options)) == len(one.numbers) > 1
            best = min(one.numbers) if one.kind == "masked" else max(one.numbers)
            assert one.numbers[one.answer] == best
    assert len({str(questions(run, turn)[0].said) for turn in range(1, 20)}) > 3, "another round asks of others"


def test_what_has_no_answer_is_not_asked(model: Model):
    assert "looks" not in [one.kind for one in questions(trace(model, "Tom."))]
    run = trace(model, TEXT)
    alone = Trace("t", run.src_text, run.tgt_text, (run["cross"],), run.steps)
    assert not {"looks", "masked"} & {one.kind for one in questions(alone)}
    assert questions(Trace("t", "x", "y", ())) == ()
