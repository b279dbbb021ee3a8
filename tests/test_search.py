"""The records of a search refuse what no search leaves."""

from __future__ import annotations

import pytest

from core.search import Node, Sampling, Search, Tree


def node(step: int, parent: int, token: int, fate: str = "kept") -> Node:
    return Node(step, parent, token, str(token), -1.0, -1.0, fate)


def test_a_path_is_read_from_the_start():
    tree = Tree((node(1, -1, 5), node(1, -1, 6, "pruned"), node(2, 0, 7), node(3, 2, 2, "ended")), (3,))
    assert tree.path(3) == (0, 2, 3)
    assert tree.tokens(3) == (5, 7, 2)
    assert tree.tokens(1) == (6,)


@pytest.mark.parametrize(
    ("nodes", "found", "said"),
    [
        ([node(1, 0, 5)], (), "has the parent 0"),
        ([node(2, -1, 5)], (), "has the parent -1"),
        ([node(1, -1, 5, "pruned"), node(2, 0, 6)], (), "not kept at the step before"),
        ([node(1, -1, 5), node(3, 0, 6)], (), "not kept at the step before"),
        ([node(1, -1, 5)], (0,), "has not ended"),
    ],
)
def test_a_tree_that_could_not_have_grown_raises(nodes: list[Node], found: tuple[int, ...], said: str):
    with pytest.raises(ValueError, match=said):
        Tree(tuple(nodes), found)


def test_a_beam_does_not_draw():
    with pytest.raises(ValueError, match="not a beam of 3"):
        Search(3, sampling=Sampling())


@pytest.mark.parametrize("values", [{"temperature": 0.0}, {"top_k": -1}, {"top_p": 0.0}, {"top_p": 1.5}])
def test_settings_of_sampling_that_mean_nothing_raise(values: dict[str, float]):
    with pytest.raises(ValueError, match="temperature"):
        Sampling(**values)
