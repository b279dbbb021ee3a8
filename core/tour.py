"""The path: which page, in which state, shows what, in the order in which it is taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """A live page in the state that shows one thing.

    name: its texts are `tour.<name>.title`, `.look` and `.ask`. state: what is chosen there, as the link has it.
    """

    name: str
    page: str
    state: Mapping[str, str] = field(default_factory=dict)


# By what a class needs first: `tour.chapter.<name>` names each.
CHAPTERS: Mapping[str, tuple[Step, ...]] = {
    "before": (
        Step("count", "nextword"),
        Step("state", "recurrence", {"recurrence.part": "size"}),
        Step("uses", "recurrence", {"recurrence.part": "uses"}),
        Step("both", "recurrence", {"recurrence.part": "both"}),
        Step("gradients", "gradients", {"gradients.weights": "random"}),
    ),
    "attention": (
        Step("vector", "alignment", {"alignment.part": "bottleneck"}),
        Step("steps", "alignment", {"alignment.part": "steps"}),
        Step("window", "alignment", {"alignment.part": "window"}),
        Step("length", "alignment", {"alignment.part": "length"}),
    ),
    "transformer": (
        Step("whole", "whole"),
        Step("matrices", "selfattention", {"selfattention.part": "whatif", "kind": "encoder_self"}),
        Step("scale", "selfattention", {"selfattention.part": "dk", "kind": "encoder_self"}),
        Step("heads", "heads", {"kind": "encoder_self", "view": "heatmap", "unit": "word"}),
        Step("differ", "compare", {"kind": "encoder_self", "compare.view": "pair"}),
        Step("position", "positions", {"positions.part": "sum"}),
        Step("order", "positions", {"positions.part": "order"}),
        Step("norms", "layer", {"layer.part": "norms"}),
        Step("mask", "masks", {"masks.view": "squares"}),
        Step("leak", "masks", {"masks.view": "leak"}),
        Step("cross", "heads", {"kind": "cross", "view": "links", "unit": "word"}),
        Step("write", "decoding"),
        Step("parallel", "alignment", {"alignment.part": "time"}),
    ),
    "descendants": (
        Step("blank", "blank"),
        Step("teach", "transfer"),
        Step("picture", "vision"),
        Step("others", "anymodel"),
    ),
    "check": (
        Step("quiz", "quiz"),
        Step("claims", "claims"),
    ),
}
STEPS: Mapping[str, Step] = {step.name: step for steps in CHAPTERS.values() for step in steps}
_ORDER = list(STEPS)


def chapter(name: str) -> str:
    """The chapter that a step belongs to."""
    return next(title for title, steps in CHAPTERS.items() if STEPS[name] in steps)


def number(name: str) -> int:
    """A step's place on the path, from 1."""
    return _ORDER.index(name) + 1


def beside(name: str, by: int) -> Step | None:
    """The step `by` places further on; None beyond either end."""
    at = _ORDER.index(name) + by
    return STEPS[_ORDER[at]] if 0 <= at < len(_ORDER) else None
