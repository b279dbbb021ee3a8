"""How many steps an encoder has to take one after another, and how long it takes, against the sentence's length."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.config import ModelConfig, TransformerConfig
from core.trace import Floats

if TYPE_CHECKING:
    from torch import Tensor

    from core.models import Model
    from core.nn.build import Net
    from core.nn.transformer import Transformer

SIZES = (8, 16, 32, 64, 128, 256, 512)
OnStep = Callable[[int, int], None]


def steps_in_sequence(config: ModelConfig, n: int) -> int:
    """Encoder steps that must wait for one another, for n tokens.

    A recurrent layer reads word by word: n (both directions of a bidirectional one can read at once). A Transformer's
    layer treats all words at once: one step a layer, whatever n is (Vaswani et al. 2017, table 1).
    """
    return config.n_encoder_layers if isinstance(config, TransformerConfig) else n


def path_length(config: ModelConfig, n: int) -> int:
    """Steps that what the first word says has to go through to meet the last word in the encoder."""
    return 1 if isinstance(config, TransformerConfig) else n


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """names: of the models. steps: [model, size]; seconds: [model, size], medians of `repeats` encodings each."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    steps: Floats
    seconds: Floats
    repeats: int


def growth(models: Sequence[Model[Net]], on_step: OnStep, sizes: Sequence[int] = SIZES, repeats: int = 5) -> Growth:
    """Each size in turns, model after model, so that what slows the machine down slows all."""
    import torch

    fits = [n for n in sizes if n <= min(model.info.config.max_len for model in models)]
    seconds = np.zeros((len(models), len(fits)), np.float32)
    total, done = len(fits) * repeats, 0
    with torch.inference_mode():
        for j, n in enumerate(fits):
            src = torch.randint(3, min(model.info.config.vocab_size for model in models), (1, n))
            calls = [encoder(model.net) for model in models]
            for call in calls:
                call(src)  # the first call of a size is slower
            taken: list[list[float]] = [[] for _ in calls]
            for _ in range(repeats):
                for times, call in zip(taken, calls, strict=True):
                    times.append(_seconds(call, src))
                done += 1
                on_step(done, total)
            seconds[:, j] = [statistics.median(times) for times in taken]
    steps = np.array([[steps_in_sequence(m.info.config, n) for n in fits] for m in models], np.float32)
    return Growth(tuple(model.info.name for model in models), tuple(fits), steps, seconds, repeats)


def encoder(net: Net) -> Callable[[Any], object]:
    """Token ids [b, n] -> the encoder's states, each in its fastest form here: the recurrent one on PyTorch's fused
    layers."""
    from core.nn.seq2seq import Seq2Seq

    if isinstance(net, Seq2Seq):
        return lambda src: net.encoder(net.embed(net.src_embedding, src))
    return lambda src: _layers(net, src)


def _layers(net: Transformer, src: Tensor) -> Tensor:
    """The layers alone: `Transformer.encode` also prepares the decoder's keys and values."""
    from core.nn.masks import padding_mask

    mask, x = padding_mask(src, net.config.pad), net.embed(net.src_embedding, src).total
    for layer in net.encoder:
        x = layer(x, mask).out
    memory: Tensor = net.encoder_norm(x)
    return memory


def _seconds(call: Callable[[Any], object], src: object) -> float:
    start = time.perf_counter()
    call(src)
    return time.perf_counter() - start
