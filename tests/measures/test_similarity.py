"""Distances between heads, and the plane they are drawn in."""

import numpy as np
import pytest

from core.measures import head_distances, plane, similarity
from core.trace import AttentionMap
from tests.measures.test_heads import BY_HAND, all_heads
from tests.test_measures import axis, one_map, random_map


def heads(*rows):
    """Heads of one layer from their matrices."""
    n = len(rows[0])
    line = axis(tuple(f"t{i}" for i in range(n)))
    return AttentionMap("encoder_self", np.array(rows, np.float32)[None], line, line)


def test_the_distance_of_two_rows_on_paper():
    # (1, 0) and (0, 1) have nothing in common; (1, 0) and (1/2, 1/2) meet in (3/4, 1/4)
    found, used = head_distances(heads(np.eye(2), np.eye(2)[::-1], np.full((2, 2), 0.5)))
    middle = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25)) - 0.5
    expected = np.array([[0, 1, middle**0.5], [1, 0, middle**0.5], [middle**0.5, middle**0.5, 0]])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert used == 2


def test_distances_are_a_metric_and_equal_heads_have_none():
    attn = random_map(2, 4, 6, range(6))
    twice = AttentionMap(attn.kind, np.concatenate([attn.weights, attn.weights[:1]]), attn.queries, attn.keys)
    found, _ = head_distances(twice)
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(found[range(4), range(8, 12)], 0)
    assert (found >= 0).all()
    assert (found <= 1).all()
    through = (found[:, :, None] + found[None]).min(1)  # by way of a third head
    assert (found <= through + 1e-5).all()


def test_a_plane_keeps_distances_that_fit_into_it():
    points = np.array([[0, 0], [3, 0], [0, 4], [3, 4], [1, 1]], float)
    apart = np.linalg.norm(points[:, None] - points, axis=-1).astype(np.float32)
    flat = plane(apart)
    drawn = np.linalg.norm(flat.points[:, None] - flat.points, axis=-1)
    np.testing.assert_allclose(drawn, apart, atol=1e-4)
    assert flat.explained == pytest.approx(1)
    assert flat.stress == pytest.approx(0, abs=1e-5)


def test_what_does_not_fit_into_a_plane_is_owned_up_to():
    corners = (np.ones((4, 4)) - np.eye(4)).astype(np.float32)  # four corners of a tetrahedron: three equal dimensions
    flat = plane(corners)
    assert flat.explained == pytest.approx(2 / 3, abs=1e-5)
    assert flat.stress > 0.1


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_heads_or_equal_ones_are_points_too(n):
    none = plane(np.zeros((n, n), np.float32))
    assert none.points.shape == (n, 2)
    assert (none.explained, none.stress) == (1, 0)
    if n == 2:
        pair = plane(np.array([[0, 0.5], [0.5, 0]], np.float32))
        assert np.linalg.norm(pair.points[0] - pair.points[1]) == pytest.approx(0.5, abs=1e-6)


def test_the_same_distances_give_the_same_picture():
    found, _ = head_distances(all_heads())
    np.testing.assert_array_equal(plane(found).points, plane(found.copy()).points)


def test_the_uniform_head_is_in_the_middle_of_the_pointing_ones():
    """It has something in common with each of them, and they have little with each other."""
    found, _ = head_distances(all_heads())
    mean = found.sum(1) / (len(found) - 1)
    assert list(BY_HAND)[int(mean.argmin())] == "evenness"


def test_of_a_long_text_some_queries_are_used_evenly_spread(monkeypatch):
    attn = random_map(2, 3, 20, range(20))
    monkeypatch.setattr(similarity, "BUDGET", 18 * 20 * 5)
    found, used = head_distances(attn)
    assert used == 5
    places = np.linspace(0, 19, 5).round().astype(int)
    part = AttentionMap("cross", attn.weights[:, :, places], axis("a b c d e"), attn.keys)
    np.testing.assert_allclose(found, head_distances(part)[0], atol=1e-6)


def test_distances_that_are_none_are_refused():
    with pytest.raises(ValueError, match="not symmetric"):
        plane(np.array([[0, 1], [2, 0]], np.float32))


def test_one_head_alone():
    found, _ = head_distances(one_map([[1]], axis("a"), axis("a")))
    assert found.shape == (1, 1)
