"""Maps whose numbers are known, read aloud in both languages."""

import numpy as np
import pytest

from core.i18n import LANGUAGES
from core.measures import pooled
from core.promises import hoped, promise, pronoun, reach
from core.reading import read_aloud
from core.trace import Trace
from tests.test_measures import axis, one_map

DOG = "A dog ate because it was hungry . </s>"
EVEN = np.full((9, 9), 1 / 9)


def heads_with(cells, n=9, heads=3, at=1, layer=0, layers=2):
    """Even heads, but for one: (query, key) -> weight, the rest of the row even."""
    weights = np.full((layers, heads, n, n), 1 / n)
    for (query, key), weight in cells.items():
        weights[layer, at, query] = (1 - weight) / (n - 1)
        weights[layer, at, query, key] = weight
    return one_map(weights, axis(DOG), axis(DOG))


def test_the_clearest_look_is_read_with_its_two_largest_weights():
    line = axis("it was good")
    attn = one_map([[0.2, 0.62, 0.18], [0.5, 0.3, 0.2], [0.4, 0.35, 0.25]], line, line)
    assert read_aloud(attn, "en").endswith("Its clearest look: ‘it’ gives 0.62 to ‘was’, then 0.20 to ‘it’.")
    assert read_aloud(attn, "ko").endswith("쿼리 ‘it’ → 키 ‘was’ 가중치 0.62, 그다음 키 ‘it’ 가중치 0.20.")


def test_a_second_weight_of_nothing_is_not_read():
    line = axis("it was </s>")
    said = read_aloud(one_map([[0, 1, 0], [1, 0, 0], [1, 0, 0]], line, line), "en")
    assert "gives 1.00 to ‘was’." in said
    assert "then" not in said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[1, 0, 0], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]], "0.80 to the token before it"),
        ([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0, 0, 1]], "0.80 to the token after it"),
        (np.eye(3), "1.00 to itself"),
        ([[1, 0, 0], [0.6, 0.3, 0.1], [0.8, 0.2, 0]], "0.80 to the first token"),
    ],
)
def test_a_pattern_is_named_where_it_takes_more_than_half(rows, said):
    line = axis("a b c")
    assert said in read_aloud(one_map(rows, line, line), "en")


def test_an_even_head_is_said_to_spread_over_all_tokens():
    line = axis(DOG)
    assert "over about 9.0 tokens" in read_aloud(one_map(EVEN, line, line), "en")
    assert "토큰 약 9.0개" in read_aloud(one_map(EVEN, line, line), "ko")


def test_a_head_that_rests_is_said_to_rest_in_cross_attention_too():
    rows = np.tile([0.1, 0.1, 0.8], (2, 1))
    said = read_aloud(one_map(rows, axis("<s> Un", writes=("Un", "chien")), axis("A dog </s>"), "cross"), "en")
    assert "0.80 of the attention goes to special tokens" in said


def test_a_decoder_row_is_read_with_both_its_names():
    attn = one_map([[0.9, 0.1], [0.2, 0.8]], axis("<s> Un", writes=("Un", "chien")), axis("A dog"), "cross")
    assert "‘Un’, about to write ‘chien’, gives 0.80 to ‘dog’" in read_aloud(attn, "en")
    assert "‘chien’ 토큰을 쓰려는 쿼리 ‘Un’ → 키 ‘dog’ 가중치 0.80" in read_aloud(attn, "ko")


def test_a_token_that_is_there_twice_is_numbered():
    line = axis("the cat the dog")
    attn = one_map([[0.25] * 4, [0.25] * 4, [0.25] * 4, [0.1, 0.1, 0.7, 0.1]], line, line)
    assert "‘dog’ gives 0.70 to ‘the’ (no. 2)" in read_aloud(attn, "en")
    assert "키 ‘the’(2번째)" in read_aloud(attn, "ko")


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_maxima_no_share_is_claimed(language):
    line = axis("a b c")
    attn = pooled(one_map(np.tile(np.eye(3, k=-1) + np.diag([1, 0, 0]), (1, 2, 1, 1)), line, line), 0, "max")
    said = read_aloud(attn, language)
    assert (
        said
        == {"en": "Its clearest look: ‘b’ gives 1.00 to ‘a’.", "ko": "가장 뚜렷한 곳: 쿼리 ‘b’ → 키 ‘a’ 가중치 1.00."}[
            language
        ]
    )


def test_one_word_alone_is_read_as_that():
    line = axis("Hello </s>")
    assert read_aloud(one_map([[1, 0], [1, 0]], line, line), "en").endswith(
        "no two words here that could look at each other."
    )


def test_a_promise_that_a_head_keeps():
    attn = heads_with({(4, 1): 0.8})
    assert promise(attn, [(("it",), ("dog", "food"))], "en") == "Layer 1, head 2 does: ‘it’ gives 0.80 to ‘dog’."
    assert "1층 헤드 2: 쿼리 ‘it’ → 키 ‘dog’ 가중치 0.80" in promise(attn, [(("it",), ("dog", "food"))], "ko")


def test_a_promise_that_no_head_keeps_names_the_nearest():
    said = promise(heads_with({(4, 1): 0.4}, layer=1, at=2), [(("it",), ("dog",))], "en")
    assert said == "No head does so clearly. The nearest is layer 2, head 3: ‘it’ gives 0.40 to ‘dog’."


def test_a_promise_of_two_looks_is_kept_by_one_head_or_not_at_all():
    """One head does the first, another the second: neither does both."""
    weights = np.array(heads_with({(4, 1): 0.9}).weights)
    weights[1, 0, 6] = heads_with({(6, 1): 0.9}, layer=1, at=0).weights[1, 0, 6]
    line = axis(DOG)
    both = [(("it",), ("dog",)), (("hungry",), ("dog",))]
    assert promise(one_map(weights, line, line), both, "en").startswith("No head does so clearly.")
    weights[1, 0, 4] = weights[0, 1, 4]
    assert promise(one_map(weights, line, line), both, "en").startswith(
        "Layer 2, head 1 does: ‘it’ gives 0.90 to ‘dog’; "
    )


def test_in_cross_attention_a_row_is_found_by_the_word_it_is_about_to_write():
    inputs = axis("<s> Un chat blanc", writes=("Un", "chat", "blanc", "</s>"))
    rows = [[0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]]
    attn = one_map(rows, inputs, axis("A white cat"), "cross")
    said = promise(attn, [(("blanc", "blanche"), ("white",))], "en")
    assert said == "Layer 1, head 1 does: about to write ‘blanc’, ‘chat’ gives 0.80 to ‘white’."
    assert "(‘noir’)" in promise(attn, [(("noir",), ("white",))], "en")
    assert promise(attn, [(("blanc",), ("black",))], "en") is None
    assert "gives 0.80 to ‘white’" in promise(attn, [(("*",), ("white",))], "en")


def test_a_pronoun_is_followed_beyond_its_neighbours():
    attn = heads_with({(4, 5): 0.95})  # `was`, its neighbour
    assert pronoun(attn, "en", "en").startswith("Who is meant? No head looks clearly")
    attn = heads_with({(4, 1): 0.6})
    said = pronoun(attn, "en", "en")
    assert "in layer 1, head 2: ‘it’ gives 0.60 to ‘dog’" in said
    assert "‘it’ → 키 ‘dog’ 가중치 0.60" in pronoun(attn, "en", "ko")


def test_punctuation_and_special_tokens_are_nobody():
    assert "0.11" in pronoun(heads_with({(4, 7): 0.9}), "en", "en")
    assert "0.11" in pronoun(heads_with({(4, 8): 0.9}), "en", "en")


def test_without_a_pronoun_nothing_is_said():
    line = axis("I like a dog")
    assert pronoun(one_map(np.full((4, 4), 0.25), line, line), "en", "en") is None
    assert pronoun(heads_with({}), "fr", "en") is None
    lonely = axis("it was </s>")
    assert pronoun(one_map(np.full((3, 3), 1 / 3), lonely, lonely), "en", "en") is None


def test_the_nearest_and_the_farthest_head():
    weights = np.stack([np.eye(4), np.eye(4)[:, ::-1]])[None]  # distances 0 and (3 + 1 + 1 + 3) / 4
    line = axis("a b c d")
    said = reach(one_map(weights, line, line), "en")
    assert "(layer 1, head 1) looks 0.0 words away" in said
    assert said.endswith("(layer 1, head 2) 2.0.")


def test_what_one_may_hope_for_depends_on_text_and_kind():
    attn = heads_with({(4, 1): 0.9})
    example = Trace("m", "A dog ate the food because it was hungry.", "", (attn,))
    assert "the dog or the food?" in hoped(example, "encoder_self", "en", "en")
    assert hoped(Trace("m", "A dog ate because it was hungry.", "", (attn,)), "encoder_self", "en", "en").startswith(
        "Who is"
    )
