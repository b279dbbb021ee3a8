"""Larger type: every text grows alike, and nothing else changes."""

from __future__ import annotations

import numpy as np

from core.figures.theme import figure
from core.figures.type import enlarged

FIGURE = figure(
    [
        {"type": "bar", "x": np.array([1.0, 2.0], np.float32), "textfont": {"size": 10}, "marker": {"size": 7}},
        {"type": "heatmap", "z": [[1, 2]], "colorbar": {"thickness": 10}},
    ],
    {
        "height": 100,
        "xaxis": {"tickfont": {"size": 12}, "title": {"text": "x"}},
        "xaxis2": {"visible": False},
        "legend": {"font": {"size": 14, "color": "#111111"}},
        "annotations": [{"text": "a", "font": {"size": 11}}, {"text": "b"}],
    },
)


def test_every_text_is_as_many_times_as_large():
    found = enlarged(FIGURE, 1.5).to_dict()
    bar, heat = found["data"]
    layout = found["layout"]
    assert bar["textfont"]["size"] == 15
    assert heat["colorbar"] == {"thickness": 10, "tickfont": {"size": 21}}
    assert layout["font"]["size"] == 21  # whatever says no size of its own
    assert layout["xaxis"]["tickfont"]["size"] == 18
    assert layout["xaxis"]["title"]["font"]["size"] == 21
    assert layout["yaxis"]["tickfont"]["size"] == layout["xaxis2"]["tickfont"]["size"] == 21
    assert layout["legend"]["font"] == {"size": 21, "color": "#111111"}
    assert [one.get("font") for one in layout["annotations"]] == [{"size": 16.5}, None]


def test_what_is_no_text_stays():
    before, after = FIGURE.to_dict(), enlarged(FIGURE, 1.5).to_dict()
    assert after["data"][0]["marker"] == {"size": 7}
    assert after["data"][0]["x"] == before["data"][0]["x"]
    assert after["layout"]["height"] == 125  # half as much more: the texts' share
    assert after["layout"]["template"] == before["layout"]["template"]


def test_the_picture_itself_is_left_alone():
    before = FIGURE.to_dict()
    enlarged(FIGURE, 2)
    assert FIGURE.to_dict() == before
