"""Parallel corpora: UTF-8 TSV, one pair a line, `source <TAB> translation`, gzip'd if the name ends in .gz."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path

Pair = tuple[str, str]


class CorpusError(ValueError):
    """A corpus that cannot be read; the message names the file and the line."""


def read_pairs(path: Path) -> list[Pair]:
    """All pairs of a corpus, or `CorpusError` at the first bad line: better before training than during it."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(f"{path}: cannot be read ({error})") from error
    raw = raw.removeprefix(codecs.BOM_UTF8)  # some editors write one; it would begin the first word
    pairs = [_pair(path, number, line) for number, line in enumerate(raw.removesuffix(b"\n").split(b"\n"), 1) if raw]
    if not pairs:
        raise CorpusError(f"{path}: is empty")
    return pairs


def _pair(path: Path, number: int, line: bytes) -> Pair:
    try:
        text = line.decode("utf-8").rstrip("\r")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}, line {number}: is not UTF-8") from error
    sides = text.split("\t")
    if len(sides) < 2:
        raise CorpusError(f"{path}, line {number}: has no tab between source and translation")
    src, tgt = sides[0].strip(), sides[1].strip()
    if not src or not tgt:
        raise CorpusError(f"{path}, line {number}: the {'source' if not src else 'translation'} is empty")
    return src, tgt


def grouped(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    """Each source sentence once, with all its translations: what a multi-reference score asks for."""
    groups: dict[str, list[str]] = {}
    for src, tgt in pairs:
        groups.setdefault(src, []).append(tgt)
    return groups


def key(text: str) -> str:
    """Letters and digits alone, without case: sentences that differ in nothing else are the same one."""
    return "".join(c for c in text.casefold() if c.isalnum())
