"""The record: what it refuses, and that nothing is lost on the way to JSON or .npz and back."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from core.trace import AttentionMap, Axis, Candidate, Hypothesis, Series, Step, Trace

STRANGE = ("<s>", '"quoted"', "\\", "\x00", "\n", "👨‍👩‍👧", "한", "NaN", "", "\u2028", "<b>&amp;</b>")


def axis(*tokens: str, writes: tuple[str, ...] = ()) -> Axis:
    """Each token a word."""
    return Axis(tokens, tuple(range(len(tokens))), tokens, (False,) * len(tokens), writes)


def rows(*shape: int) -> np.ndarray:
    """Random weights whose rows sum to 1."""
    weights = np.random.default_rng(0).random(shape, dtype=np.float32)
    return (weights / weights.sum(-1, keepdims=True)).astype(np.float32)


@pytest.fixture
def trace() -> Trace:
    src = Axis(STRANGE, (0, 0, 1, 2, 2, 2, 3, 4, 5, 6, 7), tuple("abcdefgh"), (True, *[False] * 9, True))
    tgt = axis("<s>", "Où", "·é", writes=("Où", "·é", "</s>"))
    third = np.float32(1) / np.float32(3)  # no short decimal
    return Trace(
        model="tiny",
        src_text="".join(STRANGE),
        tgt_text='Où "é"\x00',
        maps=(
            AttentionMap("encoder_self", rows(2, 4, 11, 11), src, src),
            AttentionMap("decoder_self", rows(3, 4, 3, 3), tgt, tgt),
            AttentionMap("cross", rows(3, 4, 3, 11) * third, tgt, src, normalised=False),
        ),
        steps=tuple(
            Step(Candidate(t, -(i + 1) / 3), (Candidate(t, -(i + 1) / 3), Candidate("x", -7.1)))
            for i, t in enumerate(tgt.writes)
        ),
        hypotheses=(Hypothesis("Où é", -1.1, -0.7), Hypothesis("Où", -2.2, -2.0)),
        chosen=1,
        finished=False,
        series=(
            Series("q", ("layer", "token"), np.array([[1e-38, -1e38], [third, np.nextafter(np.float32(1), 2)]], "f")),
        ),
    )


def assert_same(left: Any, right: Any) -> None:
    """Equal in every field, arrays bit by bit, and of the same types."""
    assert type(left) is type(right)
    if isinstance(left, np.ndarray):
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)
    elif isinstance(left, tuple):
        assert len(left) == len(right)
        for a, b in zip(left, right, strict=True):
            assert_same(a, b)
    elif hasattr(left, "__dataclass_fields__"):
        for field in fields(left):
            assert_same(getattr(left, field.name), getattr(right, field.name))
    else:
        assert left == right


def test_json_and_back_is_the_same_trace(trace: Trace):
    text = trace.to_json()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert_same(Trace.from_json(text), trace)


def test_npz_and_back_is_the_same_trace(trace: Trace):
    assert_same(Trace.from_npz(trace.to_npz()), trace)


def test_an_empty_trace_survives_too():
    empty = Trace("tiny", "", "", (AttentionMap("cross", np.zeros((1, 1, 0, 3), "f"), axis(), axis("a", "b", "c")),))
    assert_same(Trace.from_json(empty.to_json()), empty)
    assert_same(Trace.from_npz(empty.to_npz()), empty)


def test_a_trace_answers_by_kind_and_sums_its_steps(trace: Trace):
    assert trace.kinds == ("encoder_self", "decoder_self", "cross")
    assert trace["cross"].kind == "cross"
    assert (trace["cross"].n_layers, trace["cross"].n_heads) == (3, 4)
    np.testing.assert_array_equal(trace["cross"].head(2, 1), trace["cross"].weights[2, 1])
    assert trace.log_prob == pytest.approx(-(1 + 2 + 3) / 3)
    with pytest.raises(KeyError, match="no 'cros', only encoder_self"):
        trace["cros"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "null",
        "[]",
        '"x"',
        "5",
        "{}",
        '{"model": "tiny"}',
        '{"nodes": [], "links": []}',
    ],
)
def test_foreign_json_raises(text: str):
    with pytest.raises(ValueError, match=r"\S"):
        Trace.from_json(text)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """The way to every place of a JSON value, one of each list."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, inner in items:
        if key != "weights":
            yield from _paths(inner, (*path, key))


def test_no_broken_json_gets_past(trace: Trace):
    """Every object or list, replaced by something else in turn, is refused as a `ValueError` and nothing else."""
    record = json.loads(trace.to_json())
    for path in list(_paths(record))[1:]:
        for wrong in (None, 5, "x", [], [[]], {}):
            broken = json.loads(trace.to_json())
            at = broken
            for key in path[:-1]:
                at = at[key]
            if not isinstance(at[path[-1]], dict | list):
                continue
            at[path[-1]] = wrong
            with contextlib.suppress(ValueError):
                Trace.from_json(json.dumps(broken))


def test_foreign_archives_raise(trace: Trace):
    other = io.BytesIO()
    np.savez(other, weights=np.zeros(3))
    single = io.BytesIO()
    np.save(single, np.zeros(3))
    whole = trace.to_npz()
    for data in (b"", b"garbage", b"PK\x03\x04garbage", other.getvalue(), single.getvalue(), whole[: len(whole) // 2]):
        with pytest.raises(ValueError, match="not a trace"):
            Trace.from_npz(data)


def test_an_archive_runs_no_code():
    """A pickle in an .npz could: it is refused."""
    pickled = io.BytesIO()
    np.savez(pickled, record=np.array({"model": "tiny"}, dtype=object))
    with pytest.raises(ValueError, match="not a trace"):
        Trace.from_npz(pickled.getvalue())


# What the parts refuse


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"word_of": (0,)}, "word_of has 1 entries for 2 tokens"),
        ({"special": (False,) * 3}, "special has 3 entries for 2 tokens"),
        ({"writes": ("x",)}, "writes has 1 entries for 2 tokens"),
        ({"word_of": (1, 2)}, "does not count through 2 words"),
        ({"word_of": (0, 2)}, "does not count through"),
        ({"word_of": (1, 0)}, "does not count through"),
        ({"word_of": (-1, 0)}, "does not count through"),
        ({"words": ("a",)}, "does not count through 1 words"),
        ({"words": ("a", "b", "c")}, "does not count through 3 words"),
    ],
)
def test_an_axis_refuses_what_does_not_fit(changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        replace(axis("a", "b"), **changes)


def test_an_axis_knows_which_tokens_go_on_with_a_word():
    one = Axis(("un", "believ", "able", "cat"), (0, 0, 0, 1), ("unbelievable", "cat"), (False,) * 4)
    assert [one.continues(i) for i in range(4)] == [False, True, True, False]


WEIGHTS = np.array([[[[0.25, 0.75], [1, 0]]]], np.float32)


def _with(at: tuple[int, ...], value: float) -> np.ndarray:
    weights = WEIGHTS.copy()
    weights[at] = value
    return weights


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (WEIGHTS[0], r"weights \(1, 2, 2\) do not fit 2 queries x 2 keys"),
        (WEIGHTS[..., :1], r"weights \(1, 1, 2, 1\) do not fit"),
        (WEIGHTS.astype(np.float64), "float64, not float32"),
        (_with((0, 0, 0, 0), np.nan), "finite"),
        (_with((0, 0, 0, 0), np.inf), "finite"),
        (np.array([[[[-0.25, 1.25], [1, 0]]]], np.float32), "at least 0"),
        (_with((0, 0, 1, 1), 0.5), "rows do not sum to 1"),
        (np.array([[[[0.25, 1], [0.75, 0]]]], np.float32), "rows do not sum to 1"),  # its columns do
    ],
)
def test_a_map_refuses_weights_that_are_none(weights: np.ndarray, message: str):
    with pytest.raises(ValueError, match=message):
        AttentionMap("cross", weights, axis("a", "b"), axis("c", "d"))


def test_a_map_without_normalisation_need_not_sum_to_one():
    AttentionMap("cross", _with((0, 0, 1, 1), 0.5), axis("a", "b"), axis("c", "d"), normalised=False)


def test_a_map_refuses_an_unknown_kind():
    with pytest.raises(ValueError, match="unknown kind 'sideways'"):
        AttentionMap("sideways", WEIGHTS, axis("a", "b"), axis("c", "d"))  # type: ignore[arg-type]


def test_a_series_names_each_axis_and_is_single_precision():
    with pytest.raises(ValueError, match=r"q: 1 axis names for values \(2, 3\)"):
        Series("q", ("layer",), np.zeros((2, 3), np.float32))
    with pytest.raises(ValueError, match="float64, not float32"):
        Series("q", ("layer", "token"), np.zeros((2, 3)))


def test_a_trace_refuses_parts_that_do_not_belong_together(trace: Trace):
    with pytest.raises(ValueError, match="a map is there twice"):
        replace(trace, maps=(*trace.maps, trace.maps[0]))
    with pytest.raises(ValueError, match="a series is there twice"):
        replace(trace, series=trace.series * 2)
    for chosen in (-1, 2):
        with pytest.raises(ValueError, match=f"chosen {chosen} of 2 hypotheses"):
            replace(trace, chosen=chosen)
    with pytest.raises(ValueError, match="decoder_self: 3 queries for 2 steps"):
        replace(trace, steps=trace.steps[:2])
