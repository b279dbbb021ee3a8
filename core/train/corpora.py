"""Training pairs from several files, in the direction of the model, without what is held out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from core.text.corpus import CorpusError, Pair, key
from core.text.languages import read_directed

_TIMES = re.compile(r"(.+):([1-9]\d*)")


def read_corpora(files: Sequence[str], src: str, tgt: str, without: Sequence[str] = ()) -> list[Pair]:
    """The pairs of all files, source first. `FILE:4` counts four times: a small corpus beside a large one.

    without: files of held-out pairs. A pair that shares a sentence with one of them, on either side and whatever its
    case and punctuation, is left out.
    """
    held = [pair for file in without for pair in read_directed(Path(file), src, tgt)]
    sources, targets = ({key(pair[side]) for pair in held} for side in (0, 1))
    pairs = []
    for file in files:
        name, times = _split(file)
        pairs += times * [
            (s, t) for s, t in read_directed(Path(name), src, tgt) if key(s) not in sources and key(t) not in targets
        ]
    if not pairs:
        raise CorpusError(f"{' '.join(files)}: nothing is left without the held-out pairs")
    return pairs


def _split(file: str) -> tuple[str, int]:
    found = _TIMES.fullmatch(file)
    return (found[1], int(found[2])) if found else (file, 1)
