"""Stories of two sentences from a seeded grammar: the pairs that next-sentence prediction learns from.

The corpora have single sentences only. A story's second sentence belongs to the first one's topic; in half of the pairs
it is another topic's, told of the same person, so that names and pronouns give nothing away.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

GRAMMAR = Path(__file__).parent.parent.parent / "assets" / "stories" / "en.json"
_HELD = 5
_STEPS = (3, 6, 12)  # of a ladder's stories, a quarter each is of so many topics, and a quarter of all
_PRONOUNS = {
    "he": {"he": "he", "his": "his", "him": "him", "himself": "himself"},
    "she": {"he": "she", "his": "her", "him": "her", "himself": "herself"},
}


@dataclass(frozen=True, slots=True)
class Story:
    first: str
    second: str
    follows: bool
    topic: str
    other: str  # the topic of the second sentence; the same if it follows


@dataclass(frozen=True, slots=True)
class Ends:
    """A first sentence, one that goes on with it, and one of another topic told of the same person."""

    first: str
    follows: str
    other: str


@cache
def grammar() -> dict[str, Any]:
    """names: by pronoun; topics: templates of first and second sentences, and words for their slots."""
    read: dict[str, Any] = json.loads(GRAMMAR.read_text("utf-8"))
    return read


def stories(seed: int, count: int, held_out: bool = False, ladder: bool = False) -> list[Story]:
    """As many; about half of them hang together.

    ladder: many are of the first few topics. Whether two sentences have a topic in common is nothing that either of
    them tells alone; of all topics at once a network learns it very late, of three it does soon, and then of more.

    held_out: one in five pairs of a first and a second template is told nowhere else, so a test of these asks whether
    a model found out what goes with what, not whether it remembers.
    """
    rng, out = random.Random(seed), []
    names, topics = grammar()["names"], grammar()["topics"]
    for _ in range(count):
        told = sorted(topics)[: rng.choice((*_STEPS, len(topics)))] if ladder else sorted(topics)
        pronoun, topic = rng.choice(sorted(names)), rng.choice(told)
        follows = rng.random() < 0.5
        other = topic if follows else rng.choice([name for name in told if name != topic])
        slots = {**_PRONOUNS[pronoun], "name": rng.choice(names[pronoun])}
        firsts = topics[topic]["first"]
        a = rng.randrange(len(firsts))
        second = _second(rng, topics[other], a, held_out)
        first = _tell(rng, topics[topic], firsts[a], slots)
        out.append(Story(first, _tell(rng, topics[other], second, slots), follows, topic, other))
    return out


def ends(seed: int) -> Ends:
    """A story to try, with both kinds of second sentence; all its pairs of templates are held out."""
    rng, names, topics = random.Random(seed), grammar()["names"], grammar()["topics"]
    pronoun, topic = rng.choice(sorted(names)), rng.choice(sorted(topics))
    other = rng.choice([name for name in sorted(topics) if name != topic])
    slots = {**_PRONOUNS[pronoun], "name": rng.choice(names[pronoun])}
    a = rng.randrange(len(topics[topic]["first"]))
    first = _tell(rng, topics[topic], topics[topic]["first"][a], slots)
    right, wrong = (_tell(rng, topics[at], _second(rng, topics[at], a, True), slots) for at in (topic, other))
    return Ends(first, right, wrong)


def _second(rng: random.Random, topic: dict[str, Any], a: int, held_out: bool) -> str:
    """A template of a second sentence that may stand after the first one with number `a`."""
    seconds: list[str] = topic["second"]
    return seconds[rng.choice([i for i in range(len(seconds)) if ((a + i) % _HELD == 0) == held_out])]


def _tell(rng: random.Random, topic: dict[str, Any], template: str, slots: dict[str, str]) -> str:
    words = {**slots, **{slot: rng.choice(choices) for slot, choices in topic["words"].items()}}
    words |= {name.capitalize(): words[name].capitalize() for name in _PRONOUNS["he"]}
    told = template.format(**words)
    # A name that begins with an article or "my" is small inside a sentence.
    return told[0] + told[1:].replace("The ", "the ").replace("My ", "my ")
