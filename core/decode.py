"""Search for an output: greedy, beam, sampling. Knows no architecture, only a `Stepper`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.search import Branch, Fate

State = TypeVar("State")
OnStep = Callable[[int, int], None]  # (step, limit), from 1, after each step; what it raises ends the search
Watch = Callable[[int, Sequence[Branch]], None]  # (sentence, what its beam considered at this step, best first)


class Stepper(Protocol[State]):
    """A model that writes one token at a time, over a batch."""

    def start(self, src: Int[Tensor, "b src"]) -> State: ...

    def step(self, state: State, tokens: Int[Tensor, " b"]) -> tuple[Float[Tensor, "b vocab"], State]:
        """Log-probabilities of the next token, after `tokens` were written."""
        ...

    def reorder(self, state: State, rows: Int[Tensor, " b"]) -> State:
        """Keep these rows, in this order, repeats allowed."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """One output: its tokens (`</s>` last if `finished`), natural-log probability, and the score it is ranked by."""

    tokens: tuple[int, ...]
    log_prob: float
    score: float
    finished: bool


Choose = Callable[[Float[Tensor, "b vocab"], Sequence[int]], Int[Tensor, " b"]]


def unheard(*_: object) -> None:
    """The callback of a search that nobody follows."""


def greedy(
    model: Stepper[State],
    src: Tensor,
    *,
    bos: int,
    eos: int,
    limits: Sequence[int],
    prefix: Sequence[int] = (),
    on_step: OnStep = unheard,
) -> list[Found]:
    """The likeliest next token, each time; `limits` bound each sentence's output, `</s>` included.

    Here and in the other searches every output begins with `prefix`: its tokens
    are forced, their log-probabilities count like those of any other.
    """
    return _one_by_one(model, src, lambda log_probs, rows: log_probs.argmax(-1), bos, eos, limits, prefix, on_step)


def sample(
    model: Stepper[State],
    src: Tensor,
    *,
    bos: int,
    eos: int,
    limits: Sequence[int],
    seed: int,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    prefix: Sequence[int] = (),
    on_step: OnStep = unheard,
) -> list[Found]:
    """Draw each token from softmax(logits / temperature), cut to `top_k` tokens (0: all) and to the nucleus `top_p`.

    Each sentence has its own random numbers, so a batch draws as its sentences
    would alone. The log-probability is the model's own, before temperature and cuts.
    A forced token spends a draw too: forcing what was drawn anyway changes nothing.
    """
    generators = [torch.Generator().manual_seed(seed) for _ in range(len(src))]

    def choose(log_probs: Tensor, rows: Sequence[int]) -> Tensor:
        probs = cut(log_probs, temperature, top_k, top_p).cpu()  # where the generators live
        drawn = [torch.multinomial(p, 1, generator=generators[r]) for p, r in zip(probs, rows, strict=True)]
        return torch.cat(drawn).to(log_probs.device)

    return _one_by_one(model, src, choose, bos, eos, limits, prefix, on_step)


def cut(
    log_probs: Float[Tensor, "b vocab"], temperature: float, top_k: int = 0, top_p: float = 1.0
) -> Float[Tensor, "b vocab"]:
    """The distribution that sampling draws from (nucleus: Holtzman et al. 2020, section 3.1)."""
    if not temperature > 0 or top_k < 0 or not 0 < top_p <= 1:
        raise ValueError(
            f"temperature {temperature} must be above 0, top_k {top_k} not negative, top_p {top_p} in (0, 1]"
        )
    probs = (log_probs / temperature).softmax(-1)
    order = probs.argsort(dim=-1, descending=True, stable=True)
    ranked = probs.gather(-1, order)
    # A token stays while those before it hold less than top_p: the first one always does.
    keep = ranked.cumsum(-1) - ranked < top_p
    if top_k:
        keep[:, top_k:] = False
    probs = torch.zeros_like(probs).scatter(-1, order, ranked * keep)
    return probs / probs.sum(-1, keepdim=True)


def _one_by_one(
    model: Stepper[State],
    src: Tensor,
    choose: Choose,
    bos: int,
    eos: int,
    limits: Sequence[int],
    prefix: Sequence[int],
    on_step: OnStep,
) -> list[Found]:
    """One hypothesis a sentence; finished sentences leave the batch."""
    check_prefix(prefix, eos, limits)
    state, alive = model.start(src), list(range(len(src)))
    tokens = torch.full((len(src),), bos, device=src.device)
    written: list[list[int]] = [[] for _ in alive]
    total = [0.0 for _ in alive]
    while alive:
        log_probs, state = model.step(state, tokens)
        tokens = choose(log_probs, alive)
        step = len(written[alive[0]])
        if step < len(prefix):
            tokens = torch.full_like(tokens, prefix[step])
        gained = log_probs.gather(-1, tokens[:, None])[:, 0].tolist()
        for row, token, gain in zip(alive, tokens.tolist(), gained, strict=True):
            written[row].append(token)
            total[row] += gain
        going = [i for i, row in enumerate(alive) if written[row][-1] != eos and len(written[row]) < limits[row]]
        if len(going) < len(alive):
            rows = torch.tensor(going, dtype=torch.long, device=src.device)
            state, tokens, alive = model.reorder(state, rows), tokens[rows], [alive[i] for i in going]
        on_step(step + 1, max(limits))
    return [
        Found(tuple(w), log_prob, log_prob, finished=w[-1] == eos) for w, log_prob in zip(written, total, strict=True)
    ]


def check_prefix(prefix: Sequence[int], eos: int, limits: Sequence[int]) -> None:
    """Raises `ValueError` for a prefix that no output could begin with."""
    if any(len(prefix) > limit for limit in limits):
        raise ValueError(f"a prefix of {len(prefix)} tokens is longer than an output of {min(limits)}")
    if eos in prefix[:-1]:
        raise ValueError(f"the prefix {list(prefix)} goes on after its end")


def length_penalty(length: int, alpha: float) -> float:
    """((5 + |Y|) / 6)^alpha (Wu et al. 2016, eq. 14): dividing a log-probability by it lets long outputs win."""
    return float(((5 + length) / 6) ** alpha)


@dataclass
class _Beam:
    """One sentence's search: hypotheses still growing, and those that ended."""

    limit: int
    alpha: float
    width: int
    tokens: list[tuple[int, ...]]
    log_probs: list[float]
    ended: list[Found]

    @property
    def done(self) -> bool:
        """Enough have ended, and no growing one can still beat the worst of them."""
        if len(self.ended) < self.width:
            return False
        worst = sorted((f.score for f in self.ended), reverse=True)[self.width - 1]
        return max(self.log_probs) / length_penalty(self.limit, self.alpha) <= worst


def beam(
    model: Stepper[State],
    src: Tensor,
    *,
    bos: int,
    eos: int,
    limits: Sequence[int],
    width: int,
    alpha: float = 0.6,
    prefix: Sequence[int] = (),
    on_step: OnStep = unheard,
    watch: Watch = unheard,
) -> list[list[Found]]:
    """The `width` best outputs of each sentence, best first. All hypotheses of all sentences step as one batch.

    `watch` hears at each step what a sentence's beam considered, and what became of it.
    """
    if width < 1:
        raise ValueError(f"a beam of {width} has no hypotheses")
    check_prefix(prefix, eos, limits)
    state = model.start(src)
    beams = [_Beam(limit, alpha, width, [()], [0.0], []) for limit in limits]
    alive, tokens = list(enumerate(beams)), torch.full((len(src),), bos, device=src.device)
    step = 0
    while alive:
        log_probs, state = model.step(state, tokens)
        forced = prefix[step] if step < len(prefix) else None
        rows: list[int] = []
        chosen: list[int] = []
        survivors: list[tuple[int, _Beam]] = []
        first = 0
        for sentence, one in alive:
            own = log_probs[first : first + len(one.tokens)]
            branches = _grow(one, own, eos, forced)
            watch(sentence, branches)
            if one.tokens and not one.done:
                survivors.append((sentence, one))
                kept = [branch for branch in branches if branch.fate == "kept"]
                rows += [first + branch.parent for branch in kept]
                chosen += [branch.token for branch in kept]
            first += len(own)
        alive, step = survivors, step + 1
        if alive:
            state = model.reorder(state, torch.tensor(rows, device=src.device))
            tokens = torch.tensor(chosen, device=src.device)
        on_step(step, max(limits))
    return [sorted(one.ended, key=lambda f: f.score, reverse=True)[:width] for one in beams]


def _grow(one: _Beam, log_probs: Float[Tensor, "hypothesis vocab"], eos: int, forced: int | None) -> list[Branch]:
    """Let a sentence's hypotheses grow by one token, `forced` if it is one; what was considered, best first."""
    totals = log_probs + torch.tensor(one.log_probs, device=log_probs.device)[:, None]
    if forced is None:  # 2 x width: even if each hypothesis ends, as many go on
        best, at = totals.flatten().topk(min(2 * one.width, totals.numel()))
    else:  # one hypothesis until now: the prefix
        best, at = totals[:, forced], torch.tensor([forced])
    branches: list[Branch] = []
    kept: list[tuple[int, ...]] = []
    for rank, (total, index) in enumerate(zip(best.tolist(), at.tolist(), strict=True)):
        parent, token = divmod(index, totals.size(1))
        tokens = (*one.tokens[parent], token)
        score = total / length_penalty(len(tokens), one.alpha)
        fate: Fate = "pruned"
        if token == eos:
            if rank < one.width:  # an end counts only where it would have stayed in the beam
                fate = "ended"
        elif len(tokens) == one.limit:
            fate = "ended"
        elif len(kept) < one.width:
            fate = "kept"
            kept.append(tokens)
        if fate == "ended":
            one.ended.append(Found(tokens, total, score, finished=token == eos))
        branches.append(Branch(parent, token, total, score, fate))
    one.tokens, one.log_probs = kept, [branch.log_prob for branch in branches if branch.fate == "kept"]
    return branches
