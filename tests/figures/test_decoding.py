"""The pictures of teacher forcing and of the cache show the numbers they are given."""

from __future__ import annotations

import numpy as np

from core.figures.decoding import ForcingWords, forcing, positions

WORDS = ForcingWords("reference", "free", "loss", "likelier {token}", "part here")


def drawn(parts: int | None, guesses: tuple[str, ...] = ("le", "chien", "</s>")):
    losses = np.array([0.5, 2.0, 0.1], np.float32)
    return forcing(("le", "<b>chat</b>", "</s>"), losses, guesses, ("le", "chien", "dort", "</s>"), parts, WORDS)


def test_each_token_has_its_loss_and_both_outputs_their_words():
    fig = drawn(1)
    np.testing.assert_allclose(fig.data[0].x, [0.5, 2.0, 0.1])
    assert [text.strip() for text in fig.layout.yaxis.ticktext] == [
        "le",
        "<b>&lt;b&gt;chat&lt;/b&gt;</b>",
        "&lt;/s&gt;",
    ]
    assert [text.strip() for text in fig.layout.yaxis2.ticktext] == ["le", "<b>chien</b>", "dort", "&lt;/s&gt;"]
    assert fig.layout.yaxis.range == fig.layout.yaxis2.range == (3.5, -0.5)


def test_a_line_stands_before_the_first_difference_and_only_there():
    assert [shape.y0 for shape in drawn(1).layout.shapes] == [0.5]
    assert not drawn(None).layout.shapes


def test_a_bar_says_what_would_have_been_likelier():
    fig = drawn(1)
    assert [text.split("  ")[1:] for text in fig.data[0].text] == [[], ["likelier chien"], []]
    right, wrong, _ = fig.data[0].marker.color
    assert right != wrong


def test_positions_are_one_a_step_or_the_prefix():
    without, cached = positions(4, ("without", "with"), ("step", "positions")).data
    assert list(without.y) == [1, 2, 3, 4]
    assert list(cached.y) == [1, 1, 1, 1]
