"""The arithmetic behind every row of benchmarks/README.md."""

from __future__ import annotations

import time

import pytest

from benchmarks.timing import Pairs, joined, on_two_clocks, percentile, side_by_side


def test_ratio_is_the_median_of_pairs_not_the_ratio_of_medians():
    """The machine was three times as slow during the second pair: that pair still says 2."""
    pairs = Pairs(ours=[1.0, 3.0, 1.0], theirs=[2.0, 6.0, 8.0])
    assert pairs.ratio == 2.0
    assert pairs.cells("ms", 1) == ("1.0 ms", "6.0 ms", "2.00")


def test_sides_take_turns_and_warm_up_is_not_counted():
    heard: list[str] = []
    pairs = side_by_side(lambda: heard.append("a"), lambda: heard.append("b"), repeats=3, warm_up=1)
    assert "".join(heard) == "abababab"
    assert len(pairs.ours) == len(pairs.theirs) == 3


def test_waiting_is_on_the_wall_s_clock_and_not_on_the_processor_s():
    wall, cpu = on_two_clocks(lambda: time.sleep(0.05), lambda: None, repeats=3)
    assert min(wall.ours) >= 0.05 > max(cpu.ours)
    assert len(joined([wall, cpu]).theirs) == 6


@pytest.mark.parametrize(("share", "value"), [(0.95, 19), (0.951, 20), (0.5, 10), (1.0, 20), (0.0, 1)])
def test_percentile_is_the_smallest_value_that_enough_values_do_not_exceed(share: float, value: int):
    assert percentile([*range(20, 0, -1)], share) == value
