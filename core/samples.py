"""Example sentences of a page, and traces of some of them made beforehand by the real model.

The first picture of a page needs no torch: it is read from assets/samples.
`python -m core.samples [NAME ...]` makes these traces anew; a test holds them equal to the model's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.config import TRANSLATORS
from core.shelf import SHIPPED, installed, read_info, shelf
from core.trace import Trace

SAMPLES = Path(__file__).parent.parent / "assets" / "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """An example: what to type, which map shows something, and what a head may be hoped to do there.

    looks: pairs of (queries, keys), words in lower case: a head that keeps the promise looks, for every pair, from one
    of the queries to one of the keys. A decoder's query is named by the word it is about to write; `*` is any.
    choices: what else it sets, by the keys of the page's widgets.
    says: what the translation has in it, in lower case; a test asks the model, once it is on the shelf.
    """

    name: str
    kind: str
    text: str
    looks: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    references: tuple[tuple[str, str], ...] = ()  # language and translation
    choices: tuple[tuple[str, str | bool | float], ...] = ()
    says: tuple[str, ...] = ()


@cache
def samples(page: str, src: str, tgt: str = "") -> tuple[Sample, ...]:
    """The examples of a page in the language that the model reads, the page's first picture first.

    Where a pair of languages has examples of its own, they serve all pages.
    """
    own = SAMPLES / f"pair-{src}-{tgt}.json"
    rows = json.loads((own if own.exists() else SAMPLES / f"{page}.json").read_text("utf-8"))
    return tuple(
        Sample(
            row["name"],
            row["kind"],
            row["text"][src],
            tuple(_pair(*pair) for pair in row.get("looks", ())),
            tuple(row.get("references", {}).items()),
            tuple(row.get("choices", {}).items()),
            tuple(row.get("says", ())),
        )
        for row in rows
        if src in row["text"]
    )


def _pair(queries: list[str], keys: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(queries), tuple(keys)


def stored(model: str, text: str) -> Trace | None:
    """The greedy trace of a text, if it was made beforehand. Another shelf may have another model of that name."""
    found = _read(SAMPLES / f"{model}.npz") if shelf() == SHIPPED else None
    return found if found and found.src_text == text else None


@cache
def _read(path: Path) -> Trace | None:
    return Trace.from_npz(path.read_bytes()) if path.exists() else None


def translators() -> list[str]:
    """The installed models that read a sentence and write another."""
    return [name for name in installed() if read_info(name).architecture in TRANSLATORS]


def main(names: Sequence[str] = ()) -> None:
    """The traces of these models' first examples; of all translators' by default."""
    from core.models import load_model
    from core.tracing import trace

    for name in names or translators():
        info = read_info(name)
        first = samples("heads", info.src, info.tgt)[0]
        (SAMPLES / f"{name}.npz").write_bytes(trace(load_model(name), first.text).to_npz())


if __name__ == "__main__":
    main(sys.argv[1:])
