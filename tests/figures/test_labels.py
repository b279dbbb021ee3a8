"""Tokens as they are written on an axis."""

from core.figures.labels import plain, query_names, short, ticks, tokens
from tests.test_measures import axis


def test_a_piece_that_goes_on_with_a_word_has_a_thin_dot():
    assert tokens(axis("I hung ry", (0, 1, 1))) == ["I", "hung", "·ry"]


def test_a_decoder_input_has_both_names_and_an_encoder_token_one():
    assert query_names(axis("<s> Un", writes=("Un", "·e"))) == ["<s> → Un", "Un → ·e"]
    assert query_names(axis("a b")) == ["a", "b"]


def test_nothing_in_a_label_is_markup():
    assert plain("<b>x</b>\n&") == "&lt;b&gt;x&lt;/b&gt; &amp;"
    assert plain('it\'s "so"') == 'it\'s "so"'  # Plotly knows no &quot;


def test_each_name_of_a_row_is_cut_for_itself():
    assert short("a" * 14) == "a" * 14
    assert short("a" * 15) == "a" * 13 + "…"
    assert short(f"{'a' * 20} → {'b' * 3}") == "a" * 13 + "… → bbb"


def test_special_tokens_are_grey():
    plain_one, special = ticks(["a", "</s>"], axis("a </s>"))
    assert plain_one == "a"
    assert special == '<span style="color:#888">&lt;/s&gt;</span>'
