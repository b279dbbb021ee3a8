"""The rules that label sentences, on sentences made for them."""

from __future__ import annotations

from core.train import labelled


def test_a_kind_comes_from_sign_and_first_word_and_the_sign_goes():
    told = [
        *labelled.kinds(["Are you tired?", "I am tired.", "Open the door!", "Tom, open the door.", "Wow!"], "train")
    ]
    assert told == [
        ("Are you tired", "question", "train"), ("I am tired", "statement", "train"),
        ("Open the door", "command", "train"),
    ]  # fmt: skip


def test_a_topic_is_of_one_split_only():
    sentences = ["The dog barks.", "The horse runs.", "A dog and a horse.", "The dog eats cake.", "I sleep."]
    assert [*labelled.topics(sentences, "train")] == [("The dog barks.", "animal", "train")]
    assert [*labelled.topics(sentences, "test")] == [("The horse runs.", "animal", "test")]


def test_no_word_fills_a_topic_alone_and_no_label_the_table():
    many = [f"Dog number {i} barks." for i in range(40)]
    assert len([*labelled.topics(many, "train")]) == labelled.PER_WORD
    rows = [(f"{i}", "x", split) for i in range(100) for split in ("train", "test")]
    taken = labelled.taken(rows)
    assert {split: sum(row[2] == split for row in taken) for split in ("train", "test")} == labelled.PER_LABEL
    assert taken == sorted(taken, key=lambda row: row[2] == "test")
