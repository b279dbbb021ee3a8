"""python -m core.train.words --config NAME --corpus FILE [--without FILE] --out DIR

Writes the words that a model met in training beside it; `core.train` does so by itself for a new one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.text import words
from core.text.corpus import CorpusError, Pair
from core.train.augment import augment
from core.train.corpora import read_corpora
from core.train.recipes import RECIPES, Recipe


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.train.words", description="The words that a model met.")
    parser.add_argument("--config", required=True, choices=sorted(RECIPES))
    parser.add_argument("--corpus", required=True, nargs="+")
    parser.add_argument("--without", default=[], nargs="+")
    parser.add_argument("--out", required=True, type=Path, help="the model's folder")
    args = parser.parse_args(argv)
    recipe = RECIPES[args.config]
    try:
        save_words(recipe, read_corpora(args.corpus, recipe.src, recipe.tgt, args.without), args.out)
    except (CorpusError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def save_words(recipe: Recipe, pairs: Sequence[Pair], out: Path) -> None:
    """Of the sources, with the names of one epoch. What counts several times in training counts once here."""
    names = replace(recipe.augmentation, plain=0, joined=0)
    written = augment(sorted(set(pairs)), names, recipe.train.seed * 1000)
    words.save(out, words.met(src for src, _ in written))


if __name__ == "__main__":
    sys.exit(main())
