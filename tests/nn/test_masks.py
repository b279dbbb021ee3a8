"""Masks, small enough to write down."""

from __future__ import annotations

import torch

from core.nn.masks import causal_mask, padding_mask


def test_padding_is_nobodys_key():
    tokens = torch.tensor([[5, 6, 9], [7, 9, 9]])
    assert padding_mask(tokens, pad=9).tolist() == [[[True, True, False]], [[True, False, False]]]


def test_a_query_sees_itself_and_what_came_before():
    assert causal_mask(3).tolist() == [[[True, False, False], [True, True, False], [True, True, True]]]


def test_both_together_hide_future_and_padding():
    tokens = torch.tensor([[5, 6, 0]])
    assert (causal_mask(3) & padding_mask(tokens, pad=0)).int().tolist() == [[[1, 0, 0], [1, 1, 0], [1, 1, 0]]]
