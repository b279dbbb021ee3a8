"""A model run with masks other than its own: scores before any mask, padded batches, and a future that leaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core import decode
from core.errors import TextError
from core.lab.masks import ScoreMap
from core.models import Model
from core.nn.masks import causal_mask, padding_mask
from core.nn.transformer import Output
from core.trace import Axis, Floats
from core.tracing import axis, output_limit, read

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
def scores(model: Model, text: str, pads: int = 0) -> Scores:
    """Translate `text` greedily and keep all scores, with `pads` times `<pad>` behind both sentences.

    Padding changes nothing for the real tokens, which is what its mask is for; its own rows are nobody's.
    Raises `TextError` for a text that cannot be read or that leaves no room for padding.
    """
    tokenizer, room = model.tokenizer, model.info.config.max_len
    source = (*read(model, text).ids, tokenizer.eos)
    if len(source) + pads > room:
        raise TextError("too_long", n=len(source) - 1, limit=room - pads - 1)
    written = _greedy(model, source)
    pads_tgt = min(pads, room - len(written))
    src = (*source, *[tokenizer.pad] * pads)
    inputs = (tokenizer.bos, *written[:-1], *[tokenizer.pad] * pads_tgt)
    details = model.net.details(_row(src), _row(inputs))
    src_axis = axis(tokenizer, src)
    tgt_axis = axis(tokenizer, inputs, writes=(*written, *[tokenizer.pad] * pads_tgt))
    padded = tuple(i >= len(source) for i in range(len(src)))
    causal = causal_mask(len(inputs))
    visible = padding_mask(_row(src), tokenizer.pad)
    maps = (
        _score_map("encoder_self", [x.attention.scores for x in details.encoder], visible, padded, src_axis, src_axis),
        _score_map(
            "decoder_self", [x.attention.scores for x in details.decoder], causal,
            tuple(i >= len(written) for i in range(len(inputs))), tgt_axis, tgt_axis,
        ),
        _score_map("cross", [x.cross.scores for x in details.decoder], visible, padded, tgt_axis, src_axis),
    )  # fmt: skip
    return Scores(text, tokenizer.decode(written), maps)


def _score_map(
    kind: str, layers: list[Tensor], own: Tensor, padding: tuple[bool, ...], queries: Axis, keys: Axis
) -> ScoreMap:
    values = torch.stack([layer[0] for layer in layers]).numpy()
    mask = np.broadcast_to(own[0].numpy(), values.shape[2:]).copy()
    return ScoreMap(kind, values, mask, padding, queries, keys)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Batched:
    """One sentence of a batch: how far what the batch computed for it is from what it gets alone.

    tokens: its row of the batch, `n` of them real. The differences are the largest over all layers, heads and real
    places of its weights (encoder, decoder, cross) and its logits, with the padding mask and without it.
    """

    text: str
    alone: str
    batched: str
    tokens: Axis
    n: int
    weights: float
    logits: float
    weights_unmasked: float
    logits_unmasked: float


@torch.inference_mode()
def batch(model: Model, texts: tuple[str, ...]) -> tuple[Batched, ...]:
    """These sentences read one by one and as one padded batch.

    Raises `TextError`, with the number of the `line` that it is about.
    """
    if not texts:
        raise TextError("empty")
    if len(texts) > MOST_SENTENCES:
        raise TextError("too_many_sentences", n=len(texts), limit=MOST_SENTENCES)
    net, tokenizer = model.net, model.tokenizer
    sources = [(*_read_line(model, text, line), tokenizer.eos) for line, text in enumerate(texts, 1)]
    outputs = [_greedy(model, source) for source in sources]
    src = _padded(sources, tokenizer.pad)
    tgt = _padded([(tokenizer.bos, *written[:-1]) for written in outputs], tokenizer.pad)
    together = net(src, tgt)
    unmasked = net.details(src, tgt, src_mask=torch.ones(len(src), 1, src.size(1), dtype=torch.bool)).output
    limits = [output_limit(len(source), model.info.config.max_len) for source in sources]
    found = decode.greedy(net, src, bos=tokenizer.bos, eos=tokenizer.eos, limits=limits)
    rows = []
    for i, (text, source, written) in enumerate(zip(texts, sources, outputs, strict=True)):
        alone = net(src[i : i + 1, : len(source)], tgt[i : i + 1, : len(written)])
        differences = [_difference(alone, other, i, len(source), len(written)) for other in (together, unmasked)]
        rows.append(
            Batched(text, tokenizer.decode(written), tokenizer.decode(found[i].tokens),
                    axis(tokenizer, tuple(src[i].tolist())), len(source), *differences[0], *differences[1])
        )  # fmt: skip
    return tuple(rows)


def _difference(alone: Output, together: Output, i: int, s: int, t: int) -> tuple[float, float]:
    """The largest change of a weight and of a logit over the real places of sentence i."""
    pairs = (
        (alone.encoder_self[0], together.encoder_self[i, ..., :s, :s]),
        (alone.decoder_self[0], together.decoder_self[i, ..., :t, :t]),
        (alone.cross[0], together.cross[i, ..., :t, :s]),
    )
    weights = max(float((a - b).abs().max()) for a, b in pairs)
    return weights, float((alone.logits[0] - together.logits[i, :t]).abs().max())


def _read_line(model: Model, text: str, line: int) -> tuple[int, ...]:
    try:
        return read(model, text).ids
    except TextError as error:
        error.values["line"] = line
        raise


@dataclass(frozen=True, slots=True, eq=False)
class Leak:
    """One reference read twice by the decoder: with its causal mask, and with every word in sight.

    inputs: the decoder's inputs, each about to write the next word of the reference; written: the reference itself.
    Losses: -ln p(reference token), [token]. Weights: decoder self-attention, [layer, head, query, key].
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
def leak(model: Model, text: str, reference: str = "") -> Leak:
    """Teacher-force `reference`, or the model's own translation, under both masks. Raises `TextError`."""
    tokenizer, room = model.tokenizer, model.info.config.max_len
    source = (*read(model, text).ids, tokenizer.eos)
    written = (*tokenizer.encode(reference[: 32 * room]).ids, tokenizer.eos) if reference.strip() else ()
    if len(written) > room:
        raise TextError("too_long", n=len(written) - 1, limit=room - 1)
    written = written or _greedy(model, source)
    src, inputs = _row(source), (tokenizer.bos, *written[:-1])
    masks = causal_mask(len(inputs)), torch.ones(1, len(inputs), len(inputs), dtype=torch.bool)
    runs = [_forced(model, src, inputs, mask) for mask in masks]
    losses = [_array(-log_probs[range(len(written)), written]) for log_probs, _ in runs]
    moves = [
        _array((_forced(model, src, inputs[:-1], mask[:, :-1, :-1])[0].exp() - log_probs[:-1].exp()).abs().amax(-1))
        if len(inputs) > 1
        else np.zeros(0, np.float32)
        for mask, (log_probs, _) in zip(masks, runs, strict=True)
    ]
    return Leak(
        axis(tokenizer, inputs, writes=written), axis(tokenizer, written),
        *losses, *(_array(weights) for _, weights in runs), *moves,
    )  # fmt: skip


def _forced(model: Model, src: Tensor, inputs: tuple[int, ...], mask: Tensor) -> tuple[Tensor, Tensor]:
    """Log-probabilities [tgt, vocab] and decoder weights [layer, head, tgt, tgt]."""
    output = model.net.details(src, _row(inputs), mask).output
    return output.logits[0].log_softmax(-1), output.decoder_self[0]


def _greedy(model: Model, source: tuple[int, ...]) -> tuple[int, ...]:
    limits = [output_limit(len(source), model.info.config.max_len)]
    bos, eos = model.tokenizer.bos, model.tokenizer.eos
    return tuple(decode.greedy(model.net, _row(source), bos=bos, eos=eos, limits=limits)[0].tokens)


def _row(ids: tuple[int, ...]) -> Tensor:
    return torch.tensor([ids])


def _padded(rows: list[tuple[int, ...]], pad: int) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])


def _array(values: Tensor) -> Floats:
    return np.asarray(values.numpy(), np.float32)
