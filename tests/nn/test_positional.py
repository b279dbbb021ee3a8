"""The sinusoids of section 3.5, on paper and by their one property; a learned table; no positions at all."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.testing import assert_close

from core.config import TransformerConfig
from core.models import load_model, own_tensors, save_model
from core.nn.positional import sinusoidal
from core.nn.transformer import Transformer
from core.text.tokenizer import Tokenizer
from core.train.recipes import RECIPES


def test_four_dimensions_on_paper():
    # Wavelengths 1 and 10000^(2/4) = 100.
    table = sinusoidal(3, 4)
    assert_close(table[0], torch.tensor([0.0, 1, 0, 1]))
    assert_close(table[1], torch.tensor([math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)]))
    assert_close(table[2], torch.tensor([math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]))
    assert table[1].round(decimals=2).tolist() == pytest.approx([0.84, 0.54, 0.01, 1.0])


def test_the_dot_product_of_two_positions_depends_on_their_distance_alone():
    table = sinusoidal(200, 64).double()
    products = table @ table.T
    for distance in (0, 1, 7, 50):
        diagonal = products.diagonal(distance)
        assert_close(diagonal, diagonal[:1].expand_as(diagonal), rtol=0, atol=1e-5)


def test_a_prefix_of_a_longer_table_is_the_shorter_table():
    assert torch.equal(sinusoidal(100, 16)[:10], sinusoidal(10, 16))


def test_the_base_is_the_longest_wavelength():
    angle = 1 / 100.0 ** (2 / 4)
    assert_close(sinusoidal(2, 4, base=100.0)[1, 2:], torch.tensor([math.sin(angle), math.cos(angle)]))


def test_an_odd_width_raises():
    with pytest.raises(ValueError, match="d_model 5 is odd"):
        sinusoidal(3, 5)


SMALL = TransformerConfig(
    vocab_size=20, d_model=32, n_heads=4, n_encoder_layers=2, n_decoder_layers=2, d_ff=48, dropout=0.0, max_len=16
)
SRC, TGT = torch.tensor([[9, 8, 7, 6, 5, 4, 2]]), torch.tensor([[1, 11, 12, 13]])
ORDER = torch.tensor([3, 1, 0, 6, 5, 2, 4])


def small(positions: Any, norm: Any = "post") -> Transformer:
    """Random in every parameter, so that a bias or a gain left at its start value hides nothing."""
    net = Transformer(replace(SMALL, positions=positions, norm=norm)).eval()
    for name, parameter in net.named_parameters():
        torch.nn.init.normal_(parameter, mean=1.0 if "norm.norm.weight" in name else 0.0, std=0.3)
    return net


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_without_positions_the_encoders_outputs_permute_with_the_words(norm: str):
    net = small("none", norm)
    straight, shuffled = net.details(SRC, TGT), net.details(SRC[:, ORDER], TGT)
    assert_close(straight.memory[:, ORDER], shuffled.memory, rtol=0, atol=1e-5)
    assert_close(straight.output.logits, shuffled.output.logits, rtol=0, atol=1e-4)
    assert straight.src_embedded.position.eq(0).all()


@pytest.mark.parametrize("positions", ["sinusoidal", "learned"])
def test_with_positions_they_do_not(positions: str):
    net = small(positions)
    straight, shuffled = net.details(SRC, TGT), net.details(SRC[:, ORDER], TGT)
    assert ((straight.memory[:, ORDER] - shuffled.memory).norm(dim=-1)[0] > 0.01)[torch.arange(7) != ORDER].all()


def test_a_learned_table_is_trained_where_tokens_stand_and_nowhere_else():
    net = small("learned")
    assert own_tensors(net)["positions"] is net.positions
    net(SRC, TGT).logits.square().sum().backward()
    gradient = net.positions.grad
    assert gradient is not None
    assert gradient[:7].abs().sum(-1).gt(0).all()  # seven source tokens, four target tokens: one table for both
    assert gradient[7:].eq(0).all()
    assert not {"positions"} & {*own_tensors(small("sinusoidal")), *own_tensors(small("none"))}


def test_a_learned_table_holding_sinusoids_is_the_sinusoidal_model():
    fixed, trained = small("sinusoidal"), small("learned")
    trained.load_state_dict(fixed.state_dict() | {"positions": sinusoidal(16, 32)})
    assert_close(trained(SRC, TGT).logits, fixed(SRC, TGT).logits, rtol=0, atol=0)


@pytest.mark.parametrize("positions", ["sinusoidal", "learned", "none"])
def test_steps_are_the_forward_pass_whatever_the_positions(positions: str):
    net = small(positions)
    state = net.start(SRC)
    log_probs = net(SRC, TGT).logits.log_softmax(-1)
    for i in range(TGT.size(1)):
        step, state = net.step(state, TGT[:, i])
        assert_close(step, log_probs[:, i], rtol=1e-4, atol=1e-5)


def test_a_config_that_names_no_positions_means_the_papers():
    """Models saved before there was a choice load as they were."""
    record = SMALL.as_dict()
    del record["positions"]
    config = TransformerConfig.from_dict(record)
    assert config == SMALL
    assert torch.equal(Transformer(config).positions, sinusoidal(16, 32))
    with pytest.raises(ValueError, match="positions 'sideways'"):
        TransformerConfig.from_dict(record | {"positions": "sideways"})


@pytest.mark.parametrize("positions", ["learned", "none"])
def test_positions_come_back_from_disk(tmp_path: Path, tokenizer: Tokenizer, positions: str):
    net = Transformer(replace(SMALL, vocab_size=len(tokenizer), positions=positions))  # type: ignore[arg-type]
    record = {"architecture": "transformer", "src": "en", "tgt": "fr", "model": net.config.as_dict()}
    save_model(tmp_path / "one", net, tokenizer, record)
    assert torch.equal(load_model("one", tmp_path).net.positions, net.positions.detach().half().float())


def test_the_four_small_translators_differ_in_one_thing_each():
    names = ["positions-sinusoidal-en-fr", "positions-learned-en-fr", "positions-none-en-fr", "positions-prenorm-en-fr"]
    recipes = [RECIPES[name] for name in names]
    configs = [recipe.model_config(8000) for recipe in recipes]
    assert [config.positions for config in configs] == ["sinusoidal", "learned", "none", "sinusoidal"]
    assert [config.norm for config in configs] == ["post", "post", "post", "pre"]
    assert len({replace(config, positions="none", norm="post") for config in configs}) == 1
    assert len({(recipe.src, recipe.tgt, recipe.train, recipe.augmentation) for recipe in recipes}) == 1
