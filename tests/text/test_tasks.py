"""Labelled tasks: ours are what their notes say, and a table of one's own is read or refused with a reason."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from core.errors import UserError
from core.text import tasks
from core.text.tasks import Example, parse, shipped
from core.train.labelled import TOPICS

EVERY_TASK = pytest.mark.parametrize("name", tasks.NAMES)
ROWS = [("a b", "x"), ("c d", "x"), ("e f", "x"), ("g h", "x"), ("i j", "y"), ("k l", "y"), ("m n", "y"), ("o p", "y")]


def table(rows=ROWS, head="text,label") -> bytes:
    return "\n".join([head, *(",".join(row) for row in rows)]).encode()


@EVERY_TASK
def test_shipped_tasks_are_balanced_and_no_sentence_is_in_both_splits(name: str):
    task = shipped(name)
    assert len(set(Counter(one.label for one in task.test).values())) == 1
    assert task.chance == pytest.approx(1 / len(task.labels))
    assert task.most >= 48
    assert not {one.text.lower() for one in task.train} & {one.text.lower() for one in task.test}


def test_a_topic_is_tested_with_words_that_nobody_was_taught():
    task = shipped("topic")
    taught, asked = ({word for one in part for word in re.findall(r"[a-z']+", one.text.lower())}
                     for part in (task.train, task.test))  # fmt: skip
    lists = {word for both in TOPICS.values() for own in both for word in own}
    assert not taught & asked & lists
    assert {"dog", "cat"} <= taught
    assert {"horse", "bread"} <= asked
    for one in task.test:
        own = TOPICS[task.labels[one.label]][1]
        assert set(re.findall(r"[a-z']+", one.text.lower())) & set(own), one.text


def test_a_kind_cannot_be_told_from_its_sign():
    assert not [one.text for one in (*shipped("kind").train, *shipped("kind").test) if one.text[-1] in "?.!"]


def test_a_table_without_splits_holds_out_a_share_of_every_label_always_the_same():
    task = parse(table(), "own")
    assert task.labels == ("x", "y")
    assert Counter(one.label for one in task.test) == {0: 2, 1: 2}
    assert sorted((*task.train, *task.test), key=str) == sorted(
        (Example(text, "xy".index(label)) for text, label in ROWS), key=str
    )
    assert parse(table(), "own") == task


def test_a_split_column_is_followed_and_doubles_count_once():
    rows = [(*row, "test" if i % 4 == 3 else "train") for i, row in enumerate(ROWS)]
    task = parse(table([*rows, rows[0]], "text,label,split"), "own")
    assert [one.text for one in task.test] == ["g h", "o p"]
    assert len(task.train) == 6


def test_a_byte_order_mark_quotes_and_capitals_in_the_head_are_understood():
    data = b"\xef\xbb\xbf" + table([(f'"{text}, too"', label) for text, label in ROWS], "Label , TEXT".replace(" ", ""))
    swapped = parse(table([(label, f'"{text}, too"') for text, label in ROWS], "Label,TEXT"), "own")
    assert all(one.text.endswith(", too") for one in swapped.train)
    assert parse(b"\xef\xbb\xbf" + table(), "own") == parse(table(), "own")
    assert data


@pytest.mark.parametrize(("data", "code"), [
    (b"", "task_columns"), (b"\x00\xff\xfe\x9f", "task_no_csv"), (b"a,b\n1,2\n", "task_columns"),
    (b'text,label\n"open,x\n', "task_no_csv"), (b"text,label\n", "task_columns"),
    (table([(text, "x") for text, _ in ROWS]), "task_labels"),
    (table([(text, str(i)) for i, (text, _) in enumerate(ROWS * 2)]), "task_labels"),
    (table(ROWS[:7]), "task_few"), (table([*ROWS[:7], ROWS[6]]), "task_few"),
    (table([(f"{i} t", "xy"[i % 2]) for i in range(2001)]), "task_rows"),
    (table([("a" * 301, "x"), *ROWS]), "too_long_characters"),
    (b"text,label\n" + b"a" * 500_001, "task_too_large"),
    (table([(*row, "train" if row[1] == "x" else "test") for row in ROWS], "text,label,split"), "task_split"),
])  # fmt: skip
def test_what_cannot_be_learned_is_refused_with_a_reason(data: bytes, code: str):
    with pytest.raises(UserError) as refused:
        parse(data, "own")
    assert refused.value.code == code


def test_a_larger_draw_holds_the_smaller_one_and_another_seed_draws_others():
    task = shipped("kind")
    small, large, other = (set(tasks.drawn(task, n, seed)) for n, seed in ((2, 1), (8, 1), (8, 2)))
    assert Counter(one.label for one in large) == {0: 8, 1: 8, 2: 8}
    assert small < large
    assert large != other
    assert len(tasks.drawn(task, 10_000, 1)) == len(task.train)


def test_a_comma_without_quotation_marks_is_no_table():
    with pytest.raises(UserError, match="task_no_csv"):
        parse(b"text,label\nI think, so,pos\n", "own")
