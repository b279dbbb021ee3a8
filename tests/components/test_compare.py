"""What linked maps and a tinted overview send to the browser."""

import numpy as np
import pytest

from core.components.compare import Linked, compare
from core.components.matrices import Panel
from core.components.overview import Tint

PANEL = Panel("A", "A", "", np.zeros((2, 3), np.float32), ("a", "b"), ("x", "y", "z"), "weight", limit=1)


def test_links_fit_the_panel():
    assert Linked(PANEL, (0, 1), (0, 1, 2)).header()["rowLinks"] == (0, 1)
    with pytest.raises(ValueError, match=r"links \(3, 3\) for values \(2, 3\)"):
        Linked(PANEL, (0, 1, 2), (0, 1, 2))


def test_nothing_to_compare_is_refused():
    with pytest.raises(ValueError, match="no panels"):
        compare([], words={}, scale=[(0, "#ffffff"), (1, "#000000")], smallest=16, file_stem="x", key="k")


def test_a_tint_sorts_largest_first_and_equals_keep_the_models_order():
    values = np.array([[0.5, 2], [0.5, 1]], np.float32)
    header = Tint("entropy", values, order=True).header((2, 2))
    assert header["order"] == [1, 3, 0, 2]
    assert header["values"] == [0.5, 2, 0.5, 1]
    assert header["most"] == 2
    assert Tint("entropy", values).header((2, 2))["order"] is None
    assert Tint("entropy", values * 0).header((2, 2))["most"] == 1  # nothing to divide by


def test_a_tint_has_a_number_for_each_head():
    with pytest.raises(ValueError, match=r"\(2, 2\) numbers for \(3, 8\) heads"):
        Tint("entropy", np.zeros((2, 2), np.float32)).header((3, 8))
