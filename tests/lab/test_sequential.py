"""Steps one after another: counted from the architecture, and held against what the encoders really do."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.config import Seq2SeqConfig, TransformerConfig
from core.lab.sequential import encoder, growth, path_length, steps_in_sequence
from core.models import Model
from core.nn.build import build
from core.shelf import ModelInfo

RNN, BOTH = (Seq2SeqConfig(30, 16, 16, bidirectional=both, max_len=40) for both in (False, True))
NET = TransformerConfig(30, 16, 2, 3, 1, 32, max_len=64)


def model(config) -> Model:
    torch.manual_seed(0)
    info = ModelInfo(type(config).__name__, "x", "en", "fr", config, None)
    return Model(info, build(config).eval(), None)


@pytest.mark.parametrize("n", [1, 8, 512])
def test_a_recurrent_encoder_waits_for_each_word_and_a_transformer_for_each_layer(n: int):
    assert steps_in_sequence(RNN, n) == steps_in_sequence(BOTH, n) == path_length(RNN, n) == n
    assert steps_in_sequence(NET, n) == 3
    assert path_length(NET, n) == 1


def test_what_is_measured_is_the_encoder():
    src = torch.randint(3, 30, (1, 9))
    for config in (RNN, BOTH):
        net = model(config).net
        with torch.inference_mode():
            own = net.details(src, torch.tensor([[1]])).encoder.out
            torch.testing.assert_close(encoder(net)(src)[0], own, rtol=0, atol=1e-5)
    net = model(NET).net
    with torch.inference_mode():
        torch.testing.assert_close(encoder(net)(src), net.encode(src).memory)


def test_growth_measures_each_size_for_each_model_and_can_be_stopped():
    heard: list[tuple[int, int]] = []
    found = growth([model(RNN), model(NET)], lambda *step: heard.append(step), (4, 8, 48), 2)
    assert found.sizes == (4, 8), "no longer than the shortest limit"
    assert found.steps.tolist() == [[4, 8], [3, 3]]
    assert found.seconds.shape == (2, 2)
    assert (found.seconds > 0).all()
    assert np.isfinite(found.seconds).all()
    assert heard == [(i, 4) for i in range(1, 5)]

    def stop(step: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        growth([model(RNN)], stop, (4,), 2)
