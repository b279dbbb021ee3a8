"""An output layer on frozen vectors: the vectors are the network's own, and the layer is the best there is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.lab import classified, frozen
from core.lab.classified import READS, Draw
from core.models import Model, load_model
from core.nn.bert import Bert
from core.text.tasks import Example, Task
from core.text.tokenizer import Tokenizer
from tests import berts

EXAMPLES = tuple(
    Example(text, i % 2)
    for i, text in enumerate(("The cat is here.", "I like your idea a lot.", "Go.", "My sister is in the garden."))
)
TASK = Task("own", ("a", "b"), EXAMPLES, EXAMPLES[:2])


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Model[Bert]:
    root = tmp_path_factory.mktemp("models")
    berts.put(root, "b", tokenizer)
    return load_model("b", root)


def test_vectors_are_those_of_each_sentence_read_alone(bert: Model[Bert]):
    """Padding beside longer sentences changes nothing; `<s>`, `</s>` and padding are no part of the mean."""
    found = frozen.vectors(bert, EXAMPLES)
    assert found.values.shape == (4, 3, 2, 32)
    for i, row in enumerate(classified.rows(bert.tokenizer, EXAMPLES, 48)):
        with torch.inference_mode():
            alone = bert.net.details(torch.tensor([row]))
        states = [alone.embedded.total[0], *(layer.out[0] for layer in alone.layers)]
        for layer, state in enumerate(states):
            first, mean = found.values[i, layer]
            torch.testing.assert_close(first, state[0], atol=1e-5, rtol=1e-4)
            torch.testing.assert_close(mean, state[1:-1].mean(0), atol=1e-5, rtol=1e-4)


def test_the_fitted_layer_is_where_the_loss_is_least():
    """The gradient of loss and penalty, on vectors of deviation 1, is 0 there: the problem is convex."""
    torch.manual_seed(3)
    x, labels = torch.randn(40, 6) * torch.tensor([1.0, 5, 0.2, 1, 1, 9]) + 3, torch.arange(40) % 3
    head = frozen.fitted(x, labels, 3)
    z = (x - x.mean(0)) / x.std(0, correction=0)
    weight = (head.weight * x.std(0, correction=0)).requires_grad_()
    bias = (head.bias + head.weight @ x.mean(0)).requires_grad_()
    torch.testing.assert_close(functional.linear(z, weight, bias), head(x), atol=1e-3, rtol=1e-3)
    loss = functional.cross_entropy(functional.linear(z, weight, bias), labels) + frozen.PENALTY * weight.square().sum()
    loss.backward()
    assert float(weight.grad.abs().max()) < 2e-3
    assert float(bias.grad.abs().max()) < 2e-3


def test_what_a_line_can_part_is_parted_and_a_constant_dimension_does_no_harm():
    x = torch.tensor([[0.0, 7], [1, 7], [2, 7], [3, 7]])
    labels = torch.tensor([0, 0, 1, 1])
    head = frozen.fitted(x, labels, 2)
    assert head(x).argmax(-1).tolist() == labels.tolist()
    assert torch.isfinite(head.weight).all()
    assert abs(float((head(torch.tensor([1.5, 7.0])).softmax(-1)[0]) - 0.5)) < 1e-2, "half way is undecided"


def test_the_first_tokens_vector_knows_nothing_before_the_first_layer(bert: Model[Bert]):
    """`<s>` at place 0 is the same in every sentence, until a layer has looked around."""
    found = frozen.vectors(bert, EXAMPLES).values[:, :, READS.index("first")]
    assert float(found[:, 0].std(0).max()) < 1e-6
    assert float(found[:, 1].std(0).max()) > 1e-2


def test_a_curve_is_of_draws_and_its_last_point_is_the_same_for_all(bert: Model[Bert]):
    learn, test = frozen.vectors(bert, TASK.train), frozen.vectors(bert, TASK.test)
    curve = frozen.frozen_curve(TASK, learn, test, 2, "mean", draws=3)
    assert curve.sizes == (1, 2)
    assert curve.right.shape == (2, 3)
    assert len(set(curve.right[-1].tolist())) == 1, "all examples: nothing left to draw"
    layers = frozen.by_layer(TASK, learn, test, 2, "mean", draws=1)
    assert layers.shape == (3, 1)
    assert layers[2, 0] == curve.right[1, 0]
    head = frozen.frozen_head(TASK, learn, 2, "mean", Draw(2, 1, "mean"))
    said = classified.chances(bert, head, TASK.test[0].text, "mean")
    np.testing.assert_allclose(said.sum(), 1, atol=1e-5)
    assert int(said.argmax()) == int(head(test.values[0, 2, 1]).argmax())


@pytest.mark.parametrize(("most", "sizes"), [
    (1, (1,)), (3, (1, 2, 3)), (8, (1, 2, 4, 8)), (60, (1, 2, 4, 8, 16, 32, 60)), (90, (1, 2, 4, 8, 16, 32, 64, 90)),
])  # fmt: skip
def test_sizes_double_up_to_all_there_are(most: int, sizes: tuple[int, ...]):
    assert frozen.sizes(most) == sizes


def test_a_long_text_is_cut_where_the_positions_end(bert: Model[Bert], tmp_path: Path):
    row = classified.rows(bert.tokenizer, [Example("cat " * 200, 0)], 48)[0]
    assert len(row) == 48
    assert (row[0], row[-1]) == (bert.tokenizer.bos, bert.tokenizer.eos)
