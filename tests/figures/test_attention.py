"""The heat map of one head: the right numbers beside the right names."""

import numpy as np
import pytest

from core.figures.attention import MOST_KEYS, MOST_QUERIES, Words, attention_heatmap, thinned
from core.figures.theme import masked, weight_scale
from tests.test_measures import axis, one_map, random_map

WORDS = Words("query", "key", "weight")
LONG = "antidisestablishmentarianism"


def names(side, i):
    """A position's tick label, and what is shown when it is pointed at."""
    return side.labelalias[str(i)], side.labelalias[f"{i}.0"]


def test_the_weights_stand_as_they_are_queries_down():
    attn = random_map(2, 3, 5, range(5))
    fig = attention_heatmap(attn, 1, 2, WORDS)
    np.testing.assert_array_equal(fig.data[0].z, attn.head(1, 2))
    assert fig.layout.yaxis.range == (4.5, -0.5)
    assert fig.layout.xaxis.range == (-0.5, 4.5)


def test_labels_are_escaped_and_special_tokens_grey():
    line = axis(("<script>", "</s>", "a&b"))
    fig = attention_heatmap(one_map(np.full((3, 3), 1 / 3), line, line), 0, 0, WORDS)
    for side in (fig.layout.xaxis, fig.layout.yaxis):
        assert names(side, 0) == ("&lt;script&gt;", "&lt;script&gt;")
        assert names(side, 2)[0] == "a&amp;b"
        assert names(side, 1)[0].startswith("<span") and ">&lt;/s&gt;<" in names(side, 1)[0]  # noqa: PT018


def test_a_long_token_is_cut_on_the_axis_and_whole_in_the_hover():
    line = axis((LONG, "b"))
    fig = attention_heatmap(one_map(np.full((2, 2), 0.5), line, line), 0, 0, WORDS)
    tick, hover = names(fig.layout.xaxis, 0)
    assert (len(tick), tick[-1], hover) == (14, "…", LONG)
    assert (fig.data[0].xhoverformat, fig.data[0].yhoverformat) == (".1f", ".1f")


def test_both_names_of_a_decoder_row_stand_on_the_query_axis_alone():
    inputs = axis("<s> Un", writes=("Un", "chien"))
    fig = attention_heatmap(one_map([[1, 0], [0.5, 0.5]], inputs, inputs, "decoder_self"), 0, 0, WORDS)
    assert names(fig.layout.yaxis, 1) == ("Un → chien", "Un → chien")
    assert names(fig.layout.xaxis, 1) == ("Un", "Un")


@pytest.mark.parametrize("dark", [False, True])
def test_masked_cells_are_grey_and_have_no_number(dark):
    inputs = axis("<s> Un chien", writes=("Un", "chien", "</s>"))
    rows = [[1, 0, 0], [0.5, 0.5, 0], [0.2, 0.3, 0.5]]
    weights, grey = attention_heatmap(one_map(rows, inputs, inputs, "decoder_self"), 0, 0, WORDS, dark=dark).data
    np.testing.assert_array_equal(np.isnan(weights.z), np.triu(np.ones((3, 3), bool), 1))
    np.testing.assert_array_equal(np.isnan(grey.z), ~np.isnan(weights.z))
    assert {colour for _, colour in grey.colorscale} == {masked(dark)}
    assert [colour for _, colour in weights.colorscale] == [colour for _, colour in weight_scale(dark)]


def test_no_cell_of_an_encoder_is_masked_even_if_it_is_zero():
    line = axis("a b")
    fig = attention_heatmap(one_map(np.eye(2), line, line), 0, 0, WORDS)
    assert len(fig.data) == 1
    assert not np.isnan(fig.data[0].z).any()


def test_stretched_colours_end_at_the_largest_weight_and_others_at_one():
    line = axis("a b c d")
    attn = one_map(np.tile([0.4, 0.2, 0.2, 0.2], (4, 1)), line, line)
    assert attention_heatmap(attn, 0, 0, WORDS).data[0].zmax == 1
    assert attention_heatmap(attn, 0, 0, WORDS, stretch=True).data[0].zmax == pytest.approx(0.4)
    assert attention_heatmap(attn, 0, 0, WORDS, stretch=True).data[0].zmin == 0


def test_a_long_text_draws_some_labels_keeps_all_names_and_stays_small():
    attn = random_map(1, 1, 500, range(500))
    fig = attention_heatmap(attn, 0, 0, WORDS)
    assert thinned(attn)
    assert fig.layout.xaxis.tickvals is None
    assert fig.layout.xaxis.nticks < fig.layout.yaxis.nticks <= MOST_QUERIES
    assert names(fig.layout.yaxis, 499) == ("t499", "t499")
    assert fig.layout.height < 900
    assert len(fig.to_json()) < 2_500_000  # the weights are 1 MB


def test_up_to_thirty_tokens_each_has_its_label():
    attn = random_map(1, 1, MOST_KEYS, range(MOST_KEYS))
    assert not thinned(attn)
    assert list(attention_heatmap(attn, 0, 0, WORDS).layout.xaxis.tickvals) == list(range(MOST_KEYS))
    assert thinned(random_map(1, 1, MOST_KEYS + 1, range(MOST_KEYS + 1)))
