"""Scaled dot-product and multi-head attention against PyTorch's own, and on paper."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name
from torch.testing import assert_close

from core.nn.attention import MultiHeadAttention, attend, score
from core.nn.masks import causal_mask, padding_mask

# Three sentences of different length, four heads: a mask spread over the wrong axis can't pass.
SENTENCES = torch.tensor([[3, 4, 5, 6, 7, 0, 0], [3, 4, 5, 6, 7, 8, 9], [3, 4, 0, 0, 0, 0, 0]])
PADDED = padding_mask(SENTENCES, pad=0)


def as_torch_mha(ours: MultiHeadAttention) -> nn.MultiheadAttention:
    """PyTorch's module with our weights."""
    ref = nn.MultiheadAttention(ours.w_q.in_features, ours.n_heads, batch_first=True)
    with torch.no_grad():
        ref.in_proj_weight.copy_(torch.cat([ours.w_q.weight, ours.w_k.weight, ours.w_v.weight]))
        ref.in_proj_bias.copy_(torch.cat([ours.w_q.bias, ours.w_k.bias, ours.w_v.bias]))
    ref.out_proj.load_state_dict(ours.w_o.state_dict())
    return ref


@pytest.fixture
def ours() -> MultiHeadAttention:
    module = MultiHeadAttention(32, 4)
    for parameter in module.parameters():  # biases too: PyTorch's start at 0, where a forgotten one goes unseen
        nn.init.normal_(parameter, std=0.3)
    return module


@pytest.mark.parametrize("mask", [PADDED[:, None], causal_mask(7)[:, None], PADDED[:, None] & causal_mask(7)[:, None]])
def test_attend_agrees_with_pytorch_forward_and_backward(mask: Tensor):
    q, k, v = (torch.randn(3, 4, 7, 8, requires_grad=True) for _ in range(3))
    upstream = torch.randn(3, 4, 7, 8)
    out, _ = attend(q, k, v, mask)
    grads = torch.autograd.grad(out, (q, k, v), upstream)
    ref = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    assert_close(out, ref)
    assert_close(grads, torch.autograd.grad(ref, (q, k, v), upstream))


@pytest.mark.parametrize("masked", ["padding", "causal", "both"])
def test_multi_head_attention_agrees_with_pytorch_forward_and_backward(ours: MultiHeadAttention, masked: str):
    n = 5 if masked == "padding" else 7  # cross-attention may have fewer queries than keys
    query, memory = torch.randn(3, n, 32, requires_grad=True), torch.randn(3, 7, 32, requires_grad=True)
    mask, padding, future = {
        "padding": (PADDED, ~PADDED[:, 0], None),
        "causal": (causal_mask(7), None, ~causal_mask(7)[0]),
        "both": (PADDED & causal_mask(7), ~PADDED[:, 0], ~causal_mask(7)[0]),
    }[masked]
    ref = as_torch_mha(ours)

    out, weights = ours(query, memory, mask)
    ref_out, ref_weights = ref(
        query, memory, memory, key_padding_mask=padding, attn_mask=future, average_attn_weights=False
    )
    assert_close(out, ref_out)
    assert_close(weights, ref_weights)

    # Through both results at once: the weights carry gradients as well.
    up_out, up_weights = torch.randn_like(out), torch.randn_like(weights)
    wanted = (query, memory, ours.w_q.weight, ours.w_k.weight, ours.w_v.weight, ours.w_q.bias, ours.w_v.bias)
    mine = torch.autograd.grad((out, weights), (*wanted, ours.w_o.weight), (up_out, up_weights))
    theirs = torch.autograd.grad(
        (ref_out, ref_weights),
        (query, memory, ref.in_proj_weight, ref.in_proj_bias, ref.out_proj.weight),
        (up_out, up_weights),
    )
    assert_close(mine[:2], theirs[:2])
    assert_close(torch.cat(mine[2:5]), theirs[2])
    assert_close(torch.cat([mine[5], mine[6]]), torch.cat([theirs[3][:32], theirs[3][64:]]))
    assert_close(mine[7], theirs[4])


def test_attention_on_paper():
    # d = 4, so scores are halved: 2 ln 3 / 2 = ln 3 against 0, hence weights 3/4 and 1/4.
    q = torch.tensor([[2 * math.log(3), 0, 0, 0]])
    k = torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 0]])
    v = torch.tensor([[4.0, 0, 0, 0], [0, 8, 0, 0]])
    out, weights = attend(q, k, v, torch.ones(1, 2, dtype=torch.bool))
    assert_close(weights, torch.tensor([[0.75, 0.25]]))
    assert_close(out, torch.tensor([[3.0, 2, 0, 0]]))


def test_each_step_from_scores_to_weights_on_paper():
    q = k = torch.tensor([[1.0], [2.0]])  # d = 1: scores are plain products
    steps = score(q, k, causal_mask(2)[0])
    assert_close(steps.scores, torch.tensor([[1.0, 2], [2, 4]]))
    assert_close(steps.masked, torch.tensor([[1.0, -math.inf], [2, 4]]))
    low = 1 / (1 + math.exp(2))
    assert_close(steps.weights, torch.tensor([[1.0, 0], [low, 1 - low]]))


def test_hidden_keys_weigh_nothing_and_change_nothing(ours: MultiHeadAttention):
    query, memory = torch.randn(3, 5, 32), torch.randn(3, 7, 32)
    out, weights = ours(query, memory, PADDED)
    assert weights.masked_select(~PADDED[:, None]).eq(0).all()
    other = torch.where(PADDED.transpose(1, 2), memory, torch.randn(3, 7, 32))
    assert_close(ours(query, other, PADDED), (out, weights), rtol=0, atol=0)


def test_a_query_without_any_visible_key_raises(ours: MultiHeadAttention):
    x = torch.randn(2, 3, 32)
    mask = torch.ones(2, 3, 3, dtype=torch.bool)
    mask[1, 2] = False  # one query of one sentence is enough
    with pytest.raises(ValueError, match="no visible key"):
        ours(x, x, mask)


def test_dropout_leaves_the_returned_weights_as_softmax_gave_them():
    x = torch.randn(3, 7, 32)
    module = MultiHeadAttention(32, 4, dropout=0.5)
    out, weights = module.eval()(x, x, PADDED)
    dropped, returned = module.train()(x, x, PADDED)
    assert not torch.allclose(out, dropped)  # dropout was at work
    assert_close(returned, weights)
    assert_close(returned.sum(-1), torch.ones(3, 4, 7))


def test_details_are_the_forward_pass_in_steps(ours: MultiHeadAttention):
    query, memory = torch.randn(3, 5, 32), torch.randn(3, 7, 32)
    details = ours.details(query, memory, PADDED)
    assert_close((details.out, details.weights), ours(query, memory, PADDED))
    head = slice(8, 16)  # head 1 of 4 reads columns 8..15 of each projection
    assert_close(details.q[:, 1], ours.w_q(query)[..., head])
    assert_close(details.k[:, 1], ours.w_k(memory)[..., head])
    assert_close(details.v[:, 1], ours.w_v(memory)[..., head])
    assert_close(details.scores, details.q @ details.k.mT / math.sqrt(8))
    assert_close(details.masked.softmax(-1), details.weights)
    assert_close(details.z, details.weights @ details.v)
    assert_close(details.out, ours.w_o(torch.cat(list(details.z.unbind(1)), dim=-1)))


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match="30 is not divisible by n_heads 4"):
        MultiHeadAttention(30, 4)
