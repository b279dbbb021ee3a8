"""What a panel of matrices holds, before any browser."""

from __future__ import annotations

import numpy as np
import pytest

from core.components.matrices import Panel, matrices

VALUES = np.array([[1.0, -3.0], [-np.inf, np.nan]], np.float32)


def panel(values=VALUES, **options):
    return Panel("a", "A", "2 × 2", values, **options)


def test_the_full_colour_is_the_largest_finite_value():
    assert panel().header()["limit"] == 3
    assert panel(limit=7.0).header()["limit"] == 7
    assert panel(np.zeros((1, 1), np.float32)).header()["limit"] == 1  # nothing to divide by
    assert panel(np.full((1, 1), -np.inf, np.float32)).header()["limit"] == 1


def test_rows_of_one_name_belong_together_unless_an_axis_says_otherwise():
    named = panel(rows=("I", "am"))
    assert (
        named.header()["axis"] == panel(rows=("I", "am")).header()["axis"] != panel(rows=("am", "I")).header()["axis"]
    )
    assert panel(rows=("I", "am"), axis="key").header()["axis"] == "key"


@pytest.mark.parametrize(
    ("values", "options", "said"),
    [
        (VALUES.astype(np.float64), {}, "float64"),
        (VALUES[0], {}, "not a float32 matrix"),
        (VALUES[:0], {}, "not a float32 matrix"),
        (VALUES, {"rows": ("one",)}, "1 names for 2"),
        (VALUES, {"cols": ("a", "b", "c")}, "3 names for 2"),
        (np.zeros((1, 5000), np.float32), {}, "larger than"),
    ],
)
def test_what_is_no_panel_is_refused(values, options, said):
    with pytest.raises(ValueError, match=said):
        panel(values, **options)


def test_only_a_mask_can_be_drawn_on():
    common = {"words": {}, "scale": [(0, "#ffffff"), (1, "#000000")], "file_stem": "x", "key": "k"}
    for editable in ("a", "b"):
        with pytest.raises(ValueError, match="no mask"):
            matrices([panel()], editable=editable, **common)
    with pytest.raises(ValueError, match="no panels"):
        matrices([], **common)
