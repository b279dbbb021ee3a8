"""What test_processes.py runs twice at once: `python two_processes.py CORPUS OUT`, told who it is by the environment.

Trains, is interrupted in process 1 alone, goes on to the end, and leaves
OUT/rank<N>.safetensors and OUT/rank<N>.json.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from core.config import Augmentation
from core.models import own_tensors
from core.text.corpus import read_pairs
from core.train import loop
from core.train.__main__ import prepare
from core.train.batches import Batch
from core.train.recipes import RECIPES

torch.set_num_threads(1)
corpus, out = Path(sys.argv[1]), Path(sys.argv[2])
rank = int(os.environ["RANK"])
recipe = RECIPES["toy"]
recipe = replace(recipe, augmentation=Augmentation(0, 0, 0), train=replace(recipe.train, epochs=2, vocab_size=400))
pairs = read_pairs(corpus)
read: list[str] = []
update = loop.update


def watched(run: loop.Run, batch: Batch) -> float:
    """Note which sentences this process read; press Ctrl-C once, in process 1 only."""
    read.extend(run.tokenizer.decode(row) for row in batch.src.tolist())
    loss = update(run, batch)
    if rank == 1 and run.progress.step == 3 and not stopped:
        os.kill(os.getpid(), signal.SIGINT)
    return loss


loop.update = watched
stopped: list[int] = []
run = prepare(recipe, pairs, pairs[:10], out)
try:
    loop.train(run)
except loop.Stopped:
    stopped.append(run.progress.step)
    run.accelerator.wait_for_everyone()
    first, read = read, []
    run = prepare(recipe, pairs, pairs[:10], out)
    resumed = run.progress.step
    loop.train(run)

save_file({name: tensor.detach() for name, tensor in own_tensors(run.net).items()}, out / f"rank{rank}.safetensors")
record = {
    "world": run.accelerator.num_processes,
    "stopped": stopped,
    "resumed": resumed,
    "first": first,
    "read": read,
    "epochs": run.progress.epoch,
}
(out / f"rank{rank}.json").write_text(json.dumps(record), "utf-8")
run.accelerator.end_training()
