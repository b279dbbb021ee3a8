"""The recurrent language models: training's pass is the shown one, and no token hears of its future."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from core.config import LanguageModelConfig
from core.nn.language_model import LanguageModel

BASE = LanguageModelConfig(vocab_size=20, d_model=16, hidden=16, dropout=0.0)
CONFIGS = [
    replace(BASE, cell="rnn"),
    replace(BASE, cell="rnn", activation="relu", n_layers=2),
    replace(BASE, cell="lstm", n_layers=2),
    replace(BASE, cell="gru", hidden=24, tied=False),
]
EVERY_CONFIG = pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c.cell}-{c.activation}-{c.n_layers}")
TOKENS = torch.tensor([[1, 4, 5, 6, 7, 0, 0], [1, 9, 8, 7, 6, 5, 4]])


@EVERY_CONFIG
def test_training_computes_what_is_shown(config: LanguageModelConfig):
    net = LanguageModel(config).eval()
    details = net.details(TOKENS)
    assert_close(net(TOKENS).logits, details.output.logits)
    assert_close(net.train()(TOKENS).logits, details.output.logits, rtol=0, atol=1e-5)
    assert_close(details.output.logits, net.output(details.recurrent.layers[-1][0].steps.h))


@EVERY_CONFIG
def test_a_token_reaches_only_the_logits_from_its_own_place_on(config: LanguageModelConfig):
    net, changed = LanguageModel(config).eval(), TOKENS.clone()
    changed[:, 3] = 17
    before, after = net(TOKENS).logits, net(changed).logits
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.isclose(before[:, 3], after[:, 3]).all()
    alone = net(TOKENS[:1, :5]).logits  # padding stands behind
    assert_close(before[:1, :5], alone)


def test_the_cells_have_1_3_and_4_times_the_weights():
    sizes = {}
    for cell in ("rnn", "gru", "lstm"):
        net = LanguageModel(replace(BASE, cell=cell))
        assert net.output.weight is net.embedding.weight
        sizes[cell] = sum(p.numel() for p in net.parameters()) - 20 * 16
    assert (sizes["gru"], sizes["lstm"]) == (3 * sizes["rnn"], 4 * sizes["rnn"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cell": "tree"}, "cell 'tree' is none of rnn, lstm, gru"),
        ({"activation": "relu"}, "activation 'relu' does not go with 'lstm'"),
        ({"hidden": 32}, "d_model 16 to be hidden 32"),
        ({"n_layers": 0}, "n_layers must be at least 1"),
    ],
)
def test_a_config_that_cannot_be_is_refused(changes: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        replace(BASE, **changes)
