"""The learning rate, on paper."""

from __future__ import annotations

import pytest

from core.train.schedule import learning_rate


@pytest.mark.parametrize(
    ("step", "rate"),
    [
        (1, 0.01),  # a hundredth of the way up
        (50, 0.5),
        (100, 1.0),  # the peak
        (400, 0.5),  # four times as many steps: half
        (10_000, 0.1),
    ],
)
def test_up_in_a_line_and_down_by_the_root(step: int, rate: float):
    assert learning_rate(step, peak=1.0, warmup=100) == pytest.approx(rate)
    assert learning_rate(step, peak=0.003, warmup=100) == pytest.approx(0.003 * rate)


def test_it_is_the_papers_formula():
    """Equation 3: d^-0.5 min(step^-0.5, step warmup^-1.5), whose peak is (d warmup)^-0.5."""
    d, warmup = 512, 4000
    for step in (1, 3999, 4000, 4001, 100_000):
        paper = d**-0.5 * min(step**-0.5, step * warmup**-1.5)
        assert learning_rate(step, (d * warmup) ** -0.5, warmup) == pytest.approx(paper)
