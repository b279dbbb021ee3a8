"""Side by side: A B A B ... in one run, and the ratio of each pair; what a busy machine does to one it does to both."""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:  # `python benchmarks/bench_x.py` finds core and tests too
    sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class Pairs:
    """Two series taken in turns: `ours[i]` right before `theirs[i]`, in the same unit."""

    ours: Sequence[float]
    theirs: Sequence[float]

    @property
    def ratio(self) -> float:
        """Median of theirs / ours, pair by pair: 2 is twice as fast as they."""
        return statistics.median(b / a for a, b in zip(self.ours, self.theirs, strict=True))

    def cells(self, unit: str = "ms", scale: float = 1000) -> tuple[str, str, str]:
        """Both medians and the ratio, for a table row."""
        ours, theirs = (statistics.median(series) * scale for series in (self.ours, self.theirs))
        return f"{ours:,.1f} {unit}", f"{theirs:,.1f} {unit}", f"{self.ratio:.2f}"


def side_by_side(ours: Callable[[], object], theirs: Callable[[], object], repeats: int, warm_up: int = 2) -> Pairs:
    """Seconds of each call, in turns; the first `warm_up` pairs are not counted."""
    return on_two_clocks(ours, theirs, repeats, warm_up)[0]


def on_two_clocks(
    ours: Callable[[], object], theirs: Callable[[], object], repeats: int, warm_up: int = 2
) -> tuple[Pairs, Pairs]:
    """The same calls by the clock on the wall, and by the processor's time that this process spent."""
    times = [(seconds(ours), seconds(theirs)) for _ in range(warm_up + repeats)][warm_up:]
    wall, cpu = (Pairs([a[clock] for a, _ in times], [b[clock] for _, b in times]) for clock in (0, 1))
    return wall, cpu


def seconds(call: Callable[[], object]) -> tuple[float, float]:
    """Wall, processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def joined(pairs: Sequence[Pairs]) -> Pairs:
    return Pairs([x for p in pairs for x in p.ours], [x for p in pairs for x in p.theirs])


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def row(*cells: object) -> None:
    """A row of a Markdown table."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(*cells: object) -> None:
    row(*cells)
    row(*("---" for _ in cells))


def options(description: str | None, **defaults: int | str) -> argparse.Namespace:
    """The command's options, each of its default's type."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value, help=" ")
    return parser.parse_args()
