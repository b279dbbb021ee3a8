"""Our recurrent layers: PyTorch's to 1e-5 with the same weights, and every gate is what the papers say."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from core.nn.recurrent import CellName, Recurrent, Weights, gru_cell, lstm_cell, rnn_cell

B, N, INPUT, HIDDEN = 3, 6, 5, 7
LENGTHS = torch.tensor([4, 6, 1])
EVERY_CELL = pytest.mark.parametrize(
    ("cell", "activation"), [("rnn", "tanh"), ("rnn", "relu"), ("lstm", "tanh"), ("gru", "tanh")]
)
EVERY_STACK = pytest.mark.parametrize(("n_layers", "both"), [(1, False), (1, True), (3, False), (2, True)])


def theirs(cell: CellName, activation: str, n_layers: int, both: bool) -> nn.RNNBase:
    """PyTorch's own layers, made by itself: the reference."""
    sizes = {"num_layers": n_layers, "batch_first": True, "bidirectional": both}
    if cell == "rnn":
        return nn.RNN(INPUT, HIDDEN, nonlinearity=activation, **sizes)
    return (nn.LSTM if cell == "lstm" else nn.GRU)(INPUT, HIDDEN, **sizes)


def tensors(last: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return last if isinstance(last, tuple) else (last,)


@EVERY_CELL
@EVERY_STACK
def test_outputs_states_and_gradients_are_pytorchs(cell: CellName, activation: str, n_layers: int, both: bool):
    ref = theirs(cell, activation, n_layers, both)
    ours = Recurrent(cell, INPUT, HIDDEN, n_layers, both, activation)
    ours.fused.load_state_dict(ref.state_dict())
    x, given = torch.randn(B, N, INPUT), torch.randn(2, n_layers * (1 + both), B, HIDDEN)
    state = tuple(given) if cell == "lstm" else (given[0],)
    own_x, ref_x = x.clone().requires_grad_(), x.clone().requires_grad_()
    details = ours.details(own_x, state=state)
    out, last = ref(ref_x, state if cell == "lstm" else state[0])
    assert_close(details.out, out, rtol=0, atol=1e-5)
    for a, b in zip(details.last, tensors(last), strict=True):
        assert_close(a, b, rtol=0, atol=1e-5)

    pull = torch.randn_like(out)
    (details.out * pull).sum().backward()
    (out * pull).sum().backward()
    assert_close(own_x.grad, ref_x.grad, rtol=0, atol=1e-5)
    for a, (name, b) in zip(ours.fused.parameters(), ref.named_parameters(), strict=True):
        assert_close(a.grad, b.grad, rtol=0, atol=1e-5, msg=name)


@EVERY_CELL
@EVERY_STACK
def test_a_padded_batch_is_its_sentences_one_by_one(cell: CellName, activation: str, n_layers: int, both: bool):
    """In ours and in the fused layers that training runs on; backward, too, where padding is what comes first."""
    layers = Recurrent(cell, INPUT, HIDDEN, n_layers, both, activation)
    x = torch.randn(B, N, INPUT)
    batch, (fused, last) = layers.details(x, LENGTHS), layers(x, LENGTHS)
    assert_close(batch.out, fused)
    assert_close(batch.last, last)
    for row, n in enumerate(LENGTHS.tolist()):
        alone, (fused_alone, _) = layers.details(x[row : row + 1, :n]), layers(x[row : row + 1, :n])
        assert_close(alone.out, fused_alone)
        assert_close(batch.out[row, :n], alone.out[0])
        assert batch.out[row, n:].eq(0).all()
        for a, b in zip(batch.last, alone.last, strict=True):
            assert_close(a[:, row], b[:, 0])
        for one, other in zip(batch.layers, alone.layers, strict=True):
            for a, b in zip(one, other, strict=True):
                for name, values in b.steps._asdict().items():
                    assert_close(getattr(a.steps, name)[row, :n], values[0])


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_forward_reads_what_came_and_backward_what_comes(cell: CellName):
    layers = Recurrent(cell, INPUT, HIDDEN, bidirectional=True)
    x = torch.randn(1, N, INPUT)
    changed = x.clone()
    changed[:, 3] += 1
    ((forward, backward),), ((forward_2, backward_2),) = layers.details(x).layers, layers.details(changed).layers
    same = [torch.equal(forward.steps.h[:, t], forward_2.steps.h[:, t]) for t in range(N)]
    assert same == [True, True, True, False, False, False]
    same = [torch.equal(backward.steps.h[:, t], backward_2.steps.h[:, t]) for t in range(N)]
    assert same == [False, False, False, False, True, True]
    assert torch.equal(backward.last[0], backward.steps.h[:, 0])
    assert torch.equal(forward.last[0], forward.steps.h[:, -1])


def test_gates_are_between_0_and_1_and_make_the_state():
    x = 3 * torch.randn(B, N, INPUT)
    lstm = Recurrent("lstm", INPUT, HIDDEN).details(x).layers[0][0].steps
    before = torch.cat([torch.zeros(B, 1, HIDDEN), lstm.c[:, :-1]], 1)
    assert_close(lstm.c, lstm.f * before + lstm.i * lstm.g)
    assert_close(lstm.h, lstm.o * lstm.c.tanh())
    gru = Recurrent("gru", INPUT, HIDDEN).details(x).layers[0][0].steps
    before = torch.cat([torch.zeros(B, 1, HIDDEN), gru.h[:, :-1]], 1)
    assert_close(gru.h, (1 - gru.z) * gru.n + gru.z * before)
    for gate in (lstm.i, lstm.f, lstm.o, gru.r, gru.z):
        assert 0 < gate.min() < 0.5 < gate.max() < 1


# On paper: a hidden size of 1. sigmoid(0) = 1/2, sigmoid(ln 3) = 3/4.


def weights(gates: int) -> Weights:
    """h does not count: what the gates are is given by x alone."""
    return Weights(torch.zeros(gates, 1), torch.zeros(gates, 1), torch.zeros(gates), torch.zeros(gates))


LN3 = torch.log(torch.tensor(3.0)).item()


def test_an_rnn_step_on_paper():
    one = torch.ones(1, 1)
    w = Weights(one, torch.tensor([[2.0]]), torch.zeros(1), torch.tensor([-1.0]))
    x, h = torch.tensor([[0.5]]), (torch.tensor([[0.25]]),)  # 0.5 + 2 * 0.25 - 1 = 0
    assert rnn_cell(x, h, w).h.item() == 0
    x = torch.tensor([[-2.5]])  # the sum is -3
    assert rnn_cell(x, h, w, "linear").h.item() == -3
    assert rnn_cell(x, h, w, "relu").h.item() == 0
    assert rnn_cell(x, h, w, "sigmoid").h.item() == pytest.approx(0.0474259)
    assert rnn_cell(x, h, w, "tanh").h.item() == pytest.approx(-0.9950548)


def test_an_lstm_step_on_paper():
    """i = 1/2, f = 3/4, g = tanh(ln 3 / 2) = 1/2, o = 3/4; c = 3/4 * 2 + 1/2 * 1/2 = 7/4."""
    x = torch.tensor([[0.0, LN3, LN3 / 2, LN3]])
    step = lstm_cell(x, (torch.tensor([[9.0]]), torch.tensor([[2.0]])), weights(4))
    assert [step.i.item(), step.f.item(), step.g.item(), step.o.item()] == pytest.approx([0.5, 0.75, 0.5, 0.75])
    assert step.c.item() == pytest.approx(1.75)
    assert step.h.item() == pytest.approx(0.75 * 0.9413756)


def test_a_gru_step_on_paper():
    """r = 1/2, z = 3/4, n = tanh(0 + 1/2 * ln 3) = 1/2 (W_hn h = ln 3); h = 1/4 * 1/2 + 3/4 * 4 = 25/8."""
    w = weights(3)._replace(w_hh=torch.tensor([[0.0], [0.0], [LN3 / 4]]))
    step = gru_cell(torch.tensor([[0.0, LN3, 0.0]]), (torch.tensor([[4.0]]),), w)
    assert [step.r.item(), step.z.item(), step.n.item()] == pytest.approx([0.5, 0.75, 0.5])
    assert step.h.item() == pytest.approx(3.125)


def test_a_gru_has_three_quarters_of_an_lstms_parameters():
    sizes = {cell: sum(p.numel() for p in Recurrent(cell, 16, 32).parameters()) for cell in ("rnn", "gru", "lstm")}
    assert sizes["lstm"] == 4 * (32 * 16 + 32 * 32 + 2 * 32)
    assert (sizes["gru"] * 4, sizes["rnn"] * 4) == (sizes["lstm"] * 3, sizes["lstm"])


def test_only_the_plain_rnn_chooses_its_activation():
    with pytest.raises(ValueError, match="'lstm' is tanh, not 'relu'"):
        Recurrent("lstm", 2, 2, activation="relu")
