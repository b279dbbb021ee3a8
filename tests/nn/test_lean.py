"""The lean decoder is the Transformer's own, one row at a time: same logits, whatever the configuration."""

from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from core.config import TransformerConfig
from core.nn.lean import LeanDecoder
from core.nn.transformer import Transformer

CONFIG = TransformerConfig(
    vocab_size=20, d_model=32, n_heads=4, n_encoder_layers=1, n_decoder_layers=3, d_ff=48, max_len=16
)
SRC, TGT = torch.tensor([[5, 6, 7, 8, 2]]), [1, 9, 8, 7, 0, 1, 4]


def net(**changes):
    """Random in every parameter: a bias or a gain left at its start value would hide mistakes."""
    made = Transformer(replace(CONFIG, **changes)).eval()
    for name, parameter in made.named_parameters():
        torch.nn.init.normal_(parameter, mean=1.0 if "norm.norm.weight" in name else 0.0, std=0.2)
    return made


@pytest.mark.parametrize("positions", ["sinusoidal", "learned", "none"])
@pytest.mark.parametrize("norm", ["post", "pre"])
@torch.inference_mode()
def test_lean_steps_are_the_forward_pass_one_token_at_a_time(norm, positions):
    ours = net(norm=norm, positions=positions, tied=positions != "none")
    lean = LeanDecoder(ours)
    cache = lean.start(ours.encode(SRC).cross, len(TGT))
    logits = torch.stack([lean.step(cache, token, at) for at, token in enumerate(TGT)])
    assert_close(logits, ours(SRC, torch.tensor([TGT])).logits[0], rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_a_step_taken_again_undoes_what_came_after_it():
    ours = net()
    lean = LeanDecoder(ours)
    cache = lean.start(ours.encode(SRC).cross, 16)
    for at, token in enumerate(TGT):
        lean.step(cache, token, at)
    assert_close(lean.step(cache, 13, 3), ours(SRC, torch.tensor([[*TGT[:3], 13]])).logits[0, 3], rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_two_sentences_share_the_weights_and_nothing_else():
    ours = net()
    lean = LeanDecoder(ours)
    sources = SRC, torch.tensor([[11, 12, 2]])
    caches = [lean.start(ours.encode(src).cross, 4) for src in sources]
    in_turns = [[lean.step(cache, token, at) for cache in caches] for at, token in enumerate(TGT[:4])]
    for i, src in enumerate(sources):
        logits = torch.stack([both[i] for both in in_turns])
        assert_close(logits, ours(src, torch.tensor([TGT[:4]])).logits[0], rtol=1e-4, atol=1e-5)
