"""python -m core.train.split --corpus FILE --out FOLDER

Writes FILE's pairs into FOLDER as NAME.train.tsv.gz, NAME.valid.tsv.gz and NAME.test.tsv.gz. Pairs that share a
sentence on either side, whatever its case and punctuation, stay together: no sentence of either language is in two of
the files, which so serve both directions. A hash decides; more pairs in the corpus move none of the others, unless
they tie two sentences together.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

from core.text.corpus import CorpusError, Pair, key, read_pairs

SPLITS = ("train", "valid", "test")
BUCKETS = 20  # of as many groups, one is for validation, one for the test


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.train.split", description="Hold pairs out of a corpus.")
    parser.add_argument("--corpus", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path, help="folder of the three files")
    args = parser.parse_args(argv)
    try:
        parts = split(read_pairs(args.corpus))
    except CorpusError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    args.out.mkdir(parents=True, exist_ok=True)
    for name, pairs in parts.items():
        path = args.out / f"{args.corpus.name.split('.')[0]}.{name}.tsv.gz"
        path.write_bytes(gzip.compress("".join(f"{src}\t{tgt}\n" for src, tgt in pairs).encode(), mtime=0))
        sys.stdout.write(f"{path}: {len(pairs)} pairs\n")
    return 0


def split(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """By the first source, in alphabetical order, of all pairs that hang together."""
    parts: dict[str, list[Pair]] = {name: [] for name in SPLITS}
    for pair, group in zip(pairs, _groups(pairs), strict=True):
        bucket = zlib.crc32(group.encode()) % BUCKETS
        parts[("valid", "test")[bucket] if bucket < 2 else "train"].append(pair)
    return parts


def _groups(pairs: Sequence[Pair]) -> list[str]:
    """For each pair, the name of its group: a forest in which each sentence points at one that names it."""
    parent: dict[tuple[int, str], tuple[int, str]] = {}

    def root(node: tuple[int, str]) -> tuple[int, str]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for src, tgt in pairs:
        one, other = sorted((root((0, key(src))), root((1, key(tgt)))))  # sources, marked 0, come before targets
        parent[other] = one
    return [root((0, key(src)))[1] for src, _ in pairs]


if __name__ == "__main__":
    sys.exit(main())
