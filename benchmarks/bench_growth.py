"""An encoder's time against the sentence's length: recurrent against Transformer, n = 8 to 512.

Layers of the same width, fresh weights: time does not depend on them. The recurrent ones run on PyTorch's fused
layers, their fastest form; the Transformer's keep every weight. Forward is what a reader waits for; forward and
backward, on a batch, is what training costs.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from typing import cast

import torch
from timing import head, options, row, seconds
from torch import Tensor

from core.config import ModelConfig, Seq2SeqConfig, TransformerConfig
from core.lab.sequential import SIZES, encoder, steps_in_sequence
from core.nn.build import Net, build

VOCAB, WIDTH = 1000, 256
CONFIGS: dict[str, ModelConfig] = {
    "LSTM, 1 layer": Seq2SeqConfig(VOCAB, WIDTH, WIDTH, dropout=0.0),
    "GRU, 1 layer": Seq2SeqConfig(VOCAB, WIDTH, WIDTH, cell="gru", dropout=0.0),
    "Transformer, 1 layer": TransformerConfig(VOCAB, WIDTH, 8, 1, 1, 4 * WIDTH, dropout=0.0),
    "Transformer, 3 layers": TransformerConfig(VOCAB, WIDTH, 8, 3, 1, 4 * WIDTH, dropout=0.0),
}


def measured(device: str, batch: int, repeats: int, train: bool) -> None:
    """One table; every configuration in turns at each n."""
    what = "forward and backward" if train else "forward"
    head(f"encoder, {what}, batch {batch}, {device}", *CONFIGS, "steps in sequence", "rounds")
    # Nothing drops out; but cuDNN's backward asks a recurrent layer to be in training.
    nets = {name: cast(Net, build(config)).to(device).train(train) for name, config in CONFIGS.items()}
    for n in SIZES:
        src = torch.randint(3, VOCAB, (batch, n), device=device)
        calls = [partial(_run, encoder(net), src, train, device) for net in nets.values()]
        times: list[list[float]] = [[] for _ in calls]
        for i in range(repeats + 1):
            for kept, call in zip(times, calls, strict=True):
                kept.append(seconds(call)[0])
            if i == 0:  # the first round warms up
                times = [[] for _ in calls]
        medians = [f"{1000 * statistics.median(kept):,.2f} ms" for kept in times]
        steps = " / ".join(str(steps_in_sequence(config, n)) for config in CONFIGS.values())
        row(f"n = {n}", *medians, steps, repeats)


def _run(call: Callable[[Tensor], object], src: Tensor, train: bool, device: str) -> None:
    with torch.set_grad_enabled(train):
        found = call(src)
        states = found[0] if isinstance(found, tuple) else found
        if train and isinstance(states, Tensor):
            states.square().mean().backward()  # type: ignore[no-untyped-call]
    if device != "cpu":
        torch.cuda.synchronize()


def main() -> None:
    o = options(__doc__, repeats=9, batch=32, device="cpu", threads=1)
    torch.set_num_threads(o.threads)
    torch.manual_seed(1)
    measured(o.device, 1, o.repeats, train=False)
    measured(o.device, o.batch, max(3, o.repeats // 3), train=True)


if __name__ == "__main__":
    main()
