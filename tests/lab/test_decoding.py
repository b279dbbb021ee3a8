"""The tree of a beam is the beam's, sampling draws from what is shown, losses are the cross-entropy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from core import decode
from core.errors import TextError
from core.lab import decoding
from core.lab.decoding import Uncached, Work, considered, drawn_from, teacher_forcing, timing
from core.models import Model
from core.search import Branch, Sampling, Search, Tree
from core.tracing import TOP_K, find, label, output_limit, read, trace, trace_output

TEXTS = ["The cat sleeps.", "I don't know Tom!"]
WIDTHS = pytest.mark.parametrize("width", [2, 3, 8])


def quiet(step: int, limit: int) -> None:
    pass


def source(model: Model, text: str) -> Tensor:
    return torch.tensor([[*model.tokenizer.encode(text).ids, model.tokenizer.eos]])


def ends(model: Model, src: Tensor) -> dict[str, object]:
    return {"bos": model.tokenizer.bos, "eos": model.tokenizer.eos, "limits": [output_limit(src.size(1), 48)]}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("prefix", [(), (270, 300)])
@WIDTHS
def test_the_outputs_of_the_tree_are_the_beams(model: Model, text: str, width: int, prefix: tuple[int, ...]):
    tree = considered(model, text, Search(width, prefix=prefix), quiet)
    src = source(model, text)
    with torch.inference_mode():
        found = decode.beam(model.net, src, width=width, prefix=prefix, **ends(model, src))[0]
    assert [tree.tokens(node) for node in tree.found] == [one.tokens for one in found]
    assert [tree.nodes[node].score for node in tree.found] == [one.score for one in found]
    assert [tree.nodes[node].log_prob for node in tree.found] == [one.log_prob for one in found]


@WIDTHS
def test_every_survivor_grew_from_a_survivor_and_scores_add_up(model: Model, width: int):
    tree = considered(model, TEXTS[0], Search(width), quiet)
    for i, node in enumerate(tree.nodes):
        read_again = trace_output(model, TEXTS[0], tree.tokens(i)) if i % 7 == 0 else None
        if read_again:  # the sum along the path is what one teacher-forced pass says of it
            assert node.log_prob == pytest.approx(read_again.log_prob, abs=1e-3)
        assert node.score == pytest.approx(node.log_prob / decode.length_penalty(node.step, 0.6))
        if node.parent >= 0:
            parent = tree.nodes[node.parent]
            assert (parent.step, parent.fate) == (node.step - 1, "kept")
            assert node.log_prob <= parent.log_prob + 1e-6
    for step in range(1, max(node.step for node in tree.nodes) + 1):
        fates = [node.fate for node in tree.nodes if node.step == step]
        assert fates.count("kept") <= width
        assert len(fates) <= 2 * width


def test_a_pruned_end_between_two_survivors_moves_no_parent(model: Model, monkeypatch: pytest.MonkeyPatch):
    """An end beyond the beam's width is pruned though a worse hypothesis goes on: parents count survivors alone."""
    eos = model.tokenizer.eos

    def find(*args: object) -> list[decode.Found]:
        watch = args[-1]
        watch(0, [Branch(0, 270, -1, -1, "kept"), Branch(0, eos, -2, -2, "pruned"), Branch(0, 300, -3, -3, "kept")])
        watch(0, [Branch(1, eos, -4, -4, "ended"), Branch(0, 300, -5, -5, "pruned")])
        return [decode.Found((300, eos), -4, -4, True)]

    monkeypatch.setattr("core.tracing.find", find)
    tree = considered(model, TEXTS[0], Search(2), quiet)
    assert [node.parent for node in tree.nodes] == [-1, -1, -1, 2, 0]
    assert [tree.tokens(node) for node in tree.found] == [(300, eos)]


def test_pruned_hypotheses_are_worse_than_all_that_were_kept(model: Model):
    tree = considered(model, TEXTS[0], Search(3), quiet)
    for step in {node.step for node in tree.nodes if node.fate == "pruned"}:
        here = [node for node in tree.nodes if node.step == step]
        kept = [node.log_prob for node in here if node.fate == "kept"]
        pruned = [node.log_prob for node in here if node.fate == "pruned" and node.token != model.tokenizer.eos]
        assert not pruned or not kept or max(pruned) <= min(kept)


def test_a_beam_of_one_has_no_tree(model: Model):
    with pytest.raises(ValueError, match="beam of 1"):
        considered(model, TEXTS[0], Search(1), quiet)


# Sampling


def test_a_seed_repeats_and_another_draws_anew(model: Model):
    def draw(seed: int) -> tuple[int, ...]:
        sampling = Sampling(seed, temperature=1.5)
        return tuple(step.written.id or 0 for step in trace(model, TEXTS[0], Search(sampling=sampling)).steps)

    assert draw(1) == draw(1)
    assert len({draw(seed) for seed in range(1, 6)}) > 1


@pytest.mark.parametrize("sampling", [Sampling(2), Sampling(2, 0.7, 4), Sampling(2, 1.4, 0, 0.6)])
def test_what_is_drawn_from_is_the_cut_distribution(model: Model, sampling: Sampling):
    result = trace(model, TEXTS[0], Search(sampling=sampling))
    tokens = tuple(step.written.id for step in result.steps)
    ids = [[one.id for one in step.top] for step in result.steps]
    drawn = drawn_from(model, TEXTS[0], tokens, sampling, ids)
    assert drawn.shape == (len(tokens), TOP_K)
    # On paper: p^(1/T), from the likeliest on, until k tokens or the mass p; renormalised.
    src = source(model, TEXTS[0])
    inputs = torch.tensor([[model.tokenizer.bos, *tokens[:-1]]])
    probs = (model.net(src, inputs).logits[0].detach() / sampling.temperature).softmax(-1).numpy()
    for row, shown, chosen in zip(probs, drawn, ids, strict=True):
        order = np.argsort(-row, kind="stable")
        kept = [
            i
            for n, i in enumerate(order)
            if row[order[:n]].sum() < sampling.top_p and (n < sampling.top_k or not sampling.top_k)
        ]
        wanted = [row[i] / row[kept].sum() if i in kept else 0 for i in chosen]
        np.testing.assert_allclose(shown, wanted, atol=1e-5)
    if sampling.top_k:
        assert all(i in one[: sampling.top_k] for i, one in zip(tokens, ids, strict=True))


# Teacher forcing


@pytest.mark.parametrize("reference", ["Le chat dort.", "Le chat ne dort pas !", "Tom"])
def test_the_losses_are_the_cross_entropy(model: Model, reference: str):
    found = teacher_forcing(model, TEXTS[0], reference, quiet)
    wanted = torch.tensor([*model.tokenizer.encode(reference).ids, model.tokenizer.eos])
    inputs = torch.tensor([[model.tokenizer.bos, *wanted[:-1]]])
    logits = model.net(source(model, TEXTS[0]), inputs).logits[0].detach()
    np.testing.assert_allclose(found.losses, F.cross_entropy(logits, wanted, reduction="none"), atol=1e-5)
    assert found.loss == pytest.approx(float(F.cross_entropy(logits, wanted)), abs=1e-5)
    assert len(found.reference) == len(found.guesses) == len(wanted)
    assert found.reference[-1] == "</s>"
    assert found.guesses == tuple(label(piece) for piece in model.tokenizer.pieces(logits.argmax(-1).tolist()))


def test_they_part_at_the_first_difference(model: Model, monkeypatch: pytest.MonkeyPatch):
    tokenizer = model.tokenizer
    true = (*tokenizer.encode("Le chat dort.").ids, tokenizer.eos)

    def parts(free: tuple[int, ...]) -> int | None:
        monkeypatch.setattr("core.tracing.find", lambda *args: [decode.Found(free, -1.0, -1.0, True)])
        return teacher_forcing(model, TEXTS[0], "Le chat dort.", quiet).parts

    other = tokenizer.encode("Tom").ids[0]
    assert parts(true) is None
    assert parts((*true[:2], other, *true[3:])) == 2
    assert parts((other, *true[1:])) == 0
    assert parts(true[:-1]) == len(true) - 1  # the free output stops before
    assert parts((*true[:-1], other, true[-1])) == len(true) - 1  # and goes on after


@pytest.mark.parametrize(
    ("reference", "code"), [("", "empty"), ("나는 집에 간다", "script"), ("le " * 100, "too_long")]
)
def test_a_reference_that_cannot_be_read_is_refused(model: Model, reference: str, code: str):
    with pytest.raises(TextError) as caught:
        teacher_forcing(model, TEXTS[0], reference, quiet)
    assert caught.value.code == code


# The cache


class Counting(torch.nn.Module):
    """A model that counts the positions it is given."""

    def __init__(self, net: torch.nn.Module) -> None:
        super().__init__()
        self.net, self.encoded, self.decoded = net, 0, 0

    def forward(self, src: Tensor, tgt: Tensor) -> object:
        self.encoded += src.numel()
        self.decoded += tgt.numel()
        return self.net(src, tgt)


@pytest.mark.parametrize("text", TEXTS)
def test_positions_without_the_cache_are_those_that_the_model_is_given(model: Model, text: str):
    counting, src = Counting(model.net), source(model, text)
    with torch.inference_mode():
        (found,) = decode.greedy(Uncached(counting), src, **ends(model, src))
    work = Work(src.size(1), len(found.tokens))
    assert (work.encoded[1], work.decoded[1]) == (counting.encoded, counting.decoded)
    assert (work.encoded[0], work.decoded[0]) == (src.size(1), len(found.tokens))


def test_a_beam_without_the_cache_finds_the_same(model: Model):
    """Its survivors change places: each keeps the words that it has written."""
    src = source(model, TEXTS[0])
    with torch.inference_mode():
        cached, uncached = (
            decode.beam(stepper, src, width=4, **ends(model, src))[0] for stepper in (model.net, Uncached(model.net))
        )
    assert [one.tokens for one in uncached] == [one.tokens for one in cached]
    assert [one.log_prob for one in uncached] == pytest.approx([one.log_prob for one in cached], abs=1e-3)


def test_scores_on_paper():
    assert Work(5, 3).scored == (1 + 2 + 3, 1 + 4 + 9)
    assert Work(5, 1).scored == (1, 1)


def test_both_ways_are_timed_and_write_the_same(model: Model):
    heard: list[tuple[int, int]] = []
    found = timing(model, TEXTS[0], 3, lambda step, limit: heard.append((step, limit)))
    (greedy,) = find(model, read(model, TEXTS[0]), Search())
    assert found.same
    assert found.work == Work(source(model, TEXTS[0]).size(1), len(greedy.tokens))
    assert found.cached.shape == found.uncached.shape == (3,)
    assert (found.cached > 0).all()
    assert (found.uncached > 0).all()
    assert found.ratio == pytest.approx(np.median(found.uncached) / np.median(found.cached))
    assert heard == sorted(heard)  # one wait, that only goes on
    assert all(step <= limit for step, limit in heard)


def test_trees_are_drawn_with_tokens_as_people_write_them(model: Model):
    tree: Tree = decoding.considered(model, TEXTS[0], Search(2), quiet)
    best = trace_output(model, TEXTS[0], tree.tokens(tree.found[0]))
    assert [tree.nodes[i].text for i in tree.path(tree.found[0])] == [step.written.token for step in best.steps]
