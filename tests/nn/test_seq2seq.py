"""The recurrent encoder-decoder: training's pass, the shown one and stepping agree; what enters is what should."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - its usual name
from torch.testing import assert_close

from core.config import Seq2SeqConfig
from core.nn.recurrent import LSTMStep, lstm_cell
from core.nn.seq2seq import Details, Seq2Seq

BASE = Seq2SeqConfig(vocab_size=20, d_model=16, hidden=16, dropout=0.0, max_len=16, window=2)
CONFIGS = {
    "sutskever": BASE,
    "sutskever-gru-both": replace(BASE, cell="gru", bidirectional=True),
    "bahdanau": replace(BASE, bidirectional=True, attention="bahdanau"),
    "bahdanau-gru": replace(BASE, cell="gru", bidirectional=True, attention="bahdanau", tied=False, hidden=12),
    "luong-dot-rnn": replace(BASE, cell="rnn", attention="dot"),
    "luong-general": replace(BASE, attention="general"),
    "luong-concat-fed": replace(BASE, attention="concat", input_feeding=True, bidirectional=True),
    "luong-general-fed": replace(BASE, attention="general", input_feeding=True, tied=False, hidden=12),
    "luong-local-m": replace(BASE, attention="local-m"),
    "luong-local-p": replace(BASE, attention="local-p"),
    "luong-local-p-fed": replace(BASE, attention="local-p", input_feeding=True),
}
EVERY_CONFIG = pytest.mark.parametrize("name", CONFIGS)
SRC = torch.tensor([[3, 4, 5, 6, 7, 2, 0, 0], [3, 4, 5, 6, 7, 8, 9, 2], [3, 2, 0, 0, 0, 0, 0, 0]])
TGT = torch.tensor([[1, 9, 8, 7, 6], [1, 4, 0, 5, 1], [1, 11, 12, 13, 14]])  # no token is special to a cache


def net(name: str) -> Seq2Seq:
    return Seq2Seq(CONFIGS[name]).eval()


@EVERY_CONFIG
def test_training_computes_what_is_shown(name: str):
    """Fused layers and all steps at once against our cells one by one: logits, weights and gradients."""
    one = net(name)
    shown = one(SRC, TGT)
    shown.logits.square().mean().backward()
    grads = {n: p.grad.clone() for n, p in one.named_parameters()}
    one.zero_grad()
    trained = one.train()(SRC, TGT)
    trained.logits.square().mean().backward()
    assert_close(trained.logits, shown.logits, rtol=0, atol=1e-5)
    assert trained.normalised == shown.normalised == (not name.startswith("luong-local-p"))
    if CONFIGS[name].attention == "none":
        assert trained.cross is shown.cross is None
        assert shown.maps == {}
    else:
        assert_close(trained.cross, shown.cross, rtol=0, atol=1e-5)
        assert shown.cross.shape == (3, 1, 1, 5, 8)
    for n, parameter in one.named_parameters():
        assert_close(parameter.grad, grads[n], rtol=0, atol=1e-5, msg=n)


@EVERY_CONFIG
def test_steps_are_the_teacher_forced_pass_one_token_at_a_time(name: str):
    one = net(name)
    log_probs = one(SRC, TGT).logits.log_softmax(-1)
    state = one.start(SRC)
    for i in range(TGT.size(1)):
        step, state = one.step(state, TGT[:, i])
        assert_close(step, log_probs[:, i], rtol=1e-4, atol=1e-5)


@EVERY_CONFIG
def test_reordered_rows_go_on_as_themselves(name: str):
    one = net(name)
    _, state = one.step(one.start(SRC), torch.tensor([1, 1, 1]))
    _, state = one.step(state, torch.tensor([7, 8, 9]))
    rows = torch.tensor([2, 0, 2])
    plain, _ = one.step(state, torch.tensor([4, 5, 6]))
    reordered, _ = one.step(one.reorder(state, rows), torch.tensor([6, 4, 6]))
    assert_close(reordered, plain[rows])


@EVERY_CONFIG
def test_a_padded_batch_is_its_sentences_one_by_one(name: str):
    one = net(name)
    batch = one(SRC, TGT)
    for i, n in enumerate((6, 8, 2)):
        alone = one(SRC[i : i + 1, :n], TGT[i : i + 1])
        assert_close(batch.logits[i], alone.logits[0])
        if batch.cross is not None:
            assert_close(batch.cross[i, ..., :n], alone.cross[0])
            assert batch.cross[i, ..., n:].eq(0).all()


@EVERY_CONFIG
def test_a_token_reaches_only_the_logits_after_it(name: str):
    one, changed = net(name), TGT.clone()
    changed[:, 3] = 17
    before, after = one(SRC, TGT).logits, one(SRC, changed).logits
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.isclose(before[:, 3:], after[:, 3:]).all(-1).any()


def test_without_attention_one_vector_is_all_that_the_decoder_knows_of_the_source():
    """Another sentence under the same last state changes nothing; the state alone changes everything."""
    one = net("sutskever")
    details = one.details(SRC, TGT)
    assert_close(torch.stack(details.start), torch.stack([part[0] for part in details.encoder.last]))
    lifted = one.start(SRC)._replace(state=details.start)
    other = one.start(SRC.flip(0))
    assert other.memory is lifted.memory is lifted.feed is None
    swapped, _ = one.step(other._replace(state=details.start), TGT[:, 0])
    assert_close(swapped, details.output.logits[:, 0].log_softmax(-1))
    own, _ = one.step(other, TGT[:, 0])
    assert not torch.allclose(own, swapped)


def pieces(name: str) -> tuple[Seq2Seq, Details, LSTMStep]:
    one = net(name)
    details = one.details(SRC, TGT)
    assert isinstance(details.decoder, LSTMStep)
    return one, details, details.decoder


def test_bahdanaus_query_is_the_previous_state_and_its_context_enters_the_recurrence():
    one, details, decoder = pieces("bahdanau")
    h = torch.cat([details.start[0][:, None], decoder.h[:, :-1]], 1)
    c = torch.cat([details.start[1][:, None], decoder.c[:, :-1]], 1)
    assert_close(details.aligned.query, h)
    w = one.decoder.weights()
    for t in range(5):
        x = torch.cat([details.tgt_embedded[:, t], details.aligned.context[:, t]], -1)
        step = lstm_cell(F.linear(x, w.w_ih, w.b_ih), (h[:, t], c[:, t]), w)
        assert_close(step.h, decoder.h[:, t])
    read = torch.cat([details.aligned.context, decoder.h, details.tgt_embedded], -1)
    assert_close(details.readout, one.readout(read).tanh())
    # The decoder begins with both last states mixed: tanh for h, as in the paper, and none for c.
    both = [torch.cat([part[0], part[1]], -1) for part in details.encoder.last]
    assert_close(details.start[0], one.bridge[0](both[0]).tanh())
    assert_close(details.start[1], one.bridge[1](both[1]))


@pytest.mark.parametrize("name", ["luong-general", "luong-local-p", "luong-local-p-fed"])
def test_luongs_query_is_the_current_state_and_the_attentional_vector_mixes_it_with_the_context(name: str):
    one, details, decoder = pieces(name)
    assert_close(details.aligned.query, decoder.h)
    assert_close(details.readout, one.readout(torch.cat([details.aligned.context, decoder.h], -1)).tanh())
    assert_close(details.output.logits, one.output(details.readout))
    fed = torch.cat([torch.zeros(3, 1, 16), details.readout[:, :-1]], 1)
    x = torch.cat([details.tgt_embedded, fed], -1) if name.endswith("fed") else details.tgt_embedded
    again = one.decoder.details(x, state=tuple(part[None] for part in details.start))
    assert_close(again.out, decoder.h)


def test_details_agree_with_one_another():
    for name in ("bahdanau", "luong-general", "luong-local-m"):
        _, details, _ = pieces(name)
        assert_close(details.output.cross[:, 0, 0], details.aligned.weights)
        assert_close(details.aligned.context, details.aligned.weights @ details.encoder.out)


def test_tied_weights_are_one_matrix():
    one = net("bahdanau")
    assert one.output.weight is one.src_embedding.weight is one.tgt_embedding.weight
    loose = net("bahdanau-gru")
    assert len({id(m.weight) for m in (loose.output, loose.src_embedding, loose.tgt_embedding)}) == 3


def test_training_in_half_precision_stays_near():
    """As the loop does where the processor multiplies in bfloat16."""
    for name in ("bahdanau", "luong-local-p", "sutskever"):
        one = net(name).train()
        exact = one(SRC, TGT).logits
        with torch.autocast("cpu", torch.bfloat16):
            logits = one(SRC, TGT).logits
        assert_close(logits.float(), exact, rtol=0.1, atol=0.1)
        logits.float().square().mean().backward()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cell": "tree"}, "cell 'tree' is none of rnn, lstm, gru"),
        ({"attention": "self"}, "attention 'self' is none of none, bahdanau"),
        ({"hidden": 32}, "d_model 16 to be hidden 32"),
        ({"attention": "dot", "bidirectional": True}, "16 with 32 numbers"),
        ({"attention": "bahdanau", "input_feeding": True}, "input_feeding is Luong's"),
        ({"input_feeding": True}, "attention is 'none'"),
        ({"window": 0}, "window must be at least 1, not 0"),
        ({"dropout": 1.0}, "dropout 1.0"),
        ({"eos": 20}, "below vocab_size 20"),
    ],
)
def test_a_config_that_cannot_be_is_refused(changes: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        replace(BASE, **changes)
