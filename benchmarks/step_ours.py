"""Our side of bench_training.py: updates as `core.train` makes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from training import VOCAB, Case, batches, converse

from core.models import TOKENIZER
from core.nn.build import build
from core.shelf import SHIPPED
from core.text.tokenizer import Tokenizer
from core.train.batches import collate
from core.train.loop import Run, update


def start(case: Case, threads: int) -> tuple[int, list[Callable[[], float]]]:
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    recipe, tokenizer = case.recipe, Tokenizer.load(SHIPPED / "transformer-en-fr" / TOKENIZER)
    net = build(recipe.model_config(VOCAB))
    run = Run(recipe, net, tokenizer, [], [], Path("of a run that saves nothing"))
    run.bf16 = False  # joeynmt's is float32
    run.model.train()
    end = [tokenizer.eos]
    made = [collate([(src + end, tgt + end) for src, tgt in batch], tokenizer) for batch in batches(recipe)]
    return sum(p.numel() for p in net.parameters()), [partial(update, run, batch) for batch in made]


if __name__ == "__main__":
    converse(start)
