"""python -m core.evaluate --model NAME --corpus FILE [--beam N] [--joined] [--against NAME] [--table]

BLEU and chrF (sacrebleu) of a model's translations, and how many are a reference
to the letter; then the scores by source length. Every translation that the
corpus has of a sentence counts as a reference, in either direction: which column
is the source follows from the model's languages. A language model gets its
perplexity on the sources, an encoder alone how often it fills a blank and tells what follows.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from core import decode
from core.config import TRANSLATORS
from core.errors import ModelError, UserError
from core.i18n import sentence
from core.lab.blanks import guesses
from core.models import Model, load_model
from core.nn.build import AnyNet, Net, NextWord
from core.shelf import shelf
from core.text.corpus import grouped
from core.text.languages import read_directed
from core.tracing import Search, output_limit

LENGTHS = ((1, 4), (5, 7), (8, 10), (11, 15), (16, 25), (26, 1000))  # words of the source
RESAMPLED = 1000  # corpora drawn for a bootstrap interval
References = Sequence[Sequence[str]]  # for each sentence, its translations


@dataclass(frozen=True, slots=True)
class Score:
    n: int
    bleu: float
    chrf: float
    exact: float  # the share that equals a reference


@torch.inference_mode()
def translate(model: Model[Net], sentences: Sequence[str], beam: int = 1, batch: int = 64) -> list[str]:
    """Translations in the order given; sentences of like length are decoded together."""
    tokenizer, max_len = model.tokenizer, model.info.config.max_len
    ids = [[*row[: max_len - 1], tokenizer.eos] for row in tokenizer.encode_ids(sentences)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    out = [""] * len(ids)
    net: decode.Stepper[Any] = model.net
    bos, eos = tokenizer.bos, tokenizer.eos
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        longest = max(len(ids[i]) for i in rows)
        src = torch.tensor([ids[i] + [tokenizer.pad] * (longest - len(ids[i])) for i in rows])
        limits = [output_limit(len(ids[i]), max_len) for i in rows]
        if beam == 1:
            found = decode.greedy(net, src, bos=bos, eos=eos, limits=limits)
        else:
            found = [best for best, *_ in decode.beam(net, src, bos=bos, eos=eos, limits=limits, width=beam)]
        for i, one in zip(rows, found, strict=True):
            out[i] = tokenizer.decode(one.tokens)
    return out


def score(outputs: Sequence[str], references: References) -> Score:
    """Corpus BLEU and chrF against all references of each sentence (sacrebleu's defaults), and exact matches."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    most = max(len(r) for r in references)
    # None, not "": an empty reference would be one of length 0, and excuse outputs that are too short.
    streams: Any = [[r[i] if i < len(r) else None for r in references] for i in range(most)]
    bleu, chrf = (metric.corpus_score(outputs, streams).score for metric in (BLEU(), CHRF()))
    exact = sum(output in refs for output, refs in zip(outputs, references, strict=True)) / len(outputs)
    return Score(len(outputs), bleu, chrf, exact)


def by_length(sources: Sequence[str], outputs: Sequence[str], references: References) -> Iterator[tuple[str, Score]]:
    """Scores of the sentences of each length that occurs."""
    for low, high in LENGTHS:
        rows = [i for i, src in enumerate(sources) if low <= len(src.split()) <= high]
        if rows:
            name = f"{low}-{high}" if high < LENGTHS[-1][1] else f"{low}+"
            yield name, score([outputs[i] for i in rows], [references[i] for i in rows])


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one model's BLEU is than another's on the same sentences, with its 95 % interval."""

    bleu: float
    low: float
    high: float


def difference(outputs: Sequence[str], others: Sequence[str], references: References, seed: int = 1) -> Difference:
    """Paired bootstrap (Koehn 2004): the same sentences drawn with replacement for both, a thousand times."""
    rng = random.Random(seed)
    ours, theirs = _statistics(outputs, references), _statistics(others, references)
    n = len(references)
    drawn = [rng.choices(range(n), k=n) for _ in range(RESAMPLED)]
    gains = sorted(_bleu(ours, rows) - _bleu(theirs, rows) for rows in drawn)
    edge = RESAMPLED // 40  # 2.5 % on either side
    return Difference(_bleu(ours, range(n)) - _bleu(theirs, range(n)), gains[edge], gains[-edge - 1])


def _statistics(outputs: Sequence[str], references: References) -> list[list[int]]:
    """Of each sentence: lengths of output and nearest reference, right n-grams, all n-grams."""
    from sacrebleu.metrics.bleu import BLEU

    bleu = BLEU(effective_order=True)
    scores = [bleu.sentence_score(output, list(refs)) for output, refs in zip(outputs, references, strict=True)]
    return [[one.sys_len, one.ref_len, *one.counts, *one.totals] for one in scores]


def _bleu(statistics: Sequence[Sequence[int]], rows: Iterable[int]) -> float:
    """Corpus BLEU of these sentences: the sums of their statistics are the corpus's."""
    from sacrebleu.metrics.bleu import BLEU

    sys_len, ref_len, *grams = (sum(column) for column in zip(*(statistics[i] for i in rows), strict=True))
    return float(BLEU.compute_bleu(grams[:4], grams[4:], sys_len, ref_len, "exp").score)


@torch.inference_mode()
def perplexity(model: Model[NextWord], sentences: Sequence[str], batch: int = 64, order: int | None = None) -> float:
    """exp of the mean -ln p of every piece and of each `</s>`; order: of a Markov model, as one of a lower order."""
    tokenizer = model.tokenizer
    read: Any = model.net if order is None else partial(model.net, order=order)
    ids = sorted((row[: model.info.config.max_len - 1] for row in tokenizer.encode_ids(sentences)), key=len)
    total, n = 0.0, 0
    for start in range(0, len(ids), batch):
        rows = ids[start : start + batch]
        width = max(len(row) for row in rows) + 1
        inputs = torch.tensor([[tokenizer.bos, *row, *[tokenizer.pad] * (width - 1 - len(row))] for row in rows])
        labels = torch.tensor([[*row, tokenizer.eos, *[-100] * (width - 1 - len(row))] for row in rows])
        logits = read(inputs).logits
        total += float(torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum"))
        n += sum(len(row) + 1 for row in rows)
    return math.exp(total / n)


def joined(groups: dict[str, list[str]], seed: int = 1) -> dict[str, list[str]]:
    """Two or three test sentences made one: what people type is often longer than the corpus. One reference each."""
    rng = random.Random(seed)
    items = [(src, tgt[0]) for src, tgt in groups.items()]
    rng.shuffle(items)
    out: dict[str, list[str]] = {}
    while len(items) >= 3:
        taken = [items.pop() for _ in range(rng.choice((2, 3)))]
        out[" ".join(src for src, _ in taken)] = [" ".join(tgt for _, tgt in taken)]
    return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluate", description="BLEU and chrF of a model.")
    parser.add_argument("--model", required=True)
    parser.add_argument("--root", type=Path, default=shelf(), help="folder of the models")
    parser.add_argument("--corpus", required=True, type=Path, help="TSV of pairs")
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--joined", action="store_true", help="join two or three sentences into one")
    parser.add_argument("--table", action="store_true", help="the scores by length as a model's card holds them")
    parser.add_argument("--against", metavar="MODEL", help="also the difference to this model's BLEU, with an interval")
    args = parser.parse_args(argv)
    try:
        Search(args.beam)  # says which widths there are, before anything is loaded
        model = load_model(args.model, args.root)
        groups = grouped(read_directed(args.corpus, model.info.src, model.info.tgt))
        other = load_model(args.against, args.root) if args.against else None
        if bad := [one.info.name for one in (model, other) if one and not _fits(one, alone=other is None)]:
            raise ModelError("model_no_translator", name=bad[0])
    except UserError as error:
        print(sentence("en", error), file=sys.stderr)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if args.joined:
        groups = joined(groups)
    sources, references = list(groups), list(groups.values())
    if model.info.architecture == "bert":
        found = guesses(model, sources)
        print(f"words {found.words:.1%} of {found.n_words}\nnext sentence {found.follows:.1%} of {found.n_pairs}")
        return 0
    if model.info.architecture not in TRANSLATORS:
        print(f"perplexity {perplexity(model, sources):.1f}")
        for order in range(model.info.config.order) if model.info.architecture == "markov" else ():
            print(f"as a model of order {order}: {perplexity(model, sources, order=order):.1f}")
        return 0
    outputs = translate(model, sources, args.beam)
    total = score(outputs, references)
    print(f"BLEU {total.bleu:.1f}\nchrF {total.chrf:.1f}\nexact {total.exact:.1%} of {total.n}")
    if args.table:
        print("\n| words | sentences | BLEU | chrF |\n| --- | --- | --- | --- |")
    line = "| {} | {:,} | {:.1f} | {:.1f} |" if args.table else "{} words: {} sentences, BLEU {:.1f}, chrF {:.1f}"
    for name, part in by_length(sources, outputs, references):
        print(line.format(name, part.n, part.bleu, part.chrf))
    if other:
        gain = difference(outputs, translate(other, sources, args.beam), references)
        print(f"BLEU {gain.bleu:+.1f} against {args.against} (95 % of resampled: {gain.low:+.1f} to {gain.high:+.1f})")
    return 0


def _fits(model: Model[AnyNet], alone: bool) -> bool:
    """A language model has a score of its own, but no translations to compare."""
    return alone or model.info.architecture in TRANSLATORS


if __name__ == "__main__":
    sys.exit(main())
