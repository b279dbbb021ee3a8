"""Two maps against each other in words."""

import numpy as np
import pytest

from core.contrast import contrast, disagreement, side_by_side
from core.i18n import LANGUAGES, translate
from core.measures import mismatches
from core.reading import read_aloud
from tests.test_measures import axis, one_map

LINE = axis("it dog </s>")
ONE = one_map([[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1]], LINE, LINE)
TWO = one_map([[0.09, 0.66, 0.25], [0, 1, 0], [1, 0, 0]], LINE, LINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_largest_difference_between_typed_tokens_is_read_with_what_pays_for_it(language):
    said = contrast(ONE, TWO, language)
    more = translate(language, "compare.more", gain="0.41", key="‘dog’", query="‘it’", a="0.25", b="0.66")
    less = translate(language, "compare.back.less", gain="0.41", key="‘it’", a="0.50", b="0.09")
    # the row of </s> moves whole, but nobody typed it; it counts in the average: (0.41 + 0 + 1) / 3
    moved = translate(language, "compare.moved", share="0.47")
    assert said == f"{more} {less} {moved}"


def test_the_other_way_round_it_is_less():
    said = contrast(TWO, ONE, "en")
    assert said.startswith(
        "At ‘it’, B gives 0.41 less to ‘dog’ than A (0.25 against 0.66). Instead, ‘it’ gets 0.41 more"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_map_twice_is_called_so(language):
    assert contrast(ONE, ONE, language) == translate(language, "compare.same_maps", smallest=0.005)


def test_special_tokens_are_read_where_there_is_nothing_else():
    line = axis("<s> </s>")
    said = contrast(one_map(np.eye(2), line, line), one_map(np.eye(2)[::-1].copy(), line, line), "en")
    assert "‘</s>’" in said


def test_a_decoders_query_is_named_by_what_it_is_about_to_write():
    inputs = axis("<s> Un", writes=("Un", "chien"))
    keys = axis("A dog")
    one, two = (one_map(rows, inputs, keys, "cross") for rows in ([[1, 0], [1, 0]], [[1, 0], [0, 1]]))
    assert "‘Un’, about to write ‘chien’," in contrast(one, two, "en")


def test_maxima_are_no_distribution_so_no_share_of_them_moves():
    loose = one_map([[0.5, 0.9, 0.1]] * 3, LINE, LINE, normalised=False)
    assert "elsewhere" not in contrast(ONE, loose, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_axes_that_differ_are_explained_by_their_tokens(language):
    other = axis("it cat </s>")
    found = mismatches(ONE, one_map(np.eye(3), other, other))
    where = translate(language, "compare.differ.token", place=2, a="‘dog’", b="‘cat’")
    both = f"{translate(language, 'compare.side.both')} {where}"
    assert disagreement(found, language) == translate(language, "compare.differ", where=both)
    ended = disagreement(
        mismatches(ONE, one_map(np.eye(3)[:, :2] + [[0, 0], [0, 0], [1, 0]], LINE, axis("it dog"))), language
    )
    assert "‘</s>’" in ended
    assert translate(language, "compare.side.key") in ended


def test_maps_that_cannot_be_subtracted_are_read_one_after_the_other():
    assert side_by_side(ONE, TWO, "en") == f"A: {read_aloud(ONE, 'en')} B: {read_aloud(TWO, 'en')}"
