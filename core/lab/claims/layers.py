"""Claims about the layers around attention, about positions, and about how often anything happens."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from core.lab.claims.record import Finding, Run
from core.lab.feedforward import as_convolution
from core.lab.layers import in_batch
from core.lab.masks import softmax
from core.lab.positions import Encoding
from core.tracing import GREEDY, find, read

OTHERS = {"en": ("He runs.", "My little sister bought four red apples at the market yesterday.")}
DECK = (((4.5, 11.3, 5.4), (0.9, 0.07, 0.03)), ((10.2, 7.4, 3.5), (0.21, 0.03, 0.76)))  # scores, and what is said
CLOSE = 0.01


@torch.inference_mode()
def after(run: Run) -> Finding | None:
    """Said: "positional encoding happens after self-attention": then a word is one vector at every place."""
    net, word = run.model.net, run.src[0]
    if not bool(net.positions.any()):
        return None
    n = max(len(run.src), 2)
    embedded = net.embed(net.src_embedding, torch.tensor([[word] * n]))
    apart = float((embedded.total[0, 0] - embedded.total[0, -1]).norm())
    bare = embedded.total[0] - embedded.position
    same = float((bare[0] - bare[-1]).norm())
    return Finding(
        apart < 1e-6,
        (("apart", apart), ("same", same)),
        (("word", run.sources.tokens[0]), ("n", n), ("apart", f"{apart:.2f}")),
    )


def periods(run: Run) -> Finding | None:
    """Said: "four dimensions of positional encoding have four periods": let each run until it repeats itself."""
    if run.model.info.config.positions != "sinusoidal":
        return None
    found = [_period(Encoding(4), dim) for dim in range(4)]
    return Finding(
        len(set(found)) == 4,
        tuple((f"dim{dim}", period) for dim, period in enumerate(found)),
        (
            ("count", len(set(found))),
            ("d", run.model.info.config.d_model),
            ("pairs", run.model.info.config.d_model // 2),
        ),
    )


def _period(encoding: Encoding, dim: int) -> float:
    """The shortest of the waves' lengths after which this dimension is what it was, wherever it began."""
    begin = np.linspace(0.0, 50.0, 201)
    return next(
        round(float(length), 2)
        for length in encoding.wavelengths
        if np.abs(encoding.at(begin + length)[:, dim] - encoding.at(begin)[:, dim]).max() < 1e-6
    )


def deck(run: Run) -> Finding:
    """Said: "softmax(4.5, 11.3, 5.4) = (0.9, 0.07, 0.03)", as a well-known set of slides prints it: compute it."""
    found = [softmax(np.array([scores], np.float32))[0] for scores, _ in DECK]
    holds = all(np.allclose(one, said, atol=CLOSE) for one, (_, said) in zip(found, DECK, strict=True))
    names = [f"row{row}_{i}" for row in range(len(DECK)) for i in range(3)]
    values = [float(value) for one in found for value in one]
    rows = [", ".join(f"{value:.3f}" for value in one) for one in found]
    return Finding(holds, tuple(zip(names, values, strict=True)), (("first", rows[0]), ("second", rows[1])))


@torch.inference_mode()
def batch_norm(run: Run) -> Finding:
    """Said: "Add & Norm is just batch norm": then other sentences in the batch would change this one's vectors."""
    others = [text for text in OTHERS.get(run.model.info.src, ()) if text != run.text] or [run.half]
    outputs = [run.output, *(find(run.model, read(run.model, text), GREEDY)[0].tokens for text in others)]
    found = in_batch(run.model, (run.text, *others), outputs, "encoder", 0, 0)
    layer, batch = float(found.layer_moved.max()), float(found.batch_moved.max())
    return Finding(
        layer > 1e-3, (("layer", layer), ("batch", batch)), (("others", len(others)), ("batch", f"{batch:.2f}"))
    )


def convolution(run: Run) -> Finding:
    """Said: "The Transformer is attention plus CNN": look for a convolution; and is the feed-forward network one?

    One of width 1 is the same as the position-wise network: it sees no neighbour, so nothing is convolved.
    """
    kernels = [one for one in run.model.net.modules() if isinstance(one, nn.modules.conv._ConvNd)]
    into = run.details.encoder[0].attention_residual
    x = into.normed if run.model.info.config.norm == "post" else into.added
    found = as_convolution(run.model, "encoder", 0, np.array(x[0].numpy(), np.float32), 0)
    return Finding(
        bool(kernels),
        (("kernels", float(len(kernels))), ("width1", found.kernel_1), ("neighbours", found.neighbours)),
        (("linear", sum(isinstance(one, nn.Linear) for one in run.model.net.modules())),),
    )


@torch.inference_mode()
def repeats(run: Run) -> Finding:
    """Said: "decoding repeats N times", N the number of layers: count the steps of this text, and of half of it."""
    shorter = len(find(run.model, read(run.model, run.half), GREEDY)[0].tokens)
    layers, steps = len(run.model.net.decoder), len(run.output)
    return Finding(
        steps == layers == shorter,
        (("layers", float(layers)), ("steps", float(steps)), ("half", float(shorter))),
        (("steps", steps), ("layers", layers), ("half", run.half), ("shorter", shorter)),
    )
