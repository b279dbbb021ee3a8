"""What tiles and a drawing hand over, before any browser."""

from __future__ import annotations

import binascii

import numpy as np
import pytest

from core.components import drawing, tiles
from core.figures.theme import weight_scale

INK = np.zeros((8, 8), np.float32)
WORDS = {name: name for name in (*tiles.WORDS, *drawing.WORDS)}


def show(*shown: tiles.Tile, choose: tiles.Choose = "") -> None:
    tiles.tiles(shown, title="t", words=WORDS, scale=weight_scale(), file_stem="f", key="k", choose=choose)


@pytest.mark.parametrize(
    ("shown", "choose", "said"),
    [
        ((), "", "0 tiles"),
        ((tiles.Tile(INK, "a"), tiles.Tile(INK, "b")), "cell", "2 tiles"),
        ((tiles.Tile(INK, "a"), tiles.Tile(INK[:4, :4], "b")), "", "2 shapes"),
        ((tiles.Tile(INK, "a"), tiles.Tile(INK, "b", cells=INK[:4, :4])), "", "2 shapes"),
    ],
)
def test_tiles_that_do_not_go_together_are_refused(shown, choose, said):
    with pytest.raises(ValueError, match=said):
        show(*shown, choose=choose)


def test_a_drawing_that_is_no_square_of_blocks_is_refused():
    for shape in ((32, 30), (30, 30)):
        with pytest.raises(ValueError, match="no square"):
            drawing.drawing(np.zeros(shape, np.bool_), block=4, turn=0, words=WORDS, key="k", on_draw=print)


def test_points_come_back_from_the_browsers_text():
    points = np.random.default_rng(0).random((32, 32)) < 0.3
    text = binascii.hexlify(np.packbits(points).tobytes()).decode()
    np.testing.assert_array_equal(drawing.read(text, 32), points)
    for wrong in ("", text[:-2], "zz", "한"):
        assert drawing.read(wrong, 32) is None
