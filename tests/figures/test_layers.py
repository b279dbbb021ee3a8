"""Pictures of the inside of a layer: what stands where, and nothing of a text is obeyed as HTML."""

from __future__ import annotations

import numpy as np
import pytest

from core.figures import layers, lens, units

NAMES = ("<b>dog</b>", "dog", "</s>")


def values(trace, axis):
    return np.asarray(trace[axis], float)


def test_histograms_count_every_number_once():
    stages = [("a", np.float32([1, 2, 3, 3])), ("b", np.float32([0, 0, 1, 9])), ("c", np.float32([5, 5, 5, 5]))]
    fig = layers.histograms(stages, x="x", y="y")
    assert [values(one, "y").sum() for one in fig.data] == [4, 4, 4]
    flat = layers.histograms([("a", np.zeros(3, np.float32))], x="x", y="y")
    assert values(flat.data[0], "y").sum() == 3


def test_moments_mark_the_chosen_token():
    fig = layers.moments(NAMES, [("a", np.float32([0, 1, 2]), np.float32([1, 1, 4]))], 1, ("mean", "variance"))
    assert (fig.layout.shapes[0].x0, fig.layout.shapes[0].x1) == (0.5, 1.5)
    assert "<b>" not in fig.to_json().split('"customdata"')[1].split("]")[0]


@pytest.mark.parametrize("n", [1, 2])
def test_growth_starts_and_ends_together(n):
    one = layers.Growing("m", ("in", "1"), *(np.float32([1, 2]) for _ in range(3)))
    other = layers.Growing("<i>", ("in", "1", "2"), *(np.float32([1, 2, 5]) for _ in range(3)))
    fig = layers.growth([one, other][:n], x="last", y="size")
    lines = [trace for trace in fig.data if trace.mode == "lines+markers"]
    assert len(lines) == n
    assert {(values(line, "x")[0], values(line, "x")[-1]) for line in lines} == {(0, 1)}
    assert "<i>" not in [line.name for line in lines]


def test_lengths_and_moved_keep_their_numbers():
    fig = layers.lengths(("1",), [("x", np.float32([3])), ("y", np.float32([4]))], y="length")
    assert [values(bar, "y")[0] for bar in fig.data] == [3, 4]
    fig = layers.moved([("a", np.float32([1, 2]), np.float32([1, 5]))], x="alone", y="batch")
    assert (values(fig.data[0], "x") == [1, 5]).all()  # the diagonal reaches from the smallest to the largest
    assert (values(fig.data[1], "y") == [1, 5]).all()


def test_units_have_a_row_each_and_tokens_may_repeat():
    hidden = np.float32([[0, 1], [2, 0], [0, 0]])
    fig = units.activations(hidden.T, ("1", "2"), NAMES, y="unit", hover="{unit} on {token}")
    assert fig.data[0].z.shape == (2, 3)
    assert fig.data[0].customdata[0][0] == "1 on &lt;b&gt;dog&lt;/b&gt;"
    every = units.every_unit(hidden, ("dog", "dog", "</s>"), ("unit", "token"))
    assert list(every.data[0].y) == ["1 dog", "2 dog", "3 &lt;/s&gt;"]
    bars = units.dead(("E1", "E2"), (0.25, 0.5), 1, ("alive", "never"))
    assert (np.add(bars.data[0].x, bars.data[1].x) == 1).all()


def test_the_lens_shows_its_words_as_text_and_frames_the_step():
    shares = np.float32([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    words = [["<s>", "b", "c"], ["d", "incompréhensible", "f"]]
    fig = lens.answers(shares, words, ("in", "1"), NAMES, 2, hover="{level} {step} {word}")
    assert fig.data[0].z.shape == (3, 2)
    assert list(fig.data[0].text[0]) == ["&lt;s&gt;", "d"]
    assert fig.data[0].text[1][1].endswith("…")  # cut in the cell, whole where it is pointed at
    assert "incompréhensible" in fig.data[0].customdata[1][1]
    assert (fig.layout.shapes[0].y0, fig.layout.shapes[0].y1) == (1.5, 2.5)


def test_the_written_word_is_dark():
    colours = lens.bars(("a", "b", "c"), (0.5, 0.3, 0.2), 1, x="p").data[0].marker.color
    assert colours[0] == colours[2] != colours[1]
    assert len(set(lens.bars(("a", "b"), (0.5, 0.3), None, x="p").data[0].marker.color)) == 1
