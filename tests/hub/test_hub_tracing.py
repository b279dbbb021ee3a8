"""A foreign model's trace holds what the model itself gives: every weight, every token, every output."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import TextError
from core.hub import labels, loading, reading, tracing
from core.search import Search
from tests.hub.conftest import MAKERS, TEXT

EVERY = pytest.mark.parametrize("name", list(MAKERS))
WRITERS = pytest.mark.parametrize("name", [name for name in MAKERS if name != "bert"])
MARKS = "\u2581\u0120"


@pytest.fixture(scope="module")
def traces(hub_models):
    return {name: tracing.trace(model, TEXT) for name, model in hub_models.items()}


def plain(tokens):
    """Tokens less their space marks, as `axis.tokens` has them."""
    return tuple(token.lstrip(MARKS).removeprefix("##") or "\u2423" for token in tokens)


@torch.no_grad()
def called(model, found):
    """A plain call of the net on the tokens that the trace shows."""
    ids = model.tokenizer(TEXT, return_tensors="pt")
    if model.family == "encoder":
        return model.net(**ids, output_attentions=True), {"encoder_self": "attentions"}
    written = torch.tensor([[step.written.id for step in found.steps]])
    if model.family == "decoder":
        read = ids["input_ids"]
        whole = torch.cat((read, written[:, read.size(1) - 1 :]), 1)
        return model.net(whole[:, :-1], output_attentions=True), {"decoder_self": "attentions"}
    start = torch.full((1, 1), model.config.decoder_start_token_id)
    output = model.net(**ids, decoder_input_ids=torch.cat((start, written[:, :-1]), 1), output_attentions=True)
    return output, {
        kind: f"{part}_attentions"
        for kind, part in (("encoder_self", "encoder"), ("decoder_self", "decoder"), ("cross", "cross"))
    }


@EVERY
def test_every_map_equals_the_models_own(name, hub_models, traces):
    model, found = hub_models[name], traces[name]
    output, kinds = called(model, found)
    assert set(found.kinds) == set(kinds)
    for kind, part in kinds.items():
        expected = torch.stack([layer[0] for layer in getattr(output, part)]).numpy()
        assert found[kind].weights.shape == expected.shape
        np.testing.assert_allclose(found[kind].weights, expected, atol=1e-6)


@EVERY
def test_every_label_is_the_tokenizers_token(name, hub_models, traces):
    model, found = hub_models[name], traces[name]
    read = plain(model.tokenizer.convert_ids_to_tokens(model.tokenizer(TEXT).input_ids))
    first = found.maps[0]
    if name == "bert" or len(found.maps) == 3:
        assert first.keys.tokens == first.queries.tokens == read
    else:
        assert first.queries.tokens[: len(read)] == read
    for one in found.maps[1:]:
        names = plain(model.tokenizer.convert_ids_to_tokens([step.written.id for step in found.steps]))
        assert one.queries.writes == names
        assert one.queries.tokens == ("<pad>", *names[:-1])
        assert name == "t5" or "<pad>" not in names, "Marian may not write it, however likely it is"


@WRITERS
def test_greedy_equals_generate(name, hub_models, traces):
    model, found = hub_models[name], traces[name]
    read = model.tokenizer(TEXT, return_tensors="pt")
    length = reading.NEW_TOKENS if model.family == "decoder" else 2 * read["input_ids"].size(1) + 10
    written = model.net.generate(
        input_ids=read["input_ids"], attention_mask=read["attention_mask"], do_sample=False, num_beams=1,
        max_new_tokens=length,
    )[0].tolist()  # fmt: skip
    assert [step.written.id for step in found.steps] == written[1:]
    assert found.tgt_text == model.tokenizer.decode(written, skip_special_tokens=True)


@WRITERS
def test_a_beam_keeps_what_it_was_asked_for(name, hub_models):
    found = tracing.trace(hub_models[name], "the dog", search=Search(3), chosen=1)
    assert len(found.hypotheses) == 3
    assert found.chosen == 1
    assert found.tgt_text == found.hypotheses[1].text


def test_a_sliding_window_and_a_causal_mask_hide_what_they_should(traces):
    seen = traces["mistral"]["decoder_self"].weights
    rows, columns = np.indices(seen.shape[2:])
    assert not seen[..., (columns > rows) | (rows - columns >= 4)].any()
    assert not traces["gpt2"]["decoder_self"].weights[..., columns > rows].any()


def test_words_are_put_together_from_offsets(traces):
    bert = traces["bert"]["encoder_self"].queries
    assert bert.words == ("[CLS]", *TEXT.removesuffix(".").split(), ".", "[SEP]")
    assert [bert.tokens[i] for i in range(len(bert)) if bert.continues(i)] == ["gry"]
    assert traces["t5"]["encoder_self"].keys.words[:3] == ("the", "dog", "ate")
    assert traces["gpt2"]["decoder_self"].keys.words[:3] == ("the", "dog", "ate")


def test_a_pair_is_one_map_with_both_texts(hub_models):
    axis = tracing.trace(hub_models["bert"], "the dog was hungry.", "it ate food")["encoder_self"].queries
    assert axis.words == ("[CLS]", "the", "dog", "was", "hungry", ".", "[SEP]", "it", "ate", "food", "[SEP]")
    assert [word for word, special in zip(axis.tokens, axis.special, strict=True) if special] == [
        "[CLS]",
        "[SEP]",
        "[SEP]",
    ]


def test_a_byte_level_letter_is_shown_as_the_letter(hub_models):
    tokenizer = hub_models["gpt2"].tokenizer
    assert "".join(labels.names(tokenizer, tokenizer("été")["input_ids"])) == "été"


def test_a_translators_words_are_put_together_from_its_marks(hub_models, traces):
    keys = traces["opus"]["encoder_self"].keys
    assert not hub_models["opus"].tokenizer.is_fast
    assert keys.words == (*TEXT.removesuffix(".").split(), ".", "</s>")
    assert len(keys.tokens) > len(keys.words)


def test_a_slow_tokenizer_goes_by_piece(tmp_path):
    from transformers import ByT5Tokenizer, T5Config, T5ForConditionalGeneration

    tokenizer = ByT5Tokenizer(extra_ids=0)
    T5ForConditionalGeneration(
        T5Config(vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2,
                 decoder_start_token_id=0, eos_token_id=1, pad_token_id=0)
    ).save_pretrained(tmp_path)  # fmt: skip
    tokenizer.save_pretrained(tmp_path)
    model = loading.load(tmp_path, "slow")
    assert not model.tokenizer.is_fast
    keys = tracing.trace(model, "I am")["encoder_self"].keys
    assert keys.tokens == ("I", "\u2423", "a", "m", "</s>")
    assert keys.word_of == tuple(range(5))


@EVERY
@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), ("  ", "empty"), ("long", "too_long"), ("a" * 100_000, "too_long_characters")],
)
def test_a_text_that_cannot_be_read_says_why(name, text, code, hub_models):
    if code == "too_long":
        text = "the " * (reading.token_limit(hub_models[name]) + 1)
    with pytest.raises(TextError) as error:
        tracing.trace(hub_models[name], text)
    assert error.value.code == code
