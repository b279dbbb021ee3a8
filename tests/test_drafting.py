"""A draft that is checked finds what plain greedy decoding finds, however bad the drafter."""

import pytest
import torch

from core import decode, drafting
from core.models import Model, load_model
from core.nn.quantised import quantised
from core.nn.transformer import Transformer
from tests.conftest import TINY

LINES = [line.split("\t")[0] for line in TINY.read_text("utf-8").splitlines()][::4]


def both(model, text, prefix=()):
    """Plain greedy decoding, and the drafted one with its pass."""
    src = torch.tensor([[*model.tokenizer.encode(text).ids, model.tokenizer.eos]])
    bos, eos = model.tokenizer.bos, model.tokenizer.eos
    with torch.inference_mode():
        (plain,) = decode.greedy(model.net, src, bos=bos, eos=eos, limits=[20], prefix=prefix)
        drafted, output = drafting.greedy(model, src, 20, prefix)
        again = model.net(src, torch.tensor([[bos, *plain.tokens[:-1]]]))
    return plain, drafted, output, again


def same(plain, drafted, output, again):
    assert drafted.tokens == plain.tokens
    assert drafted.finished == plain.finished
    assert drafted.log_prob == pytest.approx(plain.log_prob, abs=1e-3)
    torch.testing.assert_close(output, again)


@pytest.mark.parametrize("text", LINES)
def test_the_shipped_model_drafts_what_it_would_write(text):
    same(*both(load_model("transformer-en-fr"), text))


@pytest.mark.parametrize("text", LINES)
def test_a_drafter_that_knows_nothing_changes_nothing(model, text):
    stranger = Model(model.info, model.net, model.tokenizer)
    torch.manual_seed(1)
    stranger.__dict__["drafter"] = Transformer(model.info.config).eval()
    same(*both(stranger, text))


def test_a_prefix_stays(model):
    first = model.tokenizer.encode("Il mange").ids
    plain, drafted, *passes = both(model, LINES[0], tuple(first))
    assert drafted.tokens[: len(first)] == tuple(first)
    same(plain, drafted, *passes)


def test_the_half_precision_copy_is_near_and_leaves_the_model_alone(model):
    before = {name: p.clone() for name, p in model.net.named_parameters()}
    small = quantised(model.net)
    src, tgt = torch.tensor([[5, 6, 7, 2]]), torch.tensor([[1, 8, 9]])
    with torch.inference_mode():
        near, exact = small(src, tgt).logits, model.net(src, tgt).logits
    assert not torch.equal(near, exact)
    assert (near - exact).abs().max() < 0.1 * exact.abs().max()
    assert all(torch.equal(before[name], p) for name, p in model.net.named_parameters())
