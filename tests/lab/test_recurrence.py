"""States as PyTorch has them, both ways of reading, the kinds of use by their shapes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from core.lab.numbers import cosine
from core.lab.recurrence import (
    ORDER,
    SIGMOIDS,
    both_ways,
    by_hand,
    encoder_decoder,
    ids_of,
    states,
    uses,
    words_only,
)
from core.lab.recurrence_nets import CELLS, gains, random_both, random_net, sizes
from core.text.tokenizer import Tokenizer
from core.tracing import axis

TEXT = "The cat sleeps."
EVERY_CELL = pytest.mark.parametrize("cell", CELLS)


@EVERY_CELL
def test_what_is_shown_is_what_pytorch_computes(tokenizer: Tokenizer, cell):
    net = random_net(len(tokenizer), cell, 0.9)
    found = states(net, tokenizer, TEXT)
    with torch.no_grad():
        theirs, _ = net.recurrent.fused(net.embed(torch.tensor([ids_of(tokenizer, TEXT)])))
    assert_allclose(found["h"], theirs[0], atol=1e-5)
    assert [name for name, _ in found.parts] == list(ORDER[cell])
    for name in set(SIGMOIDS) & set(ORDER[cell]):
        assert found[name].min() >= 0
        assert found[name].max() <= 1


def test_a_plain_rnn_is_one_line_of_numpy(tokenizer: Tokenizer):
    net = random_net(len(tokenizer), "rnn", 1.2)
    found, w = states(net, tokenizer, TEXT), net.recurrent.weights()
    hidden = by_hand(found.embedded, w.w_ih.detach().numpy(), w.w_hh.detach().numpy(), w.b_ih.detach().numpy())
    assert_allclose(found["h"], hidden, atol=1e-5)


def test_the_lstms_cell_keeps_what_the_forget_gate_lets_it(tokenizer: Tokenizer):
    found = states(random_net(len(tokenizer), "lstm", 1.0), tokenizer, TEXT)
    before = np.vstack([np.zeros_like(found["c"][:1]), found["c"][:-1]])
    assert_allclose(found["c"], found["f"] * before + found["i"] * found["g"], atol=1e-5)
    assert_allclose(found["h"], found["o"] * np.tanh(found["c"]), atol=1e-5)


def test_the_grus_update_gate_mixes_old_and_new(tokenizer: Tokenizer):
    found = states(random_net(len(tokenizer), "gru", 1.0), tokenizer, TEXT)
    before = np.vstack([np.zeros_like(found["h"][:1]), found["h"][:-1]])
    assert_allclose(found["h"], found["z"] * before + (1 - found["z"]) * found["n"], atol=1e-5)


@EVERY_CELL
@pytest.mark.parametrize("gain", [0.5, 1.0, 2.0])
def test_the_gain_is_the_spectral_norm(cell, gain: float):
    assert_allclose(list(gains(random_net(50, cell, gain)).values()), gain, atol=1e-5)


@EVERY_CELL
def test_the_formula_counts_the_parameters(cell):
    net = random_net(50, cell, 1.0)
    assert sizes(cell, 128, 128)[-1] == sum(p.numel() for p in net.recurrent.parameters())


def test_the_cells_have_1_3_and_4_parts():
    rnn, lstm, gru = (sizes(cell, 7, 5) for cell in CELLS)
    assert rnn == (35, 25, 10, 70)
    assert gru == tuple(3 * n for n in rnn)
    assert lstm == tuple(4 * n for n in rnn)


def test_lots_are_drawn_anew_alike(tokenizer: Tokenizer):
    one, two, other = (states(random_net(len(tokenizer), "gru", 1.0, seed=s), tokenizer, TEXT) for s in (1, 1, 2))
    assert np.array_equal(one["h"], two["h"])
    assert not np.allclose(one["h"], other["h"])


def test_by_word_the_state_after_its_last_piece_is_shown(tokenizer: Tokenizer):
    found = states(random_net(len(tokenizer), "rnn", 1.0), tokenizer, "extraordinary cats sleep")
    short = words_only(found)
    assert short.axis.tokens == found.axis.words
    ends = [max(i for i, word in enumerate(found.axis.word_of) if word == at) for at in range(len(found.axis.words))]
    assert_allclose(short["h"], found["h"][ends])


@EVERY_CELL
@pytest.mark.parametrize("struck", [0, 2, 4])
def test_forward_knows_only_what_was_read_and_backward_only_what_follows(tokenizer: Tokenizer, cell, struck: int):
    ids = ids_of(tokenizer, TEXT)
    embedded = random_net(len(tokenizer), cell, 1.0).embed(torch.tensor([ids])).detach()
    words = axis(tokenizer, ids)
    found = both_ways(random_both(128, 24, cell, 1.0), embedded, words, struck)
    own = np.array(words.word_of) == struck
    first, last = np.flatnonzero(own)[[0, -1]]
    assert (found.forward_moved[:first] == 0).all()
    assert (found.forward_moved[first:] > 0).all()
    assert (found.backward_moved[last + 1 :] == 0).all()
    assert (found.backward_moved[: last + 1] > 0).all()
    assert found.together.shape == (len(ids), 48)


def test_a_word_that_is_not_there_cannot_be_struck(tokenizer: Tokenizer):
    with pytest.raises(ValueError, match="word 9 of 2"):
        both_ways(random_both(8, 8, "rnn", 1.0), torch.zeros(1, 2, 8), axis(tokenizer, ids_of(tokenizer, "a")), 9)


@EVERY_CELL
def test_the_kinds_of_use_have_their_shapes(tokenizer: Tokenizer, cell):
    net, vocab = random_net(len(tokenizer), cell, 1.0), len(tokenizer)
    n = len(ids_of(tokenizer, TEXT))
    one, many, last, aligned = uses(net, tokenizer, TEXT, limit=5)
    assert (one.x, one.h, one.y) == ((1, 128), (1, 128), (1, vocab))
    assert len(one.columns) == 1
    assert many.x == (1, 128)
    assert 1 <= many.y[0] == len(many.columns) <= 5
    assert (last.x, last.y) == ((n, 128), (1, vocab))
    assert [bool(column.written) for column in last.columns] == [False] * (n - 1) + [True]
    assert (aligned.x, aligned.h, aligned.y) == ((n, 128), (n, 128), (n, vocab))
    assert all(column.written for column in aligned.columns)
    assert_allclose(last.columns[-1].state, states(net, tokenizer, TEXT)["h"][-1], atol=1e-6)


def test_one_to_many_reads_its_own_outputs(tokenizer: Tokenizer):
    _, many, *_ = uses(random_net(len(tokenizer), "gru", 1.0), tokenizer, TEXT, limit=6)
    for before, after in zip(many.columns, many.columns[1:], strict=False):
        assert after.fed
        assert after.read == before.written.removeprefix("·")


def test_a_decoder_begins_where_the_encoder_ended(tokenizer: Tokenizer):
    encoder, decoder = (random_net(len(tokenizer), "lstm", 1.0, seed=seed) for seed in (1, 2))
    use = encoder_decoder(encoder, decoder, tokenizer, TEXT, limit=4)
    ids = ids_of(tokenizer, TEXT)[1:]
    assert use.x == (len(ids), 128)
    first = use.columns[len(ids)]
    assert (first.read, first.part) == ("<s>", "decoder")
    with torch.no_grad():
        _, last = encoder.recurrent(encoder.embed(torch.tensor([ids])))
        out, _ = decoder.recurrent(decoder.embed(torch.tensor([[tokenizer.bos]])), state=last)
    assert_allclose(first.state, out[0, 0], atol=1e-5)
    assert not any(column.written for column in use.columns[: len(ids)])


def test_cosine_on_paper():
    assert cosine(np.array([1, 0], np.float32), np.array([1, 1], np.float32)) == pytest.approx(0.5**0.5)
    assert cosine(np.zeros(2, np.float32), np.ones(2, np.float32)) == 0
