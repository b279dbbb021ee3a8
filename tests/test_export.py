"""Files that other programs read: the same numbers come back."""

import csv
import io
import json

import numpy as np
import pytest

from core.export import to_csv, to_json, tree_to_csv, tree_to_json
from core.measures import by_word
from core.search import Node, Tree
from tests.test_measures import axis, one_map, random_map


def test_csv_parses_back_to_the_same_numbers():
    attn = random_map(2, 3, 5, (0, 1, 1, 2, 3))
    header, *rows = csv.reader(io.StringIO(to_csv(attn, 1, 2), newline=""))
    assert header == ["", "t0", "t1", "·t2", "t3", "t4"]
    assert [row[0] for row in rows] == header[1:]
    np.testing.assert_array_equal(np.array([row[1:] for row in rows], np.float32), attn.head(1, 2))


def test_json_holds_kind_names_and_the_same_numbers():
    inputs = axis("<s> Un", writes=("Un", "chien"))
    attn = one_map([[0.1, 0.9], [0.3, 0.7]], inputs, axis("A dog"), "cross")
    record = json.loads(to_json(attn))
    assert (record["kind"], record["keys"]) == ("cross", ["A", "dog"])
    assert record["queries"] == ["<s> → Un", "Un → chien"]
    np.testing.assert_array_equal(np.array(record["weights"], np.float32), attn.head(0, 0))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_no_token(cell):
    line = axis((cell, "a"))
    header, first, _ = csv.reader(io.StringIO(to_csv(one_map(np.full((2, 2), 0.5), line, line)), newline=""))
    assert header[1] == first[0] == f"'{cell}"


def test_commas_quotes_and_scripts_survive():
    line = axis(('a,"b"', "한국어", "שלום"))
    header, *_ = csv.reader(io.StringIO(to_csv(one_map(np.full((3, 3), 1 / 3), line, line)), newline=""))
    assert header[1:] == list(line.tokens)


def test_words_are_exported_as_words():
    attn = by_word(random_map(1, 1, 3, (0, 0, 1)))
    assert json.loads(to_json(attn))["keys"] == ["t0t1", "t2"]


TREE = Tree(
    (
        Node(1, -1, 7, "Le", -0.5, -0.4, "kept"),
        Node(1, -1, 8, "=1+1", -1.0, -0.9, "pruned"),
        Node(2, 0, 2, "</s>", -0.75, -0.5, "ended"),
    ),
    (2,),
)


def test_a_tree_comes_back_from_its_files():
    records = json.loads(tree_to_json(TREE))
    rows = list(csv.DictReader(io.StringIO(tree_to_csv(TREE), newline="")))
    assert len(records) == len(rows) == 3
    for node, record, row in zip(TREE.nodes, records, rows, strict=True):
        assert (record["parent"] or 0) - 1 == int(row["parent"] or 0) - 1 == node.parent
        assert (record["id"], record["fate"], record["score"]) == (node.token, node.fate, node.score)
        assert (int(row["id"]), row["fate"], float(row["log_prob"])) == (node.token, node.fate, node.log_prob)
    assert [record["output"] for record in records] == [None, None, 1]
    assert [row["output"] for row in rows] == ["", "", "1"]
    assert (records[1]["token"], rows[1]["token"]) == ("=1+1", "'=1+1")
