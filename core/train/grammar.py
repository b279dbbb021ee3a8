"""python -m core.train.grammar --seed N --count N --out FILE [--split train|valid|test] [--strict]

Writes different English-Korean pairs, one a line, gzip'd if FILE ends in .gz. The same seed writes the same file.
A sentence belongs to one split for ever, whatever the seed. Combinations of words (to read and newspaper,
heavy and box) that a hash holds out are in the test alone: what is right there was composed, not remembered.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from core.text.grammar.sentences import Writer
from core.text.grammar.writing import Made

Split = Literal["train", "valid", "test"]
HELD_OUT = 20  # one combination in so many
BUCKETS = 50  # one sentence in so many is for validation, one for the test
PATIENCE = 20_000  # so many sentences in a row that were there before, or are another split's


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="core.train.grammar", description="Write English-Korean pairs.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", choices=get_args(Split), default="train")
    parser.add_argument("--combinations", action="store_true", help="of the test, only what has a held-out combination")
    parser.add_argument("--strict", action="store_true", help="each Korean sentence has one English one: for ko-en")
    args = parser.parse_args(argv)
    if args.combinations and args.split != "test":
        parser.error("--combinations is of the test")
    try:
        made = list(write(args.seed, args.count, args.split, strict=args.strict, combinations=args.combinations))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    text = "".join(f"{one.english}\t{one.korean}\n" for one in made).encode()
    args.out.write_bytes(gzip.compress(text, mtime=0) if args.out.suffix == ".gz" else text)
    return 0


def write(
    seed: int, count: int, split: Split = "train", *, strict: bool = False, combinations: bool = False
) -> Iterator[Made]:
    """`count` pairs, no English twice; with `strict` no Korean twice."""
    writer, seen, missed = Writer(seed, strict=strict), set[str](), 0
    while count:
        one = writer.sentence()
        known = one.korean in seen if strict else one.english in seen
        if known or split_of(one, strict=strict) != split or (combinations and not held_out(one)):
            missed += 1
            if missed > PATIENCE:
                raise ValueError(f"the grammar has not {count} more sentences for {split}")
            continue
        missed, count = 0, count - 1
        seen.add(one.korean if strict else one.english)
        yield one


def split_of(one: Made, *, strict: bool = False) -> Split:
    """By its combinations first, then by the side that the other one determines, so that neither is in two splits."""
    if held_out(one):
        return "test"
    bucket = _hash(one.english if strict else one.korean) % BUCKETS
    return ("valid", "test")[bucket] if bucket < 2 else "train"


def held_out(one: Made) -> bool:
    return any(_hash(f"{a}\t{b}") % HELD_OUT == 0 for a, b in one.pairs)


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


if __name__ == "__main__":
    sys.exit(main())
