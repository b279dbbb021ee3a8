"""Search: on tables whose best answer can be found on paper, and on Transformers, cached against uncached."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from core.config import TransformerConfig
from core.decode import Found, beam, cut, greedy, length_penalty, sample
from core.nn.transformer import Transformer
from core.search import Branch

BOS, EOS, A, B = 0, 1, 2, 3
Prefix = tuple[int, ...]


class Table:
    """A model that is a table: after these tokens, these probabilities of (bos, eos, A, B); elsewhere it ends."""

    def __init__(self, probs: dict[Prefix, Sequence[float]]) -> None:
        self.probs = probs

    def start(self, src: Tensor) -> list[Prefix]:
        return [()] * len(src)

    def step(self, state: list[Prefix], tokens: Tensor) -> tuple[Tensor, list[Prefix]]:
        written = [(*prefix, token) for prefix, token in zip(state, tokens.tolist(), strict=True)]
        return torch.tensor([self.probs.get(prefix[1:], [0, 1, 0, 0]) for prefix in written]).log(), written

    def reorder(self, state: list[Prefix], rows: Tensor) -> list[Prefix]:
        return [state[row] for row in rows.tolist()]


# Greedy takes A (0.5) and can then end with 0.4 at best; B (0.4) ends with 0.9.
GARDEN_PATH = Table(
    {
        (): [0, 0.1, 0.5, 0.4],
        (A,): [0, 0.4, 0.3, 0.3],
        (B,): [0, 0.9, 0.05, 0.05],
        **{prefix: [0, 0.8, 0.1, 0.1] for prefix in itertools.product((A, B), repeat=2)},
    }
)
ONE = torch.zeros(1, 1, dtype=torch.long)


def random_table(depth: int, seed: int) -> Table:
    generator = torch.Generator().manual_seed(seed)
    prefixes = [p for n in range(depth) for p in itertools.product(range(4), repeat=n)]
    return Table({p: torch.rand(4, generator=generator).pow(3).softmax(-1).tolist() for p in prefixes})


def every_output(table: Table, limit: int, alpha: float) -> list[Found]:
    """All outputs there are, best first, by brute force."""
    outputs = []
    for n in range(1, limit + 1):
        for tokens in itertools.product(range(4), repeat=n):
            if EOS in tokens[:-1] or (n < limit and tokens[-1] != EOS):
                continue
            log_prob = sum(math.log(table.probs[tokens[:i]][token]) for i, token in enumerate(tokens))
            outputs.append(Found(tokens, log_prob, log_prob / ((5 + n) / 6) ** alpha, tokens[-1] == EOS))
    return sorted(outputs, key=lambda f: f.score, reverse=True)


def test_greedy_takes_the_likeliest_token_each_time():
    (found,) = greedy(GARDEN_PATH, ONE, bos=BOS, eos=EOS, limits=[3])
    assert found.tokens == (A, EOS)
    assert found.finished
    assert found.log_prob == pytest.approx(math.log(0.5 * 0.4))


def test_a_beam_of_two_finds_what_greedy_misses():
    (found,) = beam(GARDEN_PATH, ONE, bos=BOS, eos=EOS, limits=[3], width=2, alpha=0.0)
    assert [f.tokens for f in found] == [(B, EOS), (A, EOS)]
    assert [f.log_prob for f in found] == pytest.approx([math.log(0.4 * 0.9), math.log(0.5 * 0.4)])
    assert [f.score for f in found] == [f.log_prob for f in found]


def test_an_ended_output_takes_no_place_in_the_beam():
    """Of width 2, the first step ends one output; two go on all the same, and the less likely of them wins."""
    table = Table({(): [0, 0.6, 0.3, 0.1], (A,): [0.1, 0.3, 0.3, 0.3], (B,): [0, 1, 0, 0]})
    (found,) = beam(table, ONE, bos=BOS, eos=EOS, limits=[2], width=2, alpha=0.0)
    assert [f.tokens for f in found] == [(EOS,), (B, EOS)]
    assert [f.log_prob for f in found] == pytest.approx([math.log(0.6), math.log(0.1)])


@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_beam_as_wide_as_all_paths_finds_the_best_of_them(seed: int, alpha: float):
    limit, table = 3, random_table(3, seed)
    wanted = every_output(table, limit, alpha)
    (found,) = beam(table, ONE, bos=BOS, eos=EOS, limits=[limit], width=len(wanted), alpha=alpha)
    assert [f.tokens for f in found] == [f.tokens for f in wanted]
    assert [f.score for f in found] == pytest.approx([f.score for f in wanted], abs=1e-5)
    assert [f.finished for f in found] == [f.finished for f in wanted]


@pytest.mark.parametrize("seed", range(4))
def test_a_narrow_beam_never_beats_the_best_output_and_is_sorted(seed: int):
    table = random_table(5, seed)
    best = every_output(table, 5, 0.6)[0].score
    for width in (1, 2, 3):
        (found,) = beam(table, ONE, bos=BOS, eos=EOS, limits=[5], width=width)
        assert len(found) == width
        assert len({f.tokens for f in found}) == width
        assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
        assert found[0].score <= best + 1e-5


def test_the_length_penalty_is_wus():
    # ((5 + |Y|) / 6)^alpha: 1 at length 1, and at length 7 twice as much with alpha 1.
    assert length_penalty(1, 0.6) == 1
    assert length_penalty(7, 1.0) == 2
    assert length_penalty(7, 0.6) == pytest.approx(2**0.6)
    assert length_penalty(30, 0.0) == 1


@pytest.mark.parametrize("width", [1, 2])  # a beam of one, too, goes on while a longer output can still win
def test_the_length_penalty_lets_a_longer_output_win(width: int):
    # (eos) has log 0.5 = -0.693; (A, A, A, A, A, A, eos) has log 0.4 = -0.916, divided by 2 at length 7.
    sure = {(A,) * n: [0, 0, 1, 0] for n in range(1, 6)} | {(A,) * 6: [0, 1, 0, 0]}
    table = Table({(): [0, 0.5, 0.4, 0.1], **sure, (B,): [0, 1, 0, 0]})

    def best(alpha: float) -> Found:
        return beam(table, ONE, bos=BOS, eos=EOS, limits=[8], width=width, alpha=alpha)[0][0]

    assert best(0.0).tokens == (EOS,)
    assert best(1.0).tokens == (A,) * 6 + (EOS,)
    assert best(1.0).score == pytest.approx(math.log(0.4) / 2)


def test_limits_are_kept_and_what_they_cut_is_unfinished():
    endless = Table({(A,) * n: [0, 0, 0.7, 0.3] for n in range(9)})
    found = greedy(endless, torch.zeros(3, 1, dtype=torch.long), bos=BOS, eos=EOS, limits=[1, 4, 9])
    assert [f.tokens for f in found] == [(A,), (A,) * 4, (A,) * 9]
    assert not any(f.finished for f in found)
    either = Table({p: [0, 0, 0.7, 0.3] for n in range(4) for p in itertools.product((A, B), repeat=n)})
    for found in beam(either, torch.zeros(2, 1, dtype=torch.long), bos=BOS, eos=EOS, limits=[2, 4], width=2):
        assert not any(f.finished for f in found)
    assert len(found[0].tokens) == 4
    assert found[0].log_prob == pytest.approx(4 * math.log(0.7))


def test_a_beam_without_hypotheses_raises():
    with pytest.raises(ValueError, match="beam of 0"):
        beam(GARDEN_PATH, ONE, bos=BOS, eos=EOS, limits=[3], width=0)


# Sampling


def test_cut_on_paper():
    log_probs = torch.tensor([[0.15, 0.5, 0.05, 0.3]]).log()
    assert_close(cut(log_probs, 1.0), log_probs.exp())
    assert_close(cut(log_probs, 1.0, top_k=2), torch.tensor([[0, 0.625, 0, 0.375]]))
    assert_close(cut(log_probs, 1.0, top_p=0.7), torch.tensor([[0, 0.625, 0, 0.375]]))  # 0.5 alone is too little
    assert_close(cut(log_probs, 1.0, top_p=0.9), torch.tensor([[0.15, 0.5, 0, 0.3]]) / 0.95)
    assert_close(cut(log_probs, 1.0, top_k=3, top_p=0.4), torch.tensor([[0.0, 1, 0, 0]]))  # one always stays
    # Temperature 1/2 squares the probabilities: 0.0225, 0.25, 0.0025, 0.09, sum 0.365.
    assert_close(cut(log_probs, 0.5), torch.tensor([[0.0225, 0.25, 0.0025, 0.09]]) / 0.365)
    # The nucleus is measured after the temperature: 0.25 / 0.365 = 0.68.
    assert_close(cut(log_probs, 0.5, top_p=0.6), torch.tensor([[0.0, 1, 0, 0]]))


@pytest.mark.parametrize(
    ("temperature", "top_k", "top_p"),
    [(0.0, 0, 1.0), (-1.0, 0, 1.0), (math.nan, 0, 1.0), (1.0, -1, 1.0), (1.0, 0, 0.0), (1.0, 0, 1.1)],
)
def test_settings_that_mean_nothing_raise(temperature: float, top_k: int, top_p: float):
    with pytest.raises(ValueError, match="temperature"):
        sample(
            GARDEN_PATH, ONE, bos=BOS, eos=EOS, limits=[3], seed=1, temperature=temperature, top_k=top_k, top_p=top_p
        )


class Urn:
    """The same probabilities whatever was drawn before."""

    def __init__(self, probs: Sequence[float]) -> None:
        self.log_probs = torch.tensor(probs).log()

    def start(self, src: Tensor) -> int:
        return len(src)

    def step(self, state: int, tokens: Tensor) -> tuple[Tensor, int]:
        return self.log_probs.expand(state, -1), state

    def reorder(self, state: int, rows: Tensor) -> int:
        return len(rows)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, [0.1, 0, 0.2, 0.7]),
        ({"top_k": 2}, [0, 0, 2 / 9, 7 / 9]),
        ({"top_p": 0.8}, [0, 0, 2 / 9, 7 / 9]),
        ({"temperature": 0.5}, [0.01 / 0.54, 0, 0.04 / 0.54, 0.49 / 0.54]),
    ],
)
def test_draws_are_as_frequent_as_the_distribution_says(settings: dict[str, float], wanted: list[float]):
    n = 4000
    urn = Urn([0.1, 0, 0.2, 0.7])
    (found,) = sample(urn, ONE, bos=BOS, eos=EOS, limits=[n], seed=3, **settings)
    for token, p in enumerate(wanted):
        bound = 4 * math.sqrt(p * (1 - p) / n)  # four standard deviations
        assert found.tokens.count(token) / n == pytest.approx(p, abs=bound)
    # The log-probability is the model's own, whatever the cuts.
    assert found.log_prob == pytest.approx(sum(urn.log_probs[t].item() for t in found.tokens), rel=1e-6)


# Transformers: random, so that nothing about them is convenient.

CONFIG = TransformerConfig(
    vocab_size=12, d_model=16, n_heads=2, n_encoder_layers=1, n_decoder_layers=2, d_ff=32, dropout=0.0, max_len=24
)
SRC = torch.tensor([[5, 6, 7, 8, 2], [9, 2, 0, 0, 0], [7, 11, 4, 2, 0], [3, 2, 0, 0, 0]])
LIMITS = [12, 5, 9, 7]
SEEDS = pytest.mark.parametrize("seed", range(5))


def transformer(seed: int) -> Transformer:
    torch.manual_seed(seed)
    net = Transformer(CONFIG).eval()
    net.src_embedding.weight.data *= 1.5  # decided enough to end some sentences, not all
    return net


class Uncached:
    """The same model, run over the whole prefix for each token."""

    def __init__(self, net: Transformer) -> None:
        self.net = net

    def start(self, src: Tensor) -> tuple[Tensor, Tensor]:
        return src, torch.empty(len(src), 0, dtype=torch.long)

    def step(self, state: tuple[Tensor, Tensor], tokens: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        src, written = state[0], torch.cat([state[1], tokens[:, None]], dim=1)
        return self.net(src, written).logits[:, -1].log_softmax(-1), (src, written)

    def reorder(self, state: tuple[Tensor, Tensor], rows: Tensor) -> tuple[Tensor, Tensor]:
        return state[0][rows], state[1][rows]


def search(
    model: Transformer | Uncached, src: Tensor, limits: list[int], how: str, prefix: Prefix = ()
) -> list[list[Found]]:
    ends = {"bos": 1, "eos": 2, "limits": limits, "prefix": prefix}
    with torch.inference_mode():
        if how == "beam":
            return beam(model, src, width=4, **ends)
        if how == "sample":
            return [[f] for f in sample(model, src, seed=7, temperature=1.3, top_k=8, top_p=0.95, **ends)]
        return [[f] for f in greedy(model, src, **ends)]


def assert_same(mine: list[list[Found]], theirs: list[list[Found]]) -> None:
    for left, right in zip(mine, theirs, strict=True):
        assert [(f.tokens, f.finished) for f in left] == [(f.tokens, f.finished) for f in right]
        assert [f.log_prob for f in left] == pytest.approx([f.log_prob for f in right], abs=1e-4)
        assert [f.score for f in left] == pytest.approx([f.score for f in right], abs=1e-4)


HOW = pytest.mark.parametrize("how", ["greedy", "beam", "sample"])


@SEEDS
@HOW
def test_cached_decoding_is_uncached_decoding(seed: int, how: str):
    net = transformer(seed)
    assert_same(search(net, SRC, LIMITS, how), search(Uncached(net), SRC, LIMITS, how))


@SEEDS
@HOW
def test_a_batch_decodes_as_its_sentences_alone(seed: int, how: str):
    net = transformer(seed)
    alone = [search(net, row[row != 0][None], [limit], how)[0] for row, limit in zip(SRC, LIMITS, strict=True)]
    assert_same(search(net, SRC, LIMITS, how), alone)


def test_these_searches_end_both_ways():
    """Else the tests above would not see rows leave a batch at different times."""
    found = [f for seed in range(5) for one in search(transformer(seed), SRC, LIMITS, "sample") for f in one]
    assert {f.finished for f in found} == {True, False}


@SEEDS
def test_a_beam_of_one_is_greedy(seed: int):
    net = transformer(seed)
    ends = {"bos": 1, "eos": 2, "limits": LIMITS}
    with torch.inference_mode():
        one, best = beam(net, SRC, width=1, alpha=0.0, **ends), greedy(net, SRC, **ends)
    assert_same(one, [[f] for f in best])


@SEEDS
def test_sampling_from_one_token_is_greedy(seed: int):
    net = transformer(seed)
    ends = {"bos": 1, "eos": 2, "limits": LIMITS}
    with torch.inference_mode():
        best = [[f] for f in greedy(net, SRC, **ends)]
        assert_same([[f] for f in sample(net, SRC, seed=1, top_k=1, **ends)], best)
        assert_same([[f] for f in sample(net, SRC, seed=1, top_p=1e-6, **ends)], best)
        assert_same([[f] for f in sample(net, SRC, seed=1, temperature=1e-4, **ends)], best)


def test_a_seed_repeats_and_another_draws_anew():
    net = transformer(0)

    def draw(seed: int) -> list[Found]:
        return sample(net, SRC, bos=1, eos=2, limits=LIMITS, seed=seed)

    with torch.inference_mode():
        first = draw(1)
        torch.manual_seed(99)  # not the global random numbers
        assert draw(1) == first
        assert draw(2) != first


# A forced prefix


@SEEDS
@HOW
@pytest.mark.parametrize("prefix", [(5,), (7, 3, 9), (0, 11, 1, 6, 6)])
def test_cached_decoding_is_uncached_decoding_after_a_forced_prefix(seed: int, how: str, prefix: Prefix):
    net = transformer(seed)
    found = search(net, SRC, LIMITS, how, prefix)
    assert all(one.tokens[: len(prefix)] == prefix for outputs in found for one in outputs)
    assert_same(found, search(Uncached(net), SRC, LIMITS, how, prefix))


@SEEDS
@pytest.mark.parametrize("how", ["greedy", "sample"])
def test_forcing_what_would_have_been_written_changes_nothing(seed: int, how: str):
    """Of sampling too: a forced token spends a draw."""
    net, src = transformer(seed), SRC[:1]
    free = search(net, src, [12], how)
    for n in range(1, len(free[0][0].tokens) + 1):
        assert_same(search(net, src, [12], how, free[0][0].tokens[:n]), free)


@SEEDS
def test_a_beam_forced_all_the_way_gives_that_output_its_score(seed: int):
    net, src = transformer(seed), SRC[:1]
    for one in search(net, src, [12], "beam")[0]:
        assert_same(search(net, src, [12], "beam", one.tokens), [[one]])


def test_a_forced_output_has_the_models_own_probability_of_it():
    for found in (
        greedy(GARDEN_PATH, ONE, bos=BOS, eos=EOS, limits=[3], prefix=[B])[0],
        beam(GARDEN_PATH, ONE, bos=BOS, eos=EOS, limits=[3], width=2, alpha=0.0, prefix=[B])[0][0],
    ):
        assert found.tokens == (B, EOS)
        assert found.log_prob == pytest.approx(math.log(0.4 * 0.9))


@pytest.mark.parametrize("prefix", [(B, EOS), (B, B, B)])
def test_a_prefix_may_be_the_whole_output(prefix: Prefix):
    for found in (
        greedy(GARDEN_PATH, ONE, bos=BOS, eos=EOS, limits=[3], prefix=prefix),
        beam(GARDEN_PATH, ONE, bos=BOS, eos=EOS, limits=[3], width=3, prefix=prefix)[0],
    ):
        assert [(f.tokens, f.finished) for f in found] == [(prefix, prefix[-1] == EOS)]


@pytest.mark.parametrize(
    ("prefix", "said"), [((A, A, A, A), "4 tokens is longer than an output of 3"), ((EOS, A), "after its end")]
)
def test_a_prefix_that_no_output_has_is_refused(prefix: Prefix, said: str):
    for run in (
        greedy,
        lambda *args, **rest: beam(*args, width=2, **rest),
        lambda *args, **rest: sample(*args, seed=1, **rest),
    ):
        with pytest.raises(ValueError, match=said):
            run(GARDEN_PATH, ONE, bos=BOS, eos=EOS, limits=[3], prefix=prefix)


# Following a search


def watched(
    model: Transformer | Table, src: Tensor, limits: list[int], width: int, eos: int
) -> list[list[list[Branch]]]:
    """[sentence][step]: what its beam considered."""
    seen: list[list[list[Branch]]] = [[] for _ in src]
    with torch.inference_mode():
        beam(model, src, bos=1 if eos == 2 else BOS, eos=eos, limits=limits, width=width,
             watch=lambda sentence, branches: seen[sentence].append(list(branches)))  # fmt: skip
    return seen


def test_the_branches_of_a_garden_path_on_paper():
    (steps,) = watched(GARDEN_PATH, ONE, [3], 2, EOS)
    first, second = steps
    assert [(b.token, b.fate) for b in first] == [(A, "kept"), (B, "kept"), (EOS, "pruned"), (BOS, "pruned")]
    assert [(b.parent, b.token, b.fate) for b in second[:2]] == [(1, EOS, "ended"), (0, EOS, "ended")]
    assert {(b.parent, b.token, b.fate) for b in second[2:]} == {(0, A, "kept"), (0, B, "kept")}
    assert [b.log_prob for b in second] == pytest.approx([math.log(p) for p in (0.36, 0.2, 0.15, 0.15)])
    assert second[0].score == pytest.approx(math.log(0.36) / length_penalty(2, 0.6))


@SEEDS
def test_branches_grow_from_survivors_and_each_sentence_hears_its_own(seed: int):
    net = transformer(seed)
    alone = [watched(net, row[row != 0][None], [limit], 3, 2)[0] for row, limit in zip(SRC, LIMITS, strict=True)]
    for mine, other in zip(watched(net, SRC, LIMITS, 3, 2), alone, strict=True):
        kept = [Branch(0, -1, 0.0, 0.0, "kept")]
        for branches, same in zip(mine, other, strict=True):
            assert [(b.parent, b.token, b.fate) for b in branches] == [(b.parent, b.token, b.fate) for b in same]
            assert [b.log_prob for b in branches] == sorted((b.log_prob for b in branches), reverse=True)
            assert all(b.log_prob <= kept[b.parent].log_prob + 1e-6 for b in branches)
            kept = [b for b in branches if b.fate == "kept"]
            assert len(kept) <= 3


@HOW
def test_a_search_tells_how_far_it_is_and_can_be_ended(how: str):
    heard: list[tuple[int, int]] = []

    def on_step(step: int, limit: int) -> None:
        heard.append((step, limit))
        if step == 4:
            raise InterruptedError

    run = {
        "greedy": greedy,
        "beam": lambda *a, **k: beam(*a, width=2, **k),
        "sample": lambda *a, **k: sample(*a, seed=1, **k),
    }
    endless = Table({p: [0, 0, 0.7, 0.3] for n in range(9) for p in itertools.product((A, B), repeat=n)})
    with pytest.raises(InterruptedError):
        run[how](endless, ONE, bos=BOS, eos=EOS, limits=[9], on_step=on_step)
    assert heard == [(1, 9), (2, 9), (3, 9), (4, 9)]
