"""python -m core.train --config transformer-en-fr --corpus FILE.tsv.gz --valid FILE --out DIR

Trains a model, or goes on with one that `--out` holds. A corpus of pairs serves both directions: which column is the
source follows from the languages of the configuration. On several processes,
GPUs or machines: accelerate launch -m core.train ...
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator

from core.config import Augmentation
from core.models import TOKENIZER, WEIGHTS, load_weights
from core.nn.build import build
from core.text.corpus import Pair
from core.text.tokenizer import Tokenizer, train_tokenizer
from core.train.augment import augment
from core.train.corpora import read_corpora
from core.train.counting import count_corpus
from core.train.loop import Run, Stopped, train
from core.train.recipes import RECIPES, Recipe
from core.train.words import save_words


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    try:
        recipe = _recipe(args)
        pairs = read_corpora(args.corpus, recipe.src, recipe.tgt, args.without)
        valid = read_corpora(args.valid, recipe.src, recipe.tgt) if args.valid else pairs
        if args.overfit:
            pairs = valid = pairs[: args.overfit]
        if recipe.architecture == "markov":
            entries = count_corpus(recipe, pairs, tokenizer_for(recipe, pairs, args.out, args.tokenizer), args.out)
            print(f"{args.out}: {entries} different sequences counted")
            return 0
        progress = train(prepare(recipe, pairs, valid, args.out, args.tokenizer, args.init))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except Stopped:
        print(f"stopped; the same command goes on from {args.out}", file=sys.stderr)
        return 130
    print(f"{args.out}: {progress.epoch} epochs, validation loss {progress.best:.4f}")
    return 0


def prepare(
    recipe: Recipe,
    pairs: list[Pair],
    valid: list[Pair],
    out: Path,
    tokenizer_file: Path | None = None,
    init: Path | None = None,
) -> Run:
    """Tokenizer (the saved one, the one given, or a new one trained on augmented text), fresh weights by seed or those
    of the model in `init` as far as they go, the state in `out`."""
    torch.manual_seed(recipe.train.seed)
    accelerator = Accelerator()
    with accelerator.main_process_first():  # one process writes the tokenizer, the others find it whole
        tokenizer = tokenizer_for(recipe, pairs, out, tokenizer_file)
    net = build(recipe.model_config(len(tokenizer)))
    if init:
        load_weights(net, init / WEIGHTS, whole=False)
        recipe = replace(recipe, began_from=init.resolve().name)
    return Run(recipe, net, tokenizer, pairs, valid, out, accelerator)


def tokenizer_for(recipe: Recipe, pairs: list[Pair], out: Path, given: Path | None = None) -> Tokenizer:
    """The saved one, the one given, or a new one; saved in `out`, and with it the words that will be met."""
    if (out / TOKENIZER).exists():
        return Tokenizer.load(out / TOKENIZER)
    tokenizer = _given(given) if given else _new(recipe, pairs)
    tokenizer = tokenizer.with_mask() if recipe.architecture == "bert" else tokenizer
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(out / TOKENIZER)
    save_words(recipe, pairs, out)
    return tokenizer


def _given(file: Path) -> Tokenizer:
    try:
        return Tokenizer.load(file)
    except Exception as error:  # the tokenizers library raises bare Exception
        raise ValueError(f"{file}: is missing or no tokenizer") from error


def _new(recipe: Recipe, pairs: list[Pair]) -> Tokenizer:
    written = augment(pairs, recipe.augmentation, recipe.train.seed)
    return train_tokenizer((side for pair in written for side in pair), recipe.train.vocab_size)


def _recipe(args: argparse.Namespace) -> Recipe:
    recipe = RECIPES[args.config]
    changes = {name: getattr(args, name) for name in ("epochs", "seed") if getattr(args, name) is not None}
    if args.overfit:  # no noise of any kind: only whether the model can learn at all
        still = {"label_smoothing": 0.0, "ema": 0.0, "epochs": 200, "patience": 200}
        one_batch = {"batch_tokens": 100_000, "warmup": 20}
        changes = {**still, **one_batch, **changes}
        recipe = replace(
            recipe,
            model={**recipe.model, "dropout": 0.0},
            augmentation=Augmentation(0, 0, 0),
            keep_epochs=False,
        )
    return replace(recipe, train=replace(recipe.train, **changes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.train", description=__doc__.split("\n\n")[1])
    parser.add_argument("--config", required=True, choices=sorted(RECIPES))
    several: Any = {"nargs": "+", "action": "extend", "metavar": "FILE"}
    parser.add_argument(
        "--corpus", required=True, **several, help="TSV of pairs, gzip'd or not; FILE:4 counts four times"
    )
    parser.add_argument("--valid", **several, help="held-out pairs, for early stopping (default: the corpus itself)")
    parser.add_argument("--without", default=[], **several, help="held-out pairs: their sentences are not trained on")
    parser.add_argument("--out", required=True, type=Path, help="folder of the model and of the state to resume from")
    parser.add_argument(
        "--tokenizer", type=Path, help="tokenizer.json to share with another model (default: a new one)"
    )
    parser.add_argument("--init", type=Path, help="folder of a model whose weights to begin with, as far as they go")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--overfit", type=int, metavar="N", help="learn the first N pairs by heart, as a check")
    return parser


if __name__ == "__main__":
    sys.exit(main())
