"""True or false: what each experiment finds, and that a model for which the claim were so would be told so."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import TextError
from core.lab.claims import CLAIMS, TURNED
from core.lab.claims.deciding import EXPERIMENTS, decide
from core.lab.claims.record import Finding, Run, read_run
from core.models import Model

TEXT = "The cat sleeps on the table."


@pytest.fixture
def run(model: Model) -> Run:
    return read_run(model, TEXT)


def found(run: Run, claim: str) -> tuple[Finding, dict[str, float]]:
    one = decide(claim, run)
    assert one is not None
    return one, dict(one.numbers)


def test_each_claim_has_its_experiment_and_some_are_put_the_other_way_round():
    assert tuple(EXPERIMENTS) == CLAIMS
    assert set(CLAIMS) > TURNED
    assert 4 <= len(TURNED) <= 8, "who always says false must not win"


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim not in ("explain", "repeats")])
def test_what_is_wrong_by_construction_is_found_wrong_on_any_sentence(model: Model, claim: str):
    for text in (TEXT, "Tom.", "Tom loves Mary, and Mary loves the cat on the table."):
        one = decide(claim, read_run(model, text))
        assert one is not None
        assert not one.holds
        assert all(np.isfinite(value) for _, value in one.numbers)


def test_numbers_that_can_be_known_beforehand(run: Run):
    assert found(run, "periods")[1] == {"dim0": 6.28, "dim1": 6.28, "dim2": 628.32, "dim3": 628.32}
    deck = found(run, "deck")[1]
    np.testing.assert_allclose(list(deck.values()), [0.0011, 0.9962, 0.0027, 0.9416, 0.0573, 0.0012], atol=1e-4)
    n = len(run.src)
    assert found(run, "window")[1]["seen"] == found(run, "window")[1]["states"] == n
    assert found(run, "diagonal")[1]["undefined"] == 1
    infinite = found(run, "infinite")[1]
    assert infinite["hidden"] == 0
    assert infinite["before"] == pytest.approx(1)
    assert infinite["late"] < 1
    assert found(run, "convolution")[1]["neighbours"] == 0
    table, word = run.model.net.positions, found(run, "after")[1]
    assert word["apart"] == pytest.approx(float((table[0] - table[n - 1]).norm()), rel=1e-5)


def test_a_model_whose_values_are_its_keys_is_told_so(model: Model):
    attention = model.net.encoder[0].attention
    attention.w_v.load_state_dict(attention.w_k.state_dict())
    one, numbers = found(read_run(model, TEXT), "same")
    assert one.holds
    assert numbers["moved"] == 0


def test_a_model_with_a_convolution_is_told_so(model: Model):
    model.net.add_module("extra", torch.nn.Conv1d(2, 2, 3))
    assert found(read_run(model, TEXT), "convolution")[0].holds


def test_a_model_without_positions_has_nothing_to_try(model: Model):
    model.net.positions.zero_()
    assert decide("after", read_run(model, TEXT)) is None


def test_taking_a_head_out_is_what_it_adds(run: Run):
    """The largest effect by another way: the head's own output is zeroed before W_O, in a copy of the arithmetic."""
    one, numbers = found(run, "explain")
    said = dict(one.said)
    layer, head = (int(part) - 1 for part in str(said["of_strongest"]).split("·"))
    cross = run.details.output.cross[0][..., :-1]
    step = int(np.unravel_index(int(cross.argmax()), cross.shape)[2])
    net, size = run.model.net, run.model.info.config.d_model // run.model.info.config.n_heads
    module = net.decoder[layer].cross.w_o

    def silent(_: object, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
        joined = inputs[0].clone()
        joined[..., head * size : (head + 1) * size] = 0
        return (joined,)

    hook = module.register_forward_pre_hook(silent)
    with torch.inference_mode():
        logits = net(torch.tensor([run.src]), torch.tensor([run.inputs])).logits
    hook.remove()
    without = float(logits[0, step].softmax(-1)[run.output[step]])
    assert numbers["strongest"] == pytest.approx(without, rel=1e-4)
    whole = float(run.details.output.logits[0, step].softmax(-1)[run.output[step]])
    assert numbers["whole"] == pytest.approx(whole, rel=1e-4)
    assert abs(numbers["strongest"] - whole) >= abs(numbers["largest"] - whole)
    assert one.holds == (said["of_largest"] == said["of_strongest"])


def test_the_model_is_as_it_was_after_all_of_them(run: Run):
    before = {name: tensor.clone() for name, tensor in run.model.net.state_dict().items()}
    for claim in CLAIMS:
        decide(claim, run)
    for name, tensor in run.model.net.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_half_of_a_word_is_the_word_twice(model: Model):
    assert read_run(model, "Tom!").half == "Tom! Tom!"
    assert read_run(model, "Tom loves Mary").half == "Tom loves"
    with pytest.raises(TextError):
        read_run(model, " ")
