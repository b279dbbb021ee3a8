"""The plane of heads: every head a point, and the chosen ones ringed."""

import numpy as np

from core.figures.compare import Ring, head_plane
from core.measures import head_distances, plane
from tests.measures.test_heads import all_heads

NAMES = [f"Layer {i // 3 + 1}, <b>head</b> {i % 3 + 1}" for i in range(6)]
SHORT = [f"{i // 3 + 1}.{i % 3 + 1}" for i in range(6)]


def drawn(rings=(), colour=None, dark=False):
    flat = plane(head_distances(all_heads())[0])
    values = np.arange(6, dtype=np.float32) if colour is None else colour
    return flat, head_plane(flat, NAMES, SHORT, values, "entropy", rings, dark=dark)


def test_every_head_is_a_point_where_the_scaling_puts_it_and_tells_its_name():
    flat, fig = drawn()
    points = fig.data[0]
    np.testing.assert_allclose(np.array([points.x, points.y]).T, flat.points)
    assert list(points.text) == SHORT
    assert points.customdata[4] == "Layer 2, &lt;b&gt;head&lt;/b&gt; 2"
    assert list(points.marker.color) == list(range(6))
    assert (points.marker.cmin, points.marker.cmax) == (0, 5)


def test_a_distance_is_the_same_in_both_directions_and_axes_say_nothing():
    _, fig = drawn()
    assert fig.layout.yaxis.scaleanchor == "x"
    assert not fig.layout.xaxis.showticklabels
    assert not fig.layout.yaxis.showticklabels


def test_the_heads_of_both_sides_are_ringed_and_named_once():
    flat, fig = drawn([Ring("A", 2), Ring("B", 5)])
    assert [ring.text[0] for ring in fig.data[1:]] == ["A · 1.3", "B · 2.3"]
    assert [(ring.x[0], ring.y[0]) for ring in fig.data[1:]] == [tuple(flat.points[i].tolist()) for i in (2, 5)]
    assert fig.data[0].text[2] == fig.data[0].text[5] == ""


def test_a_measure_that_is_nothing_everywhere_still_has_colours():
    _, fig = drawn(colour=np.zeros(6, np.float32))
    assert fig.data[0].marker.cmax == 1
