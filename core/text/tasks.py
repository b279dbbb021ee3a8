"""Labelled sentences: the tasks in assets/tasks, and a table of one's own."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError

TASKS = Path(__file__).parent.parent.parent / "assets" / "tasks"
NAMES = ("kind", "topic")
MOST_BYTES, MOST_ROWS, MOST_LABELS, MOST_CHARACTERS = 500_000, 2000, 8, 300
FEWEST = 4  # rows of a label: some to learn from, some to be tested with
HELD_OUT = 0.4  # of a table that does not say which rows are for the test


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    label: int  # place among the task's labels


@dataclass(frozen=True, slots=True)
class Task:
    """What to learn from, and other sentences to be tested with."""

    name: str
    labels: tuple[str, ...]
    train: tuple[Example, ...]
    test: tuple[Example, ...]

    @property
    def most(self) -> int:
        """How many examples of every label there are to learn from."""
        return min(Counter(one.label for one in self.train).values())

    @property
    def chance(self) -> float:
        """The share of right answers of one who always says the test's commonest label."""
        return max(Counter(one.label for one in self.test).values()) / len(self.test)


def shipped(name: str) -> Task:
    """A task of assets/tasks."""
    return parse((TASKS / f"{name}.csv").read_bytes(), name)


def parse(data: bytes, name: str) -> Task:
    """A CSV with the columns `text` and `label`, and maybe `split` (train or test); raises `UserError`."""
    if len(data) > MOST_BYTES:
        raise UserError("task_too_large", size=len(data) // 1000, limit=MOST_BYTES // 1000)
    try:
        text = data.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError("task_no_csv") from error
    if any(None in row for row in rows):  # more cells than columns: a comma without quotation marks
        raise UserError("task_no_csv")
    columns = {key.strip().lower(): key for key in (rows[0] if rows else {})}
    if not {"text", "label"} <= columns.keys():
        raise UserError("task_columns", found=", ".join(columns) or "–")
    if len(rows) > MOST_ROWS:
        raise UserError("task_rows", n=len(rows), limit=MOST_ROWS)
    return _task(name, [_Row(*((row.get(columns.get(at, "")) or "").strip() for at in _FIELDS)) for row in rows])


_FIELDS = ("text", "label", "split")


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    label: str
    split: str


def _task(name: str, rows: Sequence[_Row]) -> Task:
    rows = list(dict.fromkeys(row for row in rows if row.text and row.label))
    labels = tuple(dict.fromkeys(row.label for row in rows))
    if not 2 <= len(labels) <= MOST_LABELS:
        raise UserError("task_labels", n=len(labels), limit=MOST_LABELS)
    if long := max(rows, key=lambda row: len(row.text)).text[MOST_CHARACTERS:]:
        raise UserError("too_long_characters", n=MOST_CHARACTERS + len(long), limit=MOST_CHARACTERS)
    for label in labels:
        n = sum(row.label == label for row in rows)
        if n < FEWEST:
            raise UserError("task_few", label=label, n=n, least=FEWEST)
    train, test = _split(rows)
    task = Task(name, labels, *(tuple(Example(row.text, labels.index(row.label)) for row in part)
                                for part in (train, test)))  # fmt: skip
    for part in (task.train, task.test):
        if missing := set(range(len(labels))) - {one.label for one in part}:
            raise UserError("task_split", label=labels[min(missing)])
    return task


def _split(rows: Sequence[_Row]) -> tuple[list[_Row], list[_Row]]:
    """As the table says; where it does not, a share of every label is held out, the same at every reading."""
    if any(row.split for row in rows):
        return [row for row in rows if row.split.lower() != "test"], [
            row for row in rows if row.split.lower() == "test"
        ]
    train, test = [], []
    for label in dict.fromkeys(row.label for row in rows):
        own = [row for row in rows if row.label == label]
        random.Random(0).shuffle(own)
        held_out = max(2, round(HELD_OUT * len(own)))
        test += own[:held_out]
        train += own[held_out:]
    return train, test


def drawn(task: Task, n: int, seed: int) -> tuple[Example, ...]:
    """n examples of each label, or all there are; with one seed the larger draws hold the smaller ones."""
    order = list(task.train)
    random.Random(seed).shuffle(order)
    by_label = [[one for one in order if one.label == label][:n] for label in range(len(task.labels))]
    return tuple(one for row in by_label for one in row)
