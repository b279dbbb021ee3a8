"""The lean decoder is the Transformer's own, one row at a time: its arithmetic exactly, its 8 bits nearly."""

from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from core.config import TransformerConfig
from core.nn.lean import Affine, EightBit, LeanDecoder, large
from core.nn.transformer import Transformer

# No width is a multiple of 16, so every matrix stays in single precision.
CONFIG = TransformerConfig(
    vocab_size=20, d_model=24, n_heads=4, n_encoder_layers=1, n_decoder_layers=3, d_ff=40, max_len=16
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


@torch.inference_mode()
def test_large_matrices_in_eight_bits_are_near_and_leave_the_model_alone():
    ours = net(d_model=64, d_ff=128)
    before = {name: p.clone() for name, p in ours.named_parameters()}
    lean = LeanDecoder(ours)
    assert isinstance(lean.layers[0].w_1, EightBit)
    cache = lean.start(ours.encode(SRC).cross, len(TGT))
    near = torch.stack([lean.step(cache, token, at) for at, token in enumerate(TGT)])
    exact = ours(SRC, torch.tensor([TGT])).logits[0]
    assert not torch.equal(near, exact)
    assert (near - exact).abs().max() < 0.05 * exact.abs().max()
    assert all(torch.equal(before[name], p) for name, p in ours.named_parameters())


@torch.inference_mode()
def test_eight_bits_are_off_by_half_a_step_of_the_output_s_own_scale():
    linear = torch.nn.Linear(32, 3)
    linear.weight[0] = 1000 * linear.weight[0]  # a large output takes nothing from the small ones
    linear.weight[2] = 0
    kept = large(linear)
    assert isinstance(kept, EightBit)
    weight, step = kept.weight * kept.scale[:, None], linear.weight.abs().amax(1, keepdim=True) / 127
    assert ((weight - linear.weight).abs() <= 0.75 * step).all()  # a scale is a bfloat16, rounded itself
    x = torch.randn(1, 32)
    assert_close(kept(x), linear(x), rtol=0.02, atol=0.02 * 1000)
    assert_close(kept(x)[:, 1:], linear(x)[:, 1:], rtol=0.02, atol=0.02)


@pytest.mark.parametrize("width", [1, 8, 20, 36, 100])
def test_a_width_that_the_kernel_cannot_read_stays_as_it_is(width):
    assert type(large(torch.nn.Linear(width, 16))) is Affine
