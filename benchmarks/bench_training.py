"""Training beside joeynmt's: forward, loss, backward and update, on the same batches, each in a process of its own.

joeynmt wants an environment of its own (an older protobuf, TensorBoard): `--joeynmt PYTHON` names its Python. Without
it, or where joeynmt does not start, ours is measured alone.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from timing import ROOT, Pairs, head, options, row
from training import CASES, batches, tokens

HERE = Path(__file__).parent
# As `make train` has it, for both sides.
MALLOC = re.search(r"^MALLOC := (\w+)=(\S+)", (ROOT / "Makefile").read_text("utf-8"), re.M)


class Side:
    """A process that trains one model and waits between two blocks of steps."""

    def __init__(self, python: str, script: str, case: str, threads: int) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        if MALLOC:
            environment[MALLOC[1]] = MALLOC[2]
        self._process = subprocess.Popen(
            [python, str(HERE / script), case, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.parameters: int = self._answer()

    def block(self) -> tuple[float, float, float]:
        """Seconds on the wall and of the processor, and the mean loss."""
        assert self._process.stdin
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        wall, cpu, loss = self._answer()
        return wall, cpu, loss

    def stop(self) -> None:
        self._process.communicate()

    def _answer(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args} ended early")  # and has said why
        return json.loads(line)


def without_joeynmt(python: str) -> str:
    """Why it takes no part, in a sentence; "" if it does."""
    if not python:
        return "joeynmt takes no part: --joeynmt names no Python."
    try:
        done = subprocess.run([python, "-c", "import joeynmt.training"], capture_output=True, text=True)
    except OSError as error:
        return f"joeynmt takes no part: {error}."
    return f"joeynmt takes no part: {done.stderr.strip().splitlines()[-1]}." if done.returncode else ""


def measured(case: str, sides: list[Side], blocks: int) -> None:
    """A row for each clock; ours alone where there is one side."""
    for side in sides:
        side.block()  # warms up
    taken = [[side.block() for side in sides] for _ in range(blocks)]
    parameters = " / ".join(f"{side.parameters / 1e6:.2f} M" for side in sides)
    count = sum(map(tokens, batches(CASES[case].recipe)))
    for clock, name in enumerate(("wall", "CPU")):
        times = [[answers[clock] for answers in block] for block in taken]
        rates = [f"{count / statistics.median(side):,.0f} tokens/s" for side in zip(*times, strict=True)]
        ratio = [f"{Pairs(*zip(*times, strict=True)).ratio:.2f}"] if len(sides) == 2 else []
        row("" if clock else CASES[case].title, "" if clock else parameters, name, *rates, *ratio, blocks)


def main() -> None:
    o = options(__doc__, joeynmt="", blocks=9, threads=1, cases=",".join(CASES))
    excuse = without_joeynmt(o.joeynmt)
    if excuse:
        print(f"{excuse}\n")
    columns = ["ours"] if excuse else ["ours", "joeynmt", "times as fast"]
    head(f"training, float32, {o.threads} thread(s)", "parameters", "clock", *columns, "blocks")
    for case in o.cases.split(","):
        sides = [Side(sys.executable, "step_ours.py", case, o.threads)]
        if not excuse:
            sides.append(Side(o.joeynmt, "step_joeynmt.py", case, o.threads))
        measured(case, sides, o.blocks)
        for side in sides:
            side.stop()


if __name__ == "__main__":
    main()
