"""The page Fill the blank in numbers: the corruption, its shares, the loss of the chosen places, two segments."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from core.errors import TextError
from core.lab import blanks as lab
from core.models import Model, load_model
from core.nn.bert import Bert
from core.text.blanks import Corrupted, Rates
from core.text.tokenizer import BYTES, SPECIALS, Tokenizer
from core.train.objectives import NO_PAIR, Blanks, MarkedBatch
from tests import berts

TEXT = "The cat is in the garden."
MANY = Rates(0.5, 0.4, 0.3)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Model[Bert]:
    root = tmp_path_factory.mktemp("models")
    berts.put(root, "b", tokenizer)
    return load_model("b", root)


@pytest.fixture
def read(bert: Model[Bert]) -> lab.Read:
    return lab.read(bert.tokenizer, TEXT, "en", 48)


def within(found: int, n: int, p: float) -> bool:
    """Four standard deviations of a binomial count: one of 16,000 would be outside."""
    return abs(found - n * p) <= 4 * math.sqrt(n * p * (1 - p)) + 1e-9


@pytest.mark.parametrize("rates", [Rates(), MANY, Rates(0.05, 0.0, 1.0)])
def test_shares_of_many_draws_are_those_asked_for(bert: Model[Bert], read: lab.Read, rates: Rates):
    found = lab.tally(bert.tokenizer, read, 1, rates, 4000)
    n = found.draws * found.tokens
    assert sum(found.counts.values()) == n
    assert found.tokens == len(read.ids) - 2
    for fate, p in lab.expected(rates).items():
        assert within(found.counts[fate], n, p), fate
        assert found.share(fate) == found.counts[fate] / n
    assert within(found.nothing, found.draws, (1 - rates.chosen) ** found.tokens)
    assert sum(lab.expected(rates).values()) == pytest.approx(1)


def test_shares_at_their_limits(bert: Model[Bert], read: lab.Read):
    for rates, fate in ((Rates(1, 1, 0), "masked"), (Rates(1, 0, 1), "random"), (Rates(1, 0, 0), "unchanged")):
        counts = lab.tally(bert.tokenizer, read, 1, rates, 20).counts
        assert {name for name, count in counts.items() if count} == {fate}
    nothing = lab.tally(bert.tokenizer, read, 1, Rates(0, 1, 0), 20)
    assert nothing.nothing == nothing.draws


def test_a_seed_draws_the_same_again_and_another_seed_another(bert: Model[Bert], read: lab.Read):
    draws = [lab.drawn(bert.tokenizer, read, seed, MANY) for seed in (1, 1, 2, 3)]
    assert draws[0] == draws[1]
    assert len(set(draws)) == 3


def test_a_draw_spares_the_special_tokens_and_draws_real_pieces(bert: Model[Bert], read: lab.Read):
    for seed in range(200):
        what = lab.drawn(bert.tokenizer, read, seed, Rates(1, 0.3, 0.6))
        assert what.fates[0] == what.fates[-1] == "kept"
        for before, after, fate in zip(read.ids, what.ids, what.fates, strict=True):
            if fate == "random":
                assert len(SPECIALS) + len(BYTES) <= after < bert.tokenizer.mask
            else:
                assert after == (bert.tokenizer.mask if fate == "masked" else before)


def test_what_is_seen_names_the_blank_and_the_random_token(bert: Model[Bert], read: lab.Read):
    what = lab.hidden(bert.tokenizer, read, 2)
    axis = lab.seen(bert.tokenizer, read, what)
    assert axis.tokens[2] == "[MASK]"
    assert axis.special == read.axis.special
    swapped = Corrupted((read.ids[0], read.ids[2], *read.ids[2:]), ("kept", "random", *["kept"] * (len(read.ids) - 2)))
    assert lab.seen(bert.tokenizer, read, swapped).tokens[1] == lab.called(bert.tokenizer, read.ids[2])


def test_a_hidden_word_takes_all_its_pieces_along(bert: Model[Bert]):
    one = lab.read(bert.tokenizer, "The cat zebrafish.", "en", 48)
    word = one.axis.words.index("zebrafish")
    what = lab.hidden(bert.tokenizer, one, word)
    places = [i for i, at in enumerate(one.axis.word_of) if at == word]
    assert len(places) > 1
    assert list(what.chosen) == places
    assert {what.fates[i] for i in places} == {"masked"}
    assert lab.hidden(bert.tokenizer, one, 0).chosen == (), "<s> stays"


def test_answers_are_the_models_own_probabilities(bert: Model[Bert], read: lab.Read):
    what = lab.drawn(bert.tokenizer, read, 4, MANY)
    found = lab.filled(bert, TEXT, read, what)
    with torch.inference_mode():
        log_probs = bert.net(torch.tensor([what.ids])).logits[0].log_softmax(-1)
    assert [place.at for place in found.places] == list(what.chosen) != []
    for place in found.places:
        row = log_probs[place.at]
        assert place.was.id == read.ids[place.at]
        assert place.was.log_prob == pytest.approx(float(row[read.ids[place.at]]))
        assert [one.id for one in place.top] == row.topk(lab.TOP_K).indices.tolist()
        assert place.rank == int((row > row[read.ids[place.at]]).sum()) + 1


def test_the_loss_is_that_of_the_training_and_only_of_the_chosen(bert: Model[Bert], read: lab.Read):
    what = lab.drawn(bert.tokenizer, read, 4, MANY)
    found = lab.filled(bert, TEXT, read, what)
    pad = bert.tokenizer.pad
    labels = [token if fate != "kept" else pad for token, fate in zip(read.ids, what.fates, strict=True)]
    batch = MarkedBatch(
        torch.tensor([what.ids]), torch.zeros(1, len(labels), dtype=torch.long), torch.tensor([labels]),
        torch.tensor([NO_PAIR]),
    )  # fmt: skip
    with torch.inference_mode():
        assert found.loss == pytest.approx(float(Blanks().loss(bert.net, batch, pad, 0.0)), rel=1e-5)
        logits = bert.net(torch.tensor([what.ids])).logits[0]
        everywhere = float(functional.cross_entropy(logits, torch.tensor(read.ids)))
    assert found.loss != pytest.approx(everywhere, rel=1e-3)


def test_nothing_chosen_has_no_loss(bert: Model[Bert], read: lab.Read):
    what = lab.drawn(bert.tokenizer, read, 1, Rates(0, 1, 0))
    assert lab.filled(bert, TEXT, read, what).loss is None


def test_every_token_looks_both_ways_also_from_and_to_a_blank(bert: Model[Bert], read: lab.Read):
    found = lab.filled(bert, TEXT, read, lab.hidden(bert.tokenizer, read, 3))
    weights = found.trace["encoder_self"].weights
    assert weights.shape[2:] == (len(read.ids),) * 2
    assert (weights > 0).all()
    assert found.trace["encoder_self"].keys.tokens[3] == "[MASK]"


def test_two_sentences_are_one_sequence_of_two_segments(bert: Model[Bert]):
    one = lab.pair(bert.tokenizer, "The cat is here.", "I like it.", "en", 48)
    tokens = one.axis.tokens
    assert tokens[0] == "<s>"
    assert tokens.count("</s>") == 2
    end = tokens.index("</s>")
    assert one.segments == (0,) * (end + 1) + (1,) * (len(tokens) - end - 1)


@torch.inference_mode()
def test_what_is_added_up_is_what_the_first_layer_gets(bert: Model[Bert]):
    one = lab.pair(bert.tokenizer, "The cat is here.", "I like it.", "en", 48)
    found = lab.judged(bert, one)
    details = bert.net.details(torch.tensor([one.ids]), torch.tensor([one.segments]))
    total = torch.from_numpy(found.token + found.position + found.segments[list(one.segments)])
    np.testing.assert_allclose(bert.net.embedding_norm(total), details.embedded.total[0], atol=1e-5)
    assert found.follows == pytest.approx(float(details.output.follows.softmax(-1)[0, 0]))
    assert lab.follows(bert, one) == pytest.approx(found.follows)
    swapped = lab.Pair(one.ids, tuple(1 - s for s in one.segments), one.axis)
    assert lab.judged(bert, swapped).follows != pytest.approx(found.follows, abs=1e-6), "segments must matter"


@pytest.mark.parametrize(("first", "second", "code"), [
    ("", "I like it.", "empty"), ("I like it.", " ", "empty"), ("cat " * 30, "cat " * 30, "too_long"),
    ("고양이가 있어요", "I like it.", "script"),
])  # fmt: skip
def test_pairs_that_cannot_be_read_say_why(bert: Model[Bert], first: str, second: str, code: str):
    with pytest.raises(TextError) as raised:
        lab.pair(bert.tokenizer, first, second, "en", 48)
    assert raised.value.code == code


def test_a_tokenizer_without_a_blank_gets_one(tokenizer: Tokenizer, read: lab.Read):
    """So the corruption can be shown before there is a BERT."""
    own = tokenizer.with_mask()
    assert own.mask == len(tokenizer)
    assert lab.drawn(own, lab.read(own, TEXT, "en", 48), 4, MANY) == lab.drawn(own, read, 4, MANY)
