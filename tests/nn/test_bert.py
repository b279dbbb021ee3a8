"""BERT against transformers' BertForPreTraining with the same weights."""

from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from core.config import BertConfig
from core.hub.export_stacks import as_bert
from core.nn.bert import Bert

CONFIG = BertConfig(vocab_size=24, d_model=32, n_heads=4, n_layers=3, d_ff=48, dropout=0.0, max_len=16)
TOKENS = torch.tensor([[1, 9, 8, 2, 5, 6, 2], [1, 4, 2, 0, 0, 0, 0]])
SEGMENTS = torch.tensor([[0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0]])


@pytest.fixture
def net() -> Bert:
    torch.manual_seed(0)
    net = Bert(CONFIG).eval()
    for parameter in net.parameters():  # biases and norms too: fresh ones are 0 and 1 and would hide a mix-up
        torch.nn.init.normal_(parameter, std=0.3)
    return net


@torch.inference_mode()
def test_equals_transformers_with_its_weights(net: Bert) -> None:
    out = net(TOKENS, SEGMENTS)
    theirs = as_bert(net)
    theirs.set_attn_implementation("eager")
    ref = theirs(input_ids=TOKENS, token_type_ids=SEGMENTS, attention_mask=TOKENS.ne(0).long(), output_attentions=True)
    real = TOKENS.ne(0)
    assert_close(out.logits[real], ref.prediction_logits[real], atol=1e-4, rtol=1e-4)
    assert_close(out.follows, ref.seq_relationship_logits, atol=1e-5, rtol=1e-4)
    weights = torch.stack(ref.attentions, 1)
    assert_close(out.encoder_self[0], weights[0], atol=1e-5, rtol=1e-4)
    assert_close(out.encoder_self[1][..., :3, :], weights[1][..., :3, :], atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_words_of_chosen_places_are_those_of_all_places(net: Bert) -> None:
    chosen = torch.zeros_like(TOKENS, dtype=torch.bool)
    chosen[0, 2] = chosen[0, 5] = chosen[1, 1] = True
    assert_close(net(TOKENS, SEGMENTS, chosen).logits, net(TOKENS, SEGMENTS).logits[chosen])


@torch.inference_mode()
def test_padding_has_no_effect(net: Bert) -> None:
    alone = net(TOKENS[1:, :3])
    assert_close(net(TOKENS, SEGMENTS).logits[1, :3], alone.logits[0], atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_a_later_word_changes_an_earlier_place(net: Bert) -> None:
    """Nothing is hidden: it reads both ways."""
    changed = TOKENS.clone()
    changed[0, 5] = 20
    assert not torch.allclose(net(changed, SEGMENTS).logits[0, 1], net(TOKENS, SEGMENTS).logits[0, 1], atol=1e-3)


def test_more_tokens_than_positions_raise(net: Bert) -> None:
    with pytest.raises(ValueError, match="17 tokens"):
        net(torch.ones(1, 17, dtype=torch.long))
