import json
import struct

import numpy as np
import pytest

from core.components.buffer import axis_header, chosen_words, on_dark, one_byte, pack, stretched
from core.figures.theme import weight_scale
from core.trace import Axis


def opened(buffer):
    """Header and the bytes behind it, read as the format says."""
    (length,) = struct.unpack_from("<I", buffer)
    return json.loads(buffer[4 : 4 + length]), buffer[4 + length :]


def test_the_header_comes_back_and_knows_the_weights_shape():
    header, _ = opened(pack({"words": {"a": "층 {layer}"}, "selected": (1, 2)}, np.zeros((2, 3, 4, 5), np.uint8)))
    assert header == {"words": {"a": "층 {layer}"}, "selected": [1, 2], "shape": [2, 3, 4, 5], "dtype": "uint8"}


def test_one_byte_a_weight_in_c_order():
    weights = np.linspace(0, 1, 2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    _, body = opened(pack({}, one_byte(weights)))
    assert list(body) == [round(255 * float(w)) for w in weights.ravel()]


def test_a_byte_is_never_further_than_half_a_step_from_its_weight():
    weights = np.random.default_rng(0).random((1, 2, 7, 9), np.float32)
    assert np.abs(one_byte(weights) / 255 - weights).max() <= 0.5 / 255 + 1e-6


def test_weights_above_one_count_as_one():
    assert one_byte(np.array([1.2], np.float32)).tolist() == [255]


def test_float_weights_come_back_exactly_and_aligned():
    weights = np.random.default_rng(0).random((5, 3), np.float32)
    for text in ("", "a", "ab", "abc", "한"):
        buffer = pack({"text": text}, weights)
        header, body = opened(buffer)
        assert header["text"] == text
        assert (len(buffer) - len(body)) % 4 == 0
        assert np.array_equal(np.frombuffer(body, "<f4").reshape(5, 3), weights)


def test_weights_seen_from_the_side_are_sent_in_the_order_of_their_shape():
    weights = np.arange(6, dtype=np.float32).reshape(2, 3).T
    header, body = opened(pack({}, weights))
    assert header["shape"] == [3, 2]
    assert np.frombuffer(body, "<f4").tolist() == [0, 3, 1, 4, 2, 5]


def test_other_number_types_are_refused():
    with pytest.raises(ValueError, match="float64"):
        pack({}, np.zeros((1, 1), np.float64))


def test_stretched_heads_reach_the_largest_byte_and_their_peak_gives_the_weight_back():
    weights = np.array([[[[0.02, 0.01]], [[0.8, 0.2]], [[0, 0]]]], np.float32)
    bytes_, peaks = stretched(weights)
    assert bytes_.reshape(3, 2).tolist() == [[255, 128], [255, 64], [0, 0]]
    assert peaks == pytest.approx([0.02, 0.8, 0])
    back = bytes_ / 255 * np.array(peaks).reshape(1, 3, 1, 1)
    assert np.abs(back - weights).max() <= 0.5 / 255


def test_an_axis_says_which_tokens_continue_a_word():
    axis = Axis(("<s>", "hung", "ry"), (0, 1, 1), ("<s>", "hungry"), (True, False, False), ("hung", "ry", "</s>"))
    assert axis_header(axis) == {
        "tokens": ["<s>", "hung", "ry"],
        "special": [True, False, False],
        "continues": [False, False, True],
        "writes": ["hung", "ry", "</s>"],
    }


def test_a_missing_text_is_named():
    with pytest.raises(ValueError, match=r"1 of 2 texts are missing: overview\.b"):
        chosen_words({"overview.a": "A"}, ("overview.a", "overview.b"))


def test_half_a_surrogate_pair_does_not_stop_the_picture():
    header, _ = opened(pack({"text": "\ud83d"}, np.zeros(1, np.uint8)))
    assert header["text"] == "?"


def test_a_scale_tells_the_ground_that_it_begins_at():
    assert on_dark(weight_scale(True))
    assert not on_dark(weight_scale(False))
