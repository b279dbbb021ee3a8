"""Model + text -> Trace: the maps are the model's, the labels fit, and both passes agree (decision 4)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core import decode
from core.errors import ModelError, TextError
from core.models import Model
from core.text.tokenizer import Tokenizer
from core.tracing import Sampling, Search, axis, find, output_limit, read, trace, trace_output

TEXTS = ["The cat sleeps.", "I don't know Tom!", "Où est l'été 😀 ?", "42"]


def encoded(model: Model, text: str) -> torch.Tensor:
    return torch.tensor([[*model.tokenizer.encode(text).ids, model.tokenizer.eos]])


def found(model: Model, text: str, search: Search) -> list[decode.Found]:
    src = encoded(model, text)
    ends = {"bos": model.tokenizer.bos, "eos": model.tokenizer.eos, "limits": [output_limit(src.size(1), 48)]}
    if search.beam == 1:
        return decode.greedy(model.net, src, **ends)
    return decode.beam(model.net, src, width=search.beam, alpha=search.alpha, **ends)[0]


@pytest.mark.parametrize("text", TEXTS)
def test_maps_are_those_of_the_models_own_pass(model: Model, text: str):
    result = trace(model, text)
    (best,) = found(model, text, Search())
    output = model.net(encoded(model, text), torch.tensor([[model.tokenizer.bos, *best.tokens[:-1]]]))
    for kind in ("encoder_self", "decoder_self", "cross"):
        assert_close(torch.from_numpy(result[kind].weights), getattr(output, kind)[0].detach())
        np.testing.assert_allclose(result[kind].weights.sum(-1), 1, atol=1e-5)
    assert result.tgt_text == model.tokenizer.decode(best.tokens)
    assert result.finished == best.finished
    assert (result.model, result.src_text) == ("tiny", text)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("beam", [1, 2, 5])
def test_search_and_teacher_forced_pass_agree(model: Model, text: str, beam: int):
    search = Search(beam)
    hypotheses = found(model, text, search)
    for chosen, one in enumerate(hypotheses):
        result = trace(model, text, search, chosen)
        assert result.chosen == chosen
        assert result.log_prob == pytest.approx(one.log_prob, abs=1e-4)
        assert result.log_prob == pytest.approx(result.hypotheses[chosen].log_prob, abs=1e-4)
        assert [h.text for h in result.hypotheses] == [model.tokenizer.decode(h.tokens) for h in hypotheses]
        scores = sorted((h.score for h in hypotheses), reverse=True)
        assert [h.score for h in result.hypotheses] == pytest.approx(scores, abs=1e-4)
        assert len(result.steps) == len(one.tokens)


def test_they_agree_even_on_special_tokens_in_the_output(model: Model):
    """A model may write `<pad>`, however unlikely: search sees it, so the teacher-forced pass must."""
    (usual,) = found(model, "The cat sleeps.", Search())
    embeddings = model.net.src_embedding.weight.data
    embeddings[model.tokenizer.pad] = 1.1 * embeddings[usual.tokens[0]]  # a little likelier than the likeliest
    result = trace(model, "The cat sleeps.")
    assert result["decoder_self"].queries.tokens[1] == "<pad>"
    assert result["decoder_self"].weights[:, :, -1, 1].min() > 0
    assert result.log_prob == pytest.approx(result.hypotheses[0].log_prob, abs=1e-4)


def test_steps_rank_what_could_have_been_written(model: Model):
    result = trace(model, "The cat sleeps.")
    for step in result.steps:
        values = [c.log_prob for c in step.top]
        assert values == sorted(values, reverse=True)
        assert len(values) == 10
        assert step.written == step.top[0]  # greedy
        assert sum(np.exp(values)) <= 1 + 1e-5


def test_a_chosen_hypothesis_beyond_the_last_is_the_last(model: Model):
    assert trace(model, "The cat sleeps.", Search(3), chosen=9).chosen == 2


def test_an_output_that_does_not_end_says_so(model: Model):
    with torch.no_grad():
        model.net.src_embedding.weight[model.tokenizer.eos] = 0
        model.net.src_embedding.weight[5] *= 8
    result = trace(model, "The cat sleeps.")
    n = len(model.tokenizer.encode("The cat sleeps.").ids) + 1
    assert not result.finished
    assert len(result.steps) == output_limit(n, 48) == min(2 * n + 10, 48)


@pytest.mark.parametrize("beam", [0, -1, 17])
def test_a_beam_out_of_range_raises(beam: int):
    with pytest.raises(ValueError, match=f"beam {beam} is not between 1 and 16"):
        Search(beam)


# Axes


def test_maps_are_labelled_with_source_and_decoder_inputs(model: Model):
    result = trace(model, "The cat sleeps.")
    src, tgt = result["cross"].keys, result["cross"].queries
    assert result["encoder_self"].queries == result["encoder_self"].keys == src
    assert result["decoder_self"].queries == result["decoder_self"].keys == tgt
    assert (src.words[-1], src.special[-1], src.special[0]) == ("</s>", True, False)
    assert "".join(src.tokens[:-1]) == "Thecatsleeps."
    assert src.writes == ()
    assert (tgt.tokens[0], tgt.words[0], tgt.special[0]) == ("<s>", "<s>", True)
    # Row i of a decoder's map is the input i, and writes the output i: the next row's input.
    assert [w.removeprefix("·") for w in tgt.writes[:-1]] == list(tgt.tokens[1:])
    assert list(tgt.writes) == [step.written.token for step in result.steps]


def words(tokenizer: Tokenizer, text: str) -> tuple[str, ...]:
    return axis(tokenizer, tokenizer.encode(text).ids).words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The cat sleeps.", ("The", "cat", "sleeps", ".")),
        ("I don't know!", ("I", "don't", "know", "!")),
        ("Qu'est-ce que c'est ?", ("Qu'est-ce", "que", "c'est", "?")),
        ("the week-end", ("the", "week-end")),
        ("Où est aujourd'hui ?", ("Où", "est", "aujourd'hui", "?")),
        ("cat... dog?!", ("cat", ".", ".", ".", "dog", "?", "!")),
        ("unbelievable", ("unbelievable",)),
        ("한국", ("한국",)),
        ("cat 😀", ("cat", "😀")),
        ("", ()),
    ],
)
def test_words_are_as_people_read_them(tokenizer: Tokenizer, text: str, wanted: tuple[str, ...]):
    assert words(tokenizer, text) == wanted


def test_special_tokens_are_words_of_their_own(tokenizer: Tokenizer):
    ids = (tokenizer.bos, *tokenizer.encode("cat").ids, tokenizer.pad, *tokenizer.encode("dog").ids, tokenizer.eos)
    one = axis(tokenizer, ids)
    assert one.words == ("<s>", "cat", "<pad>", "dog", "</s>")
    assert [one.words[w] for w, special in zip(one.word_of, one.special, strict=True) if special] == [
        "<s>",
        "<pad>",
        "</s>",
    ]


def test_a_character_in_bytes_is_one_word_of_hex_digits(tokenizer: Tokenizer):
    one = axis(tokenizer, tokenizer.encode("한").ids)
    assert one.tokens == ("␣", "0xED", "0x95", "0x9C")
    assert (one.words, set(one.word_of)) == (("한",), {0})


def test_written_pieces_show_where_they_go_on_with_a_word(tokenizer: Tokenizer):
    ids = tokenizer.encode("sleeping don't").ids
    one = axis(tokenizer, ids, writes=ids)
    for i, written in enumerate(one.writes):
        inside = one.continues(i) and one.tokens[i].isalnum()
        assert written == (f"·{one.tokens[i]}" if inside else one.tokens[i])
    assert any(w.startswith("·") for w in one.writes)


# What cannot be read


def refused(model: Model, text: str) -> TextError:
    with pytest.raises(TextError) as caught:
        read(model, text)
    return caught.value


@pytest.mark.parametrize("text", ["", " ", "\t \n\u2003", "\x00\x07"])
def test_nothing_to_read_is_refused(model: Model, text: str):
    assert refused(model, text).code == "empty"


def test_the_longest_text_is_read_and_one_piece_more_is_refused_with_both_numbers(model: Model):
    longest = "cat" + " cat" * 46  # 47 pieces and </s> fill 48 positions
    assert len(read(model, longest).ids) == 47
    trace(model, longest)
    error = refused(model, f"{longest} cat")
    assert (error.code, error.values) == ("too_long", {"n": 48, "limit": 47})


def test_an_endless_text_is_refused_before_it_is_read(model: Model):
    class Unread:
        def encode(self, text: str) -> None:
            pytest.fail("memory was spent")

    error = refused(replace(model, tokenizer=Unread()), "x" * 10_000)
    assert (error.code, error.values) == ("too_long_characters", {"n": 10_000, "limit": 32 * 47})


def test_another_script_is_refused_and_a_stray_word_of_it_is_not(model: Model):
    assert refused(model, "안녕하세요").code == "script"
    assert read(model, "I say 안녕 to Tom.").ids
    assert read(model, "😀").ids


@pytest.mark.parametrize(
    "search", [Search(), Search(beam=3), Search(sampling=Sampling(seed=1))], ids=["", "beam", "dice"]
)
def test_numbers_that_overflow_name_the_file(model: Model, search: Search):
    """A weight so large that it shows only in texts with its token."""
    trace(model, "Tom is tired.", search)
    (token, *_) = read(model, "Mary").ids
    with torch.no_grad():
        model.net.src_embedding.weight[token, 0] = 3e38
    for run in (lambda: trace(model, "Mary", search), lambda: find(model, read(model, "Mary"), search)):
        with pytest.raises(ModelError) as caught:
            run()
        assert caught.value.code == "model_overflow"
        assert caught.value.values["file"] == str(model.info.folder / "model.safetensors")
    with pytest.raises(ModelError):
        trace_output(model, "Mary", (5, 2))
