"""How an output is looked for, and what a beam looked at on the way: plain records, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fate = Literal["kept", "ended", "pruned"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """Draws from softmax(logits / temperature), cut to `top_k` tokens (0: all) and to the nucleus `top_p`."""

    seed: int = 1
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not self.temperature > 0 or self.top_k < 0 or not 0 < self.top_p <= 1:
            raise ValueError(
                f"temperature {self.temperature} must be above 0, top_k {self.top_k} not negative, "
                f"top_p {self.top_p} in (0, 1]"
            )


@dataclass(frozen=True, slots=True)
class Search:
    """How the output is looked for: `beam` 1 is greedy, or draws if there is a `sampling`.

    prefix: ids of tokens that the output has to begin with.
    """

    beam: int = 1
    alpha: float = 0.6
    sampling: Sampling | None = None
    prefix: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.beam <= 16:
            raise ValueError(f"beam {self.beam} is not between 1 and 16")
        if self.sampling and self.beam != 1:
            raise ValueError(f"sampling writes one output, not a beam of {self.beam}")


@dataclass(frozen=True, slots=True)
class Branch:
    """One hypothesis that a beam considered at a step: a survivor of the step before, grown by `token`.

    parent: the survivor's place among those kept at the step before, 0 at the first step.
    log_prob, score: of the whole hypothesis so far; the score has the length penalty, natural logs both.
    """

    parent: int
    token: int
    log_prob: float
    score: float
    fate: Fate


@dataclass(frozen=True, slots=True)
class Node:
    """A `Branch` in its tree. parent: the index of the node it grew from, -1 for the first step; step counts from 1."""

    step: int
    parent: int
    token: int
    text: str  # the token as people write it
    log_prob: float
    score: float
    fate: Fate


@dataclass(frozen=True, slots=True)
class Tree:
    """All that a beam considered, step by step and best first, and which nodes are its outputs, best first."""

    nodes: tuple[Node, ...]
    found: tuple[int, ...]

    def __post_init__(self) -> None:
        for i, node in enumerate(self.nodes):
            if node.parent >= i or (node.parent < 0) != (node.step == 1):
                raise ValueError(f"node {i} of step {node.step} has the parent {node.parent}")
            if node.parent >= 0 and (self.nodes[node.parent].step, self.nodes[node.parent].fate) != (
                node.step - 1,
                "kept",
            ):
                raise ValueError(f"node {i} grew from {node.parent}, which was not kept at the step before")
        if any(self.nodes[i].fate != "ended" for i in self.found):
            raise ValueError("an output has not ended")

    def path(self, node: int) -> tuple[int, ...]:
        """The nodes from the first step to this one."""
        way = [node]
        while self.nodes[way[-1]].parent >= 0:
            way.append(self.nodes[way[-1]].parent)
        return tuple(reversed(way))

    def tokens(self, node: int) -> tuple[int, ...]:
        """The ids that this hypothesis has written."""
        return tuple(self.nodes[i].token for i in self.path(node))
