"""What both sides of bench_training.py share: sizes, batches, and a conversation about when to take the next steps.

Nothing but the standard library and the recipes: joeynmt's Python has no more of ours.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import timing  # noqa: F401 - lets `core` be found

from core.train.recipes import RECIPES, Recipe

VOCAB, FIRST = 8000, 4  # ids below are <s>, </s>, <pad>, <unk>, whose places differ
LENGTHS = (6, 9, 12, 17, 30)  # target tokens of each batch, `</s>` included

Pair = tuple[list[int], list[int]]  # ids of either side, without `</s>`


@dataclass(frozen=True)
class Case:
    title: str
    config: str
    changes: dict[str, Any] = field(default_factory=dict)  # to the recipe, where joeynmt has no such model

    @property
    def recipe(self) -> Recipe:
        recipe = RECIPES[self.config]
        return replace(recipe, model={**recipe.model, **self.changes})


CASES = {
    "transformer": Case("Transformer", "transformer-en-fr"),
    "bahdanau": Case("LSTM, Bahdanau's attention", "bahdanau-en-fr"),
    "luong": Case("LSTM, Luong's attention", "luong-en-fr", {"bidirectional": True}),
    "feeding": Case("the same, input feeding", "luong-en-fr", {"bidirectional": True, "input_feeding": True}),
}


def batches(recipe: Recipe) -> list[list[Pair]]:
    """One of each length, as large as in training; a source is up to three tokens shorter than its target."""
    rng = random.Random(1)
    return [[_pair(rng, n) for _ in range(recipe.train.batch_tokens // (2 * n))] for n in LENGTHS]


def _pair(rng: random.Random, n: int) -> Pair:
    src, tgt = (rng.choices(range(FIRST, VOCAB), k=k) for k in (n - 1 - rng.randrange(4), n - 1))
    return src, tgt


def tokens(batch: list[Pair]) -> int:
    """Real ones, `</s>` included: padding is work for nothing."""
    return sum(len(src) + len(tgt) + 2 for src, tgt in batch)


def converse(start: Callable[[Case, int], tuple[int, list[Callable[[], float]]]]) -> None:
    """A side in its own process: says how many parameters it has; then a line in is a block of steps, one a batch."""
    name, threads = sys.argv[1:]
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever a library prints is no answer
    parameters, steps = start(CASES[name], int(threads))
    print(json.dumps(parameters), file=answers, flush=True)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        losses = [step() for step in steps]
        times = time.perf_counter() - wall, time.process_time() - cpu
        print(json.dumps([*times, sum(losses) / len(losses)]), file=answers, flush=True)
