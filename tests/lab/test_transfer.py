"""Learning a task: what is frozen stays, what is not learns, and how far the attention moved is measured right."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import StopError
from core.lab import transfer as lab
from core.lab.classified import Draw
from core.lab.transfer import Way
from core.models import Model, load_model
from core.nn.bert import Bert
from core.text.tasks import Example, Task
from core.text.tokenizer import Tokenizer
from tests import berts

TASK = Task(
    "own", ("animal", "person"),
    tuple(Example(f"{word} {rest}", i) for i, word in enumerate(("cat", "sister")) for rest in ("is here", "I like")),
    (Example("my cat", 0), Example("my sister", 1)),
)  # fmt: skip
DRAW = Draw(2, 1, "mean")


def quiet(step: int, limit: int) -> None:
    """Hears and says nothing."""


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Model[Bert]:
    root = tmp_path_factory.mktemp("models")
    berts.put(root, "b", tokenizer)
    return load_model("b", root)


def changed(a: Bert, b: Bert) -> set[str]:
    others = dict(b.named_parameters())
    return {name for name, value in a.named_parameters() if not torch.equal(value, others[name])}


@pytest.mark.parametrize("k", [0, 1])
def test_frozen_layers_stay_bit_by_bit_and_the_others_learn(bert: Model[Bert], k: int):
    before = {name: value.clone() for name, value in bert.net.named_parameters()}
    found = lab.tune(bert, TASK, Way(k), DRAW, quiet)
    moved = changed(bert.net, found.model.net)
    learning = {name for name in before if name.startswith("layers.") and int(name.split(".")[1]) >= k}
    own = ("embedding.weight", "positions.weight", "segments.weight", "embedding_norm.weight", "embedding_norm.bias")
    if not k:
        learning |= set(own)
    unmoved = {name for name in learning - moved if not name.endswith("bias")}  # a key's bias changes no softmax
    assert moved <= learning
    assert unmoved <= {"segments.weight"}, "weight decay moves all that has a gradient, be it 0"
    assert all(torch.equal(value, before[name]) for name, value in bert.net.named_parameters()), "the shelf's own stays"
    np.testing.assert_array_equal(found.moved[:k], 0)
    assert found.moved[k:].min() > 0


def test_what_it_is_taught_it_knows(bert: Model[Bert], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lab, "RATE", 0.01)  # of a network that is smaller than ours, and random
    found = lab.tune(bert, TASK, Way(), DRAW, quiet)
    assert found.train == 1
    assert len(found.losses) == lab.steps(4) == lab.LEAST
    assert found.losses[-5:].mean() < found.losses[:5].mean() / 4
    right = np.mean([answer == one.label for answer, one in zip(found.answers, TASK.test, strict=True)])
    assert found.test == pytest.approx(right)


def test_the_same_training_gives_the_same_network_and_another_seed_another(bert: Model[Bert]):
    one, two, other = (lab.tune(bert, TASK, Way(scratch=True), Draw(1, seed, "mean"), quiet) for seed in (1, 1, 2))
    assert not changed(one.model.net, two.model.net)
    assert changed(one.model.net, other.model.net)
    np.testing.assert_array_equal(one.losses, two.losses)


def test_from_scratch_begins_with_other_numbers_and_a_frozen_beginning_makes_no_sense(bert: Model[Bert]):
    found = lab.tune(bert, TASK, Way(scratch=True), DRAW, quiet)
    assert "pooler.weight" in changed(bert.net, found.model.net), "not even what nobody trained is the same"
    with pytest.raises(ValueError, match="random"):
        Way(1, scratch=True)


def test_training_leaves_everybody_elses_chance_alone(bert: Model[Bert]):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    lab.tune(bert, TASK, Way(1), Draw(1, 9, "first"), quiet)
    torch.testing.assert_close(torch.rand(3), expected)


def test_it_says_how_far_it_is_and_can_be_stopped(bert: Model[Bert]):
    heard: list[tuple[int, int]] = []

    def stop(step: int, limit: int) -> None:
        heard.append((step, limit))
        if step == 3:
            raise StopError

    with pytest.raises(StopError):
        lab.tune(bert, TASK, Way(), DRAW, stop)
    assert heard == [(i, lab.LEAST) for i in range(4)]


@pytest.mark.parametrize(("n", "total"), [(3, 5), (16, 4), (40, 10)])
def test_every_example_is_seen_once_before_any_twice(n: int, total: int):
    row = [i for batch in lab._batches(n, total, 1) for i in batch]
    assert len(row) >= total * min(n, lab.BATCH)
    for start in range(0, len(row) - n + 1, n):
        assert sorted(row[start : start + n]) == list(range(n))


def test_how_far_a_row_moved_is_half_the_sum_of_its_differences(bert: Model[Bert]):
    """Rows of 1 spread over n tokens: nothing moved is 0, and no head can move by more than 1."""
    after = lab.tune(bert, TASK, Way(), DRAW, quiet).model
    alone = TASK.test[:1]
    assert float(np.abs(lab.moved(bert, bert, alone)).max()) == 0
    a, b = (lab.traced(model, alone[0].text)["encoder_self"].weights for model in (bert, after))
    np.testing.assert_allclose(lab.moved(bert, after, alone), np.abs(a - b).sum(-1).mean(-1) / 2, atol=1e-6)
    longer = Example("my sister is in the garden", 1)
    n = [len(lab.traced(bert, one.text)["encoder_self"].queries) for one in (*alone, longer)]
    both, second = lab.moved(bert, after, (*alone, longer)), lab.moved(bert, after, [longer])
    weighted = (n[0] * lab.moved(bert, after, alone) + n[1] * second) / sum(n)
    np.testing.assert_allclose(both, weighted, atol=1e-6)
