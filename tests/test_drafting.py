"""A draft that is checked finds what plain greedy decoding finds, however bad the drafter."""

import pytest
import torch

from core import decode, drafting
from core.models import Model, load_model
from core.nn.lean import LeanDecoder
from core.nn.transformer import Transformer
from tests.conftest import TINY

LINES = [line.split("\t")[0] for line in TINY.read_text("utf-8").splitlines()][::4]


def ids(model, text):
    return torch.tensor([[*model.tokenizer.encode(text).ids, model.tokenizer.eos]])


def both(model, text, prefix=(), limit=20):
    """Plain greedy decoding, and the drafted one with its pass."""
    src, bos, eos = ids(model, text), model.tokenizer.bos, model.tokenizer.eos
    with torch.inference_mode():
        (plain,) = decode.greedy(model.net, src, bos=bos, eos=eos, limits=[limit], prefix=prefix)
        drafted, output = drafting.greedy(model, src, limit, prefix)
        again = model.net(src, torch.tensor([[bos, *plain.tokens[:-1]]]))
    return plain, drafted, output, again


def same(plain, drafted, output, again):
    assert drafted.tokens == plain.tokens
    assert drafted.finished == plain.finished
    assert drafted.log_prob == pytest.approx(plain.log_prob, abs=1e-3)
    torch.testing.assert_close(output, again)


@pytest.fixture(scope="module")
def shipped():
    return load_model("transformer-en-fr")


@pytest.mark.parametrize("text", LINES)
def test_the_shipped_model_drafts_what_it_would_write(shipped, text):
    same(*both(shipped, text))


@pytest.mark.parametrize("text", LINES)
def test_a_drafter_that_knows_nothing_changes_nothing(model, text):
    stranger = Model(model.info, model.net, model.tokenizer)
    torch.manual_seed(1)
    stranger.__dict__["drafter"] = LeanDecoder(Transformer(model.info.config).eval())
    same(*both(stranger, text))


@pytest.mark.parametrize(
    ("at", "token"), [(0, 40), (3, 40), (6, 40), (2, 2)], ids=["first", "middle", "past the end", "ends early"]
)
def test_after_a_slip_only_what_follows_it_is_drafted_again(shipped, monkeypatch, at, token):
    """The cache goes back to the last step that was right; 2 is `</s>`, 40 any other token."""
    step, steps = LeanDecoder.step, []

    def slipping(self, cache, before, place):
        logits = step(self, cache, before, place)
        if place == at and at not in steps:
            logits[token] = torch.inf
        steps.append(place)
        return logits

    monkeypatch.setattr(LeanDecoder, "step", slipping)
    plain, *rest = both(shipped, "I don't know Mary.")  # Je ne connais pas Marie. </s>: steps 0 to 6
    same(plain, *rest)
    assert shipped.tokenizer.eos == 2
    assert len(plain.tokens) == 7
    assert plain.tokens[at] != token
    first = len(steps) - (6 - at)
    assert steps == [*range(first), *range(at + 1, 7)]


def test_a_prefix_stays(model):
    first = model.tokenizer.encode("Il mange").ids
    plain, drafted, *passes = both(model, LINES[0], tuple(first))
    assert drafted.tokens[: len(first)] == tuple(first)
    same(plain, drafted, *passes)
