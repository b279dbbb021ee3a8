"""A bar for each class, always in the same place."""

import numpy as np

from core.figures.vision import bars


def test_the_likeliest_stands_out_and_none_moves():
    chances = np.float32([0.1, 0.7, 0.2])
    figure = bars(chances, ["<b>0", "1", "2"], "probability")
    (bar,) = figure.data
    np.testing.assert_allclose(bar.x, chances)
    assert list(bar.y) == [0, 1, 2]
    colours = list(bar.marker.color)
    assert colours[0] == colours[2] != colours[1]
    assert list(bar.text) == ["10.0%", "70.0%", "20.0%"]
    assert figure.layout.yaxis.ticktext[0] == "&lt;b&gt;0"
