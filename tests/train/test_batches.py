"""Batches: each example once, no larger than asked, and the decoder's inputs one behind its labels."""

from __future__ import annotations

import random

import pytest

from core.text.corpus import Pair
from core.text.tokenizer import Tokenizer
from core.train.batches import bucket, collate, encode_pairs, pad, typical_tokens
from core.train.loop import share

EXAMPLES = [([5] * rng.randint(1, 20), [6] * rng.randint(1, 20)) for rng in [random.Random(0)] for _ in range(300)]


def padded(batch: list[int]) -> int:
    return len(batch) * (max(len(EXAMPLES[i][0]) for i in batch) + max(len(EXAMPLES[i][1]) for i in batch))


@pytest.mark.parametrize("batch_tokens", [10, 100, 1000, 100_000])
def test_each_example_is_in_one_batch_and_batches_are_small_enough(batch_tokens: int):
    batches = bucket(EXAMPLES, batch_tokens, seed=1)
    assert sorted(i for batch in batches for i in batch) == list(range(300))
    for batch in batches:
        assert padded(batch) <= batch_tokens or len(batch) == 1  # a long example has one of its own
    if batch_tokens == 100_000:
        assert len(batches) == 1


def test_little_is_wasted_on_padding():
    """Sentences of like length are together: less than half as much as in the order given."""
    real = sum(len(s) + len(t) for s, t in EXAMPLES)
    batches = bucket(EXAMPLES, 400, seed=1)
    size = len(EXAMPLES) // len(batches)
    as_given = [list(range(i, min(i + size, len(EXAMPLES)))) for i in range(0, len(EXAMPLES), size)]
    waste, naive = (sum(padded(batch) for batch in each) - real for each in (batches, as_given))
    assert waste < naive / 2


def test_the_seed_alone_gives_the_order():
    assert bucket(EXAMPLES, 100, seed=1) == bucket(EXAMPLES, 100, seed=1)
    assert bucket(EXAMPLES, 100, seed=1) != bucket(EXAMPLES, 100, seed=2)


def test_collate_on_paper(tokenizer: Tokenizer):
    bos, eos, nil = tokenizer.bos, tokenizer.eos, tokenizer.pad
    batch = collate([([7, 8, eos], [9, eos]), ([7, eos], [9, 10, 11, eos])], tokenizer)
    assert batch.src.tolist() == [[7, 8, eos], [7, eos, nil]]
    assert batch.tgt.tolist() == [[bos, 9, nil, nil], [bos, 9, 10, 11]]
    assert batch.labels.tolist() == [[9, eos, nil, nil], [9, 10, 11, eos]]


def test_inputs_are_labels_one_step_late(pairs: list[Pair], tokenizer: Tokenizer):
    batch = collate(encode_pairs(pairs, tokenizer, 100), tokenizer)
    for tgt, labels in zip(batch.tgt.tolist(), batch.labels.tolist(), strict=True):
        n = labels.index(tokenizer.eos) + 1
        assert tgt[:n] == [tokenizer.bos, *labels[: n - 1]]
        assert set(tgt[n:] + labels[n:]) <= {tokenizer.pad}


def test_both_sides_are_encoded_and_ended(pairs: list[Pair], tokenizer: Tokenizer):
    for (src, tgt), pair in zip(encode_pairs(pairs, tokenizer, 100), pairs, strict=True):
        assert src[-1] == tgt[-1] == tokenizer.eos
        assert (tokenizer.decode(src), tokenizer.decode(tgt)) == pair


def test_long_pairs_are_left_out_with_the_end_counted(tokenizer: Tokenizer):
    pairs = [("cat " * n, "chat " * m) for n, m in ((4, 4), (5, 4), (4, 5), (1, 1))]
    assert [(len(s), len(t)) for s, t in encode_pairs(pairs, tokenizer, 5)] == [(5, 5), (2, 2)]
    with pytest.raises(ValueError, match="none of 4 pairs has at most 1 tokens"):
        encode_pairs(pairs, tokenizer, 1)


def test_rows_are_filled_up_on_the_right():
    assert pad([[1, 2], [3], []], 9).tolist() == [[1, 2], [3, 9], [9, 9]]


@pytest.mark.parametrize(("n", "processes"), [(10, 1), (10, 2), (11, 2), (11, 4), (4, 4)])
def test_processes_share_an_epoch_without_overlap(n: int, processes: int):
    batches = [[i] for i in range(n)]
    shares = [share(batches, p, processes) for p in range(processes)]
    taken = [batch for one in shares for batch in one]
    assert len({len(one) for one in shares}) == 1  # as many each: they wait for one another
    assert len({batch[0] for batch in taken}) == len(taken) > n - processes


def test_fewer_batches_than_processes_are_repeated_not_waited_for():
    assert [share([[0], [1]], p, 3) for p in range(3)] == [[[0]], [[1]], [[0]]]


def test_99_of_100_sources_are_at_most_as_long_as_the_typical():
    def typical(*lengths: int) -> int:
        return typical_tokens([([5] * n + [2], [6, 2]) for n in lengths])

    assert typical(*range(1, 101)) == 99
    assert typical(*[3] * 98, 70, 90) == 70
    assert typical(*[3] * 99, 90) == 3  # one long sentence in a hundred teaches little
    assert typical(7) == 7
