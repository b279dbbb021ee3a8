"""Figures of plain dictionaries: what Plotly gets, and that a wrong one can't pass the tests."""

import numpy as np
import pytest

from core.figures.theme import figure

BARS = {"type": "bar", "y": [1, 2]}


def test_a_figure_holds_what_it_was_given():
    grid = np.arange(6, dtype=np.float32).reshape(2, 3)
    fig = figure([{"type": "heatmap", "z": grid}], {"xaxis": {"range": [0, 1]}, "title": {"text": "one"}})
    np.testing.assert_array_equal(fig.data[0].z, grid)
    assert fig.layout.xaxis.range == (0, 1)
    assert fig.layout.title.text == "one"


def test_arrays_go_to_the_browser_as_bytes():
    assert (
        figure([{"type": "heatmap", "z": np.eye(2, dtype=np.float32)}], {}).to_dict()["data"][0]["z"]["dtype"] == "f4"
    )


@pytest.mark.parametrize(
    ("traces", "layout"),
    [
        ([{**BARS, "colour": "red"}], {}),
        ([BARS], {"margins": {"l": 10}}),
        ([{**BARS, "opacity": 3}], {}),
    ],
)
def test_what_plotly_does_not_know_fails_here(traces, layout):
    with pytest.raises(ValueError, match=r"[Ii]nvalid"):
        figure(traces, layout)


def test_what_validation_would_set_right_fails_here():
    """It doesn't run in the app, so that plotly.js would get what it can't read."""
    with pytest.raises(AssertionError, match="would change"):
        figure([BARS], {"title": "one"})
