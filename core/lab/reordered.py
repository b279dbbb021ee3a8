"""What moves when the words change places, with the positions and without them, on the real model."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core import decode
from core.errors import TextError
from core.lab.positions import content
from core.models import Model
from core.nn.transformer import DecoderState, Transformer
from core.trace import Axis, Floats
from core.tracing import axis, output_limit, read


def without_positions(net: Transformer) -> Transformer:
    """The same weights (not a copy of them), and nothing added to the embeddings."""
    twin = copy.deepcopy(net, {id(parameter): parameter for parameter in net.parameters()})
    del twin.positions
    twin.register_buffer("positions", torch.zeros_like(net.positions), persistent=False)
    return twin


class EncodedBy(NamedTuple):
    """A `Stepper` that reads with one model's encoder and writes with another's decoder."""

    encoder: Transformer
    decoder: Transformer

    def start(self, src: Tensor) -> DecoderState:
        return self.encoder.start(src)

    def step(self, state: DecoderState, tokens: Tensor) -> tuple[Tensor, DecoderState]:
        return self.decoder.step(state, tokens)

    def reorder(self, state: DecoderState, rows: Tensor) -> DecoderState:
        return self.decoder.reorder(state, rows)


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """What enters the first encoder layer, [token, d_model]: total = token + position (sections 3.4 and 3.5).

    on, off: the first layer's attention weights [head, query, key] with the positions and without them.
    table: the model's positions from the first on, [max_len, d_model].
    """

    src: Axis
    token: Floats
    position: Floats
    total: Floats
    on: Floats
    off: Floats
    table: Floats


@torch.inference_mode()
def added(model: Model, text: str) -> Added:
    """The embedding, the position and their sum for every token of `text`. Raises `TextError`."""
    src = (*read(model, text).ids, model.tokenizer.eos)
    ids, net = torch.tensor([src]), model.net
    read_on, read_off = net.encode(ids), without_positions(net).encode(ids)
    embedded = read_on.embedded
    return Added(
        axis(model.tokenizer, src), _array(embedded.token[0]), _array(embedded.position), _array(embedded.total[0]),
        _array(read_on.layers[0].attention.weights[0]), _array(read_off.layers[0].attention.weights[0]),
        _array(net.positions),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """Each word's vector in the shuffled sentence against its own in the straight one, [level, word].

    Levels: embedding and position together, each encoder layer, and what the encoder hands on. A word of several
    pieces is their mean. distance: as a share of the straight vector's length.
    """

    cosine: Floats
    distance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Shuffled:
    """A sentence and the same words in another order, read with the positions (on) and without (off).

    order: place in the shuffled sentence -> word of the straight one. Texts are greedy translations. `off` takes the
    positions from the encoder alone, `neither` from encoder and decoder.
    """

    src: Axis
    order: tuple[int, ...]
    text: str
    shuffled_text: str
    on: Moved
    off: Moved
    straight_on: str
    shuffled_on: str
    straight_off: str
    shuffled_off: str
    straight_neither: str
    shuffled_neither: str

    @property
    def stayed(self) -> tuple[int, ...]:
        """Words that stand where they stood."""
        return tuple(word for place, word in enumerate(self.order) if place == word)


@torch.inference_mode()
def shuffle(model: Model, text: str, order: Sequence[int], on_step: decode.OnStep = decode.unheard) -> Shuffled:
    """Read `text`, and its words in this order, by the same model with and without its positions.

    Whole pieces change places, so that each sentence has exactly the other's tokens. Raises `TextError` for a text
    that cannot be read, `ValueError` for an order that leaves out a word or names a stranger.
    """
    net, tokenizer = model.net, model.tokenizer
    ids = (*read(model, text).ids, tokenizer.eos)
    src = axis(tokenizer, ids)
    if len(content(src)) < 2:
        raise TextError("order_one_word")
    places = moved_pieces(src, order)
    other = tuple(ids[i] for i in places)
    twin = without_positions(net)
    readers = EncodedBy(net, net), EncodedBy(twin, net), EncodedBy(twin, twin)
    texts = [[_translated(model, reader, one, on_step) for one in (ids, other)] for reader in readers]
    return Shuffled(
        src, tuple(order), text, tokenizer.decode(other[:-1]), _moved(net, src, ids, places),
        _moved(twin, src, ids, places), *texts[0], *texts[1], *texts[2],
    )  # fmt: skip


def moved_pieces(src: Axis, order: Sequence[int]) -> tuple[int, ...]:
    """Place in the shuffled sentence -> place in the straight one, piece by piece; special tokens stay last."""
    words, n = content(src), len(src)
    if sorted(order) != list(words):
        raise ValueError(f"the order {tuple(order)} does not have each of the words {words} once")
    places = (i for word in order for i in range(n) if src.word_of[i] == word)
    return (*places, *(i for i in range(n) if src.special[i]))


def _moved(net: Transformer, src: Axis, ids: tuple[int, ...], places: tuple[int, ...]) -> Moved:
    straight = _words(_levels(net, ids), src)
    there = _levels(net, tuple(ids[i] for i in places))
    back = np.empty_like(there)
    back[:, places] = there
    return compared(straight, _words(back, src))


def compared(a: Floats, b: Floats) -> Moved:
    """[level, word, d] each: cosine, and distance as a share of a's length."""
    lengths = np.linalg.norm(a, axis=-1), np.linalg.norm(b, axis=-1)
    cosine = (a * b).sum(-1) / np.maximum(lengths[0] * lengths[1], 1e-12)
    distance = np.linalg.norm(a - b, axis=-1) / np.maximum(lengths[0], 1e-12)
    return Moved(cosine.astype(np.float32), distance.astype(np.float32))


def _levels(net: Transformer, ids: tuple[int, ...]) -> Floats:
    """[level, token, d_model] on the way through the encoder."""
    found = net.encode(torch.tensor([ids]))
    levels = [found.embedded.total, *(layer.out for layer in found.layers[:-1]), found.memory]
    return np.asarray(torch.cat(levels).numpy(), np.float64)


def _words(states: Floats, src: Axis) -> Floats:
    """[level, token, d] -> [level, word, d]: the mean of a word's pieces; without special tokens."""
    members = np.equal.outer(content(src), np.array(src.word_of)).astype(float)
    return np.asarray((members / members.sum(1, keepdims=True)) @ states)


def _translated(model: Model, reader: EncodedBy, ids: tuple[int, ...], on_step: decode.OnStep) -> str:
    limits = [output_limit(len(ids), model.info.config.max_len)]
    bos, eos = model.tokenizer.bos, model.tokenizer.eos
    (found,) = decode.greedy(reader, torch.tensor([ids]), bos=bos, eos=eos, limits=limits, on_step=on_step)
    return model.tokenizer.decode(found.tokens)


def _array(values: Tensor) -> Floats:
    return np.asarray(values.detach().numpy(), np.float32)
