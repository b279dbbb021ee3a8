"""A model run with masks other than its own: scores before any mask, padded batches, and a future that leaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import decode
from core.errors import TextError
from core.lab.masked_pass import Ids, Reading, reading, run, translates
from core.lab.masks import ScoreMap
from core.models import Model
from core.nn.build import Output
from core.nn.masks import causal_mask
from core.trace import Axis, Floats, Kind
from core.tracing import axis, output_limit

MOST_SENTENCES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One text read by one model, with what every head scored before its mask."""

    src_text: str
    tgt_text: str
    maps: tuple[ScoreMap, ...]

    def __getitem__(self, kind: str) -> ScoreMap:
        return next(one for one in self.maps if one.kind == kind)


@torch.inference_mode()
def scores(model: Model[Any], text: str, pads: int = 0) -> Scores:
    """Read `text` and keep all scores, with `pads` times `<pad>` behind every sentence.

    A translator translates it greedily; a decoder alone only reads it. Padding changes nothing for the real tokens,
    which is what its mask is for; its own rows are nobody's.
    Raises `TextError` for a text that cannot be read or that leaves no room for padding.
    """
    tokenizer, room = model.tokenizer, model.info.config.max_len
    source, written = reading(model, text)
    if len(source) + pads > room:
        raise TextError("too_long", n=len(source) - 1, limit=room - pads - 1)
    behind = (tokenizer.pad,) * min(pads, room - len(written))
    src, inputs = (*source, *(tokenizer.pad,) * pads), (tokenizer.bos, *written[:-1], *behind)
    found = run(model, [src], [inputs]).scores
    keys, queries = axis(tokenizer, src), axis(tokenizer, inputs, writes=(*written, *behind))
    padded = tuple(i >= len(source) for i in range(len(src)))
    sides: dict[Kind, tuple[Axis, Axis]] = {
        "encoder_self": (keys, keys), "decoder_self": (queries, queries), "cross": (queries, keys)
    }  # fmt: skip
    maps = []
    for kind, layers in found.items():
        values, asks = torch.stack([layer[0] for layer in layers]).numpy(), sides[kind][0]
        if kind == "decoder_self":
            own, padding = causal_mask(len(inputs))[0].numpy(), tuple(i >= len(written) for i in range(len(inputs)))
        else:
            own, padding = np.broadcast_to(~np.array(padded), (len(asks), len(src))).copy(), padded
        maps.append(ScoreMap(kind, values, own, padding, *sides[kind]))
    return Scores(text, tokenizer.decode(written), tuple(maps))


@dataclass(frozen=True, slots=True, eq=False)
class Batched:
    """One sentence of a batch: how far what the batch computed for it is from what it gets alone.

    alone, batched: what the model writes, a translation or the next token. tokens: its row of the batch, `n` of them
    real. The differences are the largest over all layers, heads and real places of its weights and its logits; those
    without the padding mask are None where the model has none, since its causal mask hides the padding too.
    """

    text: str
    alone: str
    batched: str
    tokens: Axis
    n: int
    weights: float
    logits: float
    weights_unmasked: float | None
    logits_unmasked: float | None


@torch.inference_mode()
def batch(model: Model[Any], texts: tuple[str, ...]) -> tuple[Batched, ...]:
    """These sentences read one by one and as one padded batch.

    Raises `TextError`, with the number of the `line` that it is about.
    """
    if not texts:
        raise TextError("empty")
    if len(texts) > MOST_SENTENCES:
        raise TextError("too_many_sentences", n=len(texts), limit=MOST_SENTENCES)
    tokenizer = model.tokenizer
    read = [_read_line(model, text, line) for line, text in enumerate(texts, 1)]
    inputs = [(tokenizer.bos, *one.written[:-1]) for one in read]
    src, tgt = _padded([one.source for one in read], tokenizer.pad), _padded(inputs, tokenizer.pad)
    together, unmasked = run(model, src, tgt).output, None
    if translates(model):
        unmasked = run(model, src, tgt, None, torch.ones(len(src), 1, len(src[0]), dtype=torch.bool)).output
    alone = [run(model, [one.source], [row]).output for one, row in zip(read, inputs, strict=True)]
    written = _written(model, read, src, alone, together)
    rows = []
    for i, (text, one, row) in enumerate(zip(texts, read, inputs, strict=True)):
        sizes = len(one.source), len(row)
        differs = _difference(alone[i], together, i, sizes)
        open_differs = _difference(alone[i], unmasked, i, sizes) if unmasked else (None, None)
        shown, n = (src[i], sizes[0]) if one.source else (tgt[i], sizes[1])
        rows.append(Batched(text, *written[i], axis(tokenizer, shown), n, *differs, *open_differs))
    return tuple(rows)


def _written(
    model: Model[Any], read: list[Reading], src: list[Ids], alone: list[Output], together: Output
) -> list[tuple[str, str]]:
    """What the model writes for each sentence, alone and in the batch."""
    tokenizer = model.tokenizer
    if translates(model):
        limits = [output_limit(len(one.source), model.info.config.max_len) for one in read]
        found = decode.greedy(model.net, torch.tensor(src), bos=tokenizer.bos, eos=tokenizer.eos, limits=limits)
        pairs = zip(read, found, strict=True)
        return [(tokenizer.decode(one.written), tokenizer.decode(batched.tokens)) for one, batched in pairs]
    last = [(own.logits[0, -1], together.logits[i, own.logits.size(1) - 1]) for i, own in enumerate(alone)]
    return [tuple(axis(tokenizer, (int(one.argmax()),)).tokens[0] for one in both) for both in last]  # type: ignore[misc]


def _difference(alone: Output, together: Output, i: int, sizes: tuple[int, int]) -> tuple[float, float]:
    """The largest change of a weight and of a logit over the real places of sentence i."""
    s, t = sizes
    real = {"encoder_self": (s, s), "decoder_self": (t, t), "cross": (t, s)}
    weights = max(
        float((own[0] - together.maps[kind][i, ..., : real[kind][0], : real[kind][1]]).abs().max())
        for kind, own in alone.maps.items()
    )
    return weights, float((alone.logits[0] - together.logits[i, :t]).abs().max())


def _read_line(model: Model[Any], text: str, line: int) -> Reading:
    try:
        return reading(model, text)
    except TextError as error:
        error.values["line"] = line
        raise


@dataclass(frozen=True, slots=True, eq=False)
class Leak:
    """One sentence read twice by the decoder: with its causal mask, and with every word in sight.

    inputs: the decoder's inputs, each about to write the next word of the sentence; written: the sentence itself.
    Losses: -ln p(its token), [token]. Weights: decoder self-attention, [layer, head, query, key].
    Moves: [token but the last], the largest change of any token's probability there when the last input is taken away.
    """

    inputs: Axis
    written: Axis
    loss: Floats
    loss_open: Floats
    weights: Floats
    weights_open: Floats
    moved: Floats
    moved_open: Floats

    @property
    def future(self) -> Floats:
        """[layer, head]: the share of attention that the open decoder gives to the future, where there is one."""
        above = np.triu(self.weights_open, 1).sum(-1)
        return np.asarray(above[..., :-1].mean(-1) if above.shape[-1] > 1 else above[..., 0])


@torch.inference_mode()
def leak(model: Model[Any], text: str, reference: str = "") -> Leak:
    """Teacher-force the sentence under both masks: `reference` or the model's own translation, or for a decoder alone
    the text. Raises `TextError`."""
    tokenizer = model.tokenizer
    source, written = reading(model, text, reference)
    inputs = (tokenizer.bos, *written[:-1])
    masks = causal_mask(len(inputs)), torch.ones(1, len(inputs), len(inputs), dtype=torch.bool)
    runs = [_forced(model, source, inputs, mask) for mask in masks]
    losses = [_array(-log_probs[range(len(written)), written]) for log_probs, _ in runs]
    moves = [
        _array((_forced(model, source, inputs[:-1], mask[:, :-1, :-1])[0].exp() - log_probs[:-1].exp()).abs().amax(-1))
        if len(inputs) > 1
        else np.zeros(0, np.float32)
        for mask, (log_probs, _) in zip(masks, runs, strict=True)
    ]
    return Leak(
        axis(tokenizer, inputs, writes=written), axis(tokenizer, written),
        *losses, *(_array(weights) for _, weights in runs), *moves,
    )  # fmt: skip


def _forced(model: Model[Any], source: Ids, inputs: Ids, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Log-probabilities [tgt, vocab] and decoder weights [layer, head, tgt, tgt]."""
    output = run(model, [source], [inputs], mask).output
    return output.logits[0].log_softmax(-1), output.maps["decoder_self"][0]


def _padded(rows: list[Ids], pad: int) -> list[Ids]:
    longest = max(map(len, rows))
    return [(*row, *[pad] * (longest - len(row))) for row in rows]


def _array(values: Tensor) -> Floats:
    return np.asarray(values.numpy(), np.float32)
