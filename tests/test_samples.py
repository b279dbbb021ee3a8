"""What is kept beforehand equals what the model does now."""

import numpy as np
import pytest

from core.models import load_model
from core.samples import SAMPLES, samples, stored, translators
from core.shelf import read_info
from core.tracing import read, trace


@pytest.mark.parametrize("name", translators())
def test_a_stored_trace_equals_a_fresh_one(name):
    info = read_info(name)
    text = samples("heads", info.src, info.tgt)[0].text
    kept, fresh = stored(name, text), trace(load_model(name), text)
    assert kept is not None
    assert (kept.src_text, kept.tgt_text, kept.kinds) == (fresh.src_text, fresh.tgt_text, fresh.kinds)
    for kind in fresh.kinds:
        assert kept[kind].queries == fresh[kind].queries
        assert kept[kind].keys == fresh[kind].keys
        np.testing.assert_allclose(kept[kind].weights, fresh[kind].weights, atol=1e-5)
    for old, new in zip(kept.steps, fresh.steps, strict=True):
        assert old.written.token == new.written.token
        assert old.written.log_prob == pytest.approx(new.written.log_prob, abs=1e-4)


def test_no_trace_is_kept_for_another_text():
    assert stored(translators()[0], "Something else.") is None


@pytest.mark.parametrize("page", sorted(path.stem for path in SAMPLES.glob("*.json")))
def test_the_model_can_read_every_example(page):
    for name in translators():
        model = load_model(name)
        for sample in samples(page, model.info.src):
            assert read(model, sample.text).ids
