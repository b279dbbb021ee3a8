"""GPT against transformers' GPT2LMHeadModel with the same weights, and what a causal model may not know."""

from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from core import decode
from core.config import GPTConfig
from core.hub.export_stacks import as_gpt2
from core.nn.gpt import GPT

CONFIG = GPTConfig(vocab_size=24, d_model=32, n_heads=4, n_layers=3, d_ff=48, dropout=0.0, max_len=16)
TOKENS = torch.tensor([[1, 9, 8, 7, 5], [1, 4, 11, 12, 13]])


@pytest.fixture
def net() -> GPT:
    torch.manual_seed(0)
    net = GPT(CONFIG).eval()
    for parameter in net.parameters():  # biases and norms too: fresh ones are 0 and 1 and would hide a mix-up
        torch.nn.init.normal_(parameter, std=0.3)
    return net


@torch.inference_mode()
def test_equals_gpt2_with_its_weights(net: GPT) -> None:
    theirs = as_gpt2(net)
    theirs.set_attn_implementation("eager")
    out, ref = net(TOKENS), theirs(TOKENS, output_attentions=True)
    assert_close(out.logits, ref.logits, atol=1e-4, rtol=1e-4)
    assert_close(out.decoder_self, torch.stack(ref.attentions, 1), atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_the_future_has_no_effect_and_no_weight(net: GPT) -> None:
    changed = TOKENS.clone()
    changed[:, 3:] = 20
    assert_close(net(changed).logits[:, :3], net(TOKENS).logits[:, :3])
    assert not net(TOKENS).decoder_self.triu(1).any()


@torch.inference_mode()
def test_steps_with_kept_keys_and_values_equal_the_whole_pass(net: GPT) -> None:
    state = net.start(TOKENS[:, :2])
    for at in range(2, 5):
        log_probs, state = net.step(state, TOKENS[:, at])
        assert_close(log_probs, net(TOKENS[:, : at + 1]).logits[:, -1].log_softmax(-1), atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_search_goes_on_from_a_prompt(net: GPT) -> None:
    """Each found token is the likeliest after all before it; a beam of one finds the same."""
    prompt = TOKENS[:1]
    greedy = decode.greedy(net, prompt[:, :-1], bos=int(prompt[0, -1]), eos=2, limits=[6])[0]
    tokens = prompt[0].tolist()
    for token in greedy.tokens:
        assert token == int(net(torch.tensor([tokens])).logits[0, -1].argmax())
        tokens.append(token)
    beam = decode.beam(net, prompt[:, :-1], bos=int(prompt[0, -1]), eos=2, limits=[6], width=1)[0][0]
    assert beam.tokens == greedy.tokens


def test_more_tokens_than_positions_raise(net: GPT) -> None:
    with pytest.raises(ValueError, match="17 tokens"):
        net(torch.ones(1, 17, dtype=torch.long))
