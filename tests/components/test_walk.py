"""What the boxes of a walk hold, before any browser."""

from __future__ import annotations

import numpy as np
import pytest

from core.components.walk import Box, Group, colour_limit, walk

STRIP = np.float32([1, -2, 0.5])


@pytest.mark.parametrize(
    ("values", "labels", "said"),
    [
        (STRIP.astype(np.float64), (), "float64"),
        (STRIP[None], (), "not a float32 vector"),
        (STRIP[:0], (), "not a float32 vector"),
        (STRIP, ("one",), "1 labels for 3"),
    ],
)
def test_what_is_no_strip_is_refused(values, labels, said):
    with pytest.raises(ValueError, match=said):
        Box("a", "A", values, labels=labels)


def test_one_colour_for_all_strips_but_those_with_their_own():
    wide = np.linspace(-10, 10, 1001, dtype=np.float32)
    own, bars = Box("b", "B", 100 * wide, limit=5.0), Box("c", "C", STRIP, labels=("x", "y", "z"))
    assert colour_limit([Box("a", "A", wide), own, bars]) == pytest.approx(9.9)
    assert colour_limit([own]) == 1.0
    assert colour_limit([Box("a", "A", np.zeros(4, np.float32))]) == 1.0


def test_boxes_have_names_of_their_own():
    box = Box("a", "A", STRIP)
    for groups in ([], [Group("g", (box, box))], [Group("g", (box,)), Group("h", (box,))]):
        with pytest.raises(ValueError, match="names of their own"):
            walk(groups, words={}, dark=False, file_stem="x", key="k")
