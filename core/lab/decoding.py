"""Experiments on writing word by word: what a beam considers, what sampling draws from, teacher forcing, the cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.search import Branch, Node, Sampling, Search, Tree
from core.trace import Axis, Floats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from core.decode import Stepper, Watch
    from core.models import Model
    from core.nn.build import Net

    OnStep = Callable[[int, int], None]


def considered(model: Model[Net], text: str, search: Search, on_step: OnStep) -> Tree:
    """The tree of a beam of 2 or more. Raises `TextError` for a text that cannot be read."""
    from core.tracing import find, label, read

    def look(watch: Watch) -> list[tuple[int, ...]]:
        return [one.tokens for one in find(model, read(model, text), search, on_step, watch)]

    return grown(look, search, lambda token: label(model.tokenizer.pieces([token])[0]))


def grown(look: Callable[[Watch], list[tuple[int, ...]]], search: Search, name: Callable[[int], str]) -> Tree:
    """The tree that a search leaves: `look` runs it under a watch and gives its outputs, best first."""
    if search.beam < 2:
        raise ValueError(f"a beam of {search.beam} has no branches")
    nodes: list[Node] = []
    survivors: list[tuple[int, tuple[int, ...]]] = [(-1, ())]  # node, and what it has written
    ends: dict[tuple[int, ...], int] = {}

    def watch(_: int, branches: Sequence[Branch]) -> None:
        nonlocal survivors
        grown = []
        for branch in branches:
            parent, written = survivors[branch.parent]
            here, tokens = len(nodes), (*written, branch.token)
            fate = branch.fate
            nodes.append(
                Node(len(tokens), parent, branch.token, name(branch.token), branch.log_prob, branch.score, fate)
            )
            if fate == "kept":
                grown.append((here, tokens))
            elif fate == "ended":
                ends[tokens] = here
        survivors = grown

    found = look(watch)
    return Tree(tuple(nodes), tuple(ends[tokens] for tokens in found))


def drawn_from(
    model: Model[Net], text: str, tokens: tuple[int, ...], sampling: Sampling, ids: list[list[int]]
) -> Floats:
    """What sampling gives to each of `ids` at each step, after temperature and cuts: [step, id]."""
    import torch

    from core.decode import cut
    from core.tracing import read

    tokenizer = model.tokenizer
    src, inputs = [*read(model, text).ids, tokenizer.eos], [tokenizer.bos, *tokens[:-1]]
    with torch.inference_mode():
        logits = model.net(torch.tensor([src]), torch.tensor([inputs])).logits[0]
        probs = cut(logits.log_softmax(-1), sampling.temperature, sampling.top_k, sampling.top_p)
    return np.asarray(probs.gather(1, torch.tensor(ids)).numpy(), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Forcing:
    """A reference under teacher forcing, beside what the model writes when it runs free.

    reference, free: tokens as people write them, `</s>` last. losses: -ln p(reference token | the true tokens
    before it), [token]. guesses: the likeliest token at each place of the reference.
    parts: the first place where reference and free output differ; None where they are the same.
    The axes say which tokens make up a word.
    """

    reference: tuple[str, ...]
    losses: Floats
    guesses: tuple[str, ...]
    free: tuple[str, ...]
    parts: int | None
    reference_axis: Axis
    free_axis: Axis

    def __post_init__(self) -> None:
        if not len(self.reference) == len(self.losses) == len(self.guesses):
            raise ValueError(f"{len(self.losses)} losses and {len(self.guesses)} guesses for {self.reference}")
        if (len(self.reference_axis), len(self.free_axis)) != (len(self.reference), len(self.free)):
            raise ValueError(f"axes of {len(self.reference_axis)} and {len(self.free_axis)} tokens")

    @property
    def loss(self) -> float:
        """The mean over the tokens: what training minimises."""
        return float(self.losses.mean())


def teacher_forcing(model: Model[Net], text: str, reference: str, on_step: OnStep) -> Forcing:
    """Read `text` with `reference` as the output, and once more free. Raises `TextError` for either text."""
    from core.tracing import GREEDY, axis, find, label, read, trace_output

    tokenizer = model.tokenizer
    source = read(model, text)
    wanted = (*read(model, reference, model.info.tgt).ids, tokenizer.eos)
    forced = trace_output(model, text, wanted).steps
    (free,) = find(model, source, GREEDY, on_step)
    both = zip(wanted, free.tokens, strict=False)  # the first to differ may be the end of one
    apart = next((i for i, (a, b) in enumerate(both) if a != b), min(len(wanted), len(free.tokens)))
    return Forcing(
        tuple(step.written.token for step in forced),
        np.array([-step.written.log_prob for step in forced], np.float32),
        tuple(step.top[0].token for step in forced),
        tuple(label(piece) for piece in tokenizer.pieces(free.tokens)),
        None if wanted == free.tokens else apart,
        axis(tokenizer, wanted),
        axis(tokenizer, free.tokens),
    )


class Uncached:
    """A model as a `Stepper` without memory: the whole sentence and the whole prefix again for each token."""

    def __init__(self, net: Callable[[Tensor, Tensor], object]) -> None:
        self.net = net

    def start(self, src: Tensor) -> tuple[Tensor, Tensor]:
        return src, src.new_empty(len(src), 0)

    def step(self, state: tuple[Tensor, Tensor], tokens: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        import torch

        src, written = state[0], torch.cat([state[1], tokens[:, None]], dim=1)
        logits: Tensor = self.net(src, written).logits  # type: ignore[attr-defined]
        return logits[:, -1].log_softmax(-1), (src, written)

    def reorder(self, state: tuple[Tensor, Tensor], rows: Tensor) -> tuple[Tensor, Tensor]:
        return state[0][rows], state[1][rows]


@dataclass(frozen=True, slots=True)
class Work:
    """What greedy decoding computes, counted: n_src tokens read, n_tgt written, `</s>` included.

    Each count is a pair: with the cache, and without.
    """

    n_src: int
    n_tgt: int

    @property
    def encoded(self) -> tuple[int, int]:
        """Source positions that go through the encoder."""
        return self.n_src, self.n_src * self.n_tgt

    @property
    def decoded(self) -> tuple[int, int]:
        """Target positions that go through the decoder: 1 a step, against 1 + 2 + ... + n."""
        return self.n_tgt, self.n_tgt * (self.n_tgt + 1) // 2

    @property
    def scored(self) -> tuple[int, int]:
        """Self-attention scores of one decoder head: a row a step, against the whole square each time."""
        n = self.n_tgt
        return n * (n + 1) // 2, n * (n + 1) * (2 * n + 1) // 6


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """Greedy decoding of one sentence with the cache and without, a few times each, in seconds.

    same: both wrote the same tokens.
    """

    cached: Floats
    uncached: Floats
    work: Work
    same: bool

    @property
    def seconds(self) -> tuple[float, float]:
        """The medians, with the cache and without."""
        return float(np.median(self.cached)), float(np.median(self.uncached))

    @property
    def ratio(self) -> float:
        """How many times longer it takes without the cache."""
        return self.seconds[1] / self.seconds[0]


def timing(model: Model[Net], text: str, runs: int, on_step: OnStep) -> Timing:
    """Measure now. Raises `TextError`."""
    import torch

    from core.tracing import output_limit, read

    eos = model.tokenizer.eos
    src = torch.tensor([[*read(model, text).ids, eos]])
    limit = output_limit(src.size(1), model.info.config.max_len)
    return timed(model.net, model.net, src, model.tokenizer.bos, eos, limit, runs, on_step)


def timed(
    net: Stepper[Any], whole: Callable[[Tensor, Tensor], object], src: Tensor, bos: int, eos: int, limit: int,
    runs: int, on_step: OnStep,
) -> Timing:  # fmt: skip
    """`net` remembers, `whole` reads sentence and prefix anew; in turns, so that a busy machine slows both."""
    import time

    import torch

    from core.decode import Found, greedy

    seconds: tuple[list[float], list[float]] = ([], [])
    found: list[Found] = []
    with torch.inference_mode():
        for turn in range(2 * runs + 2):  # the first of each warms up
            begin = time.perf_counter()
            stepper: Stepper[Any] = Uncached(whole) if turn % 2 else net
            found += greedy(stepper, src, bos=bos, eos=eos, limits=[limit], on_step=_tick(turn, runs, on_step))
            if turn > 1:
                seconds[turn % 2].append(time.perf_counter() - begin)
    cached, uncached = (np.array(one, np.float32) for one in seconds)
    work = Work(src.size(1), len(found[0].tokens))
    return Timing(cached, uncached, work, found[0].tokens == found[1].tokens)


def _tick(turn: int, runs: int, on_step: OnStep) -> OnStep:
    """Steps of all turns together, so that a wait can be stopped within one."""

    def heard(step: int, limit: int) -> None:
        on_step(turn * limit + step, (2 * runs + 2) * limit)

    return heard
