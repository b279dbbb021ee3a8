"""What the page Vision tries on a picture: patches erased, shuffled, the whole moved by a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.models import PictureModel, load_held_out
from core.trace import Floats
from core.tracing.pictures import pixels

NUDGES = tuple((down, right) for down in (-1, 0, 1) for right in (-1, 0, 1))


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Pictures the model did not learn from, with what it makes of them.

    images: [n, row, column], 0 to `full`; labels: [n], what people say; chances: [n, class], the model's.
    """

    images: Floats
    labels: npt.NDArray[np.int64]
    chances: Floats

    @property
    def read(self) -> npt.NDArray[np.int64]:
        return self.chances.argmax(-1)

    @property
    def accuracy(self) -> float:
        return float((self.read == self.labels).mean())

    def hardest(self, n: int) -> list[int]:
        """Those whose true class has the least chance, hardest first."""
        true = self.chances[np.arange(len(self.labels)), self.labels]
        return [int(i) for i in np.argsort(true, kind="stable")[:n]]

    def each(self, per_class: int) -> list[int]:
        """The first few of each class, in the order of the classes."""
        return [int(i) for c in np.unique(self.labels) for i in np.flatnonzero(self.labels == c)[:per_class]]


@dataclass(frozen=True, slots=True, eq=False)
class Shuffled:
    """The patches in another order, with and without positions. order[i]: which patch now stands at place i."""

    order: tuple[int, ...]
    picture: Floats  # [row, column]
    usual: Floats  # [class], in their places
    moved: Floats  # [class], shuffled
    without: Floats  # [class], in their places, but no positions added
    without_moved: Floats  # [class], shuffled, no positions added: the same


@torch.inference_mode()
def held_out(model: PictureModel) -> HeldOut:
    """The pictures that lie beside the model, all read at once."""
    images, labels = load_held_out(model)
    chances = model.net((images / model.info.config.full)[:, None]).logits.softmax(-1)
    return HeldOut(images.numpy(), labels.numpy(), chances.numpy())


@torch.inference_mode()
def chances(model: PictureModel, pictures: Floats) -> Floats:
    """[n, row, column] -> [n, class]."""
    batch = torch.cat([pixels(model.info.config, one) for one in pictures])
    return np.asarray(model.net(batch).logits.softmax(-1).numpy())


def erased(model: PictureModel, picture: Floats, wanted: int) -> Floats:
    """The chance of class `wanted` with one patch made blank at a time, [row, column] of the patches."""
    side, size = model.info.config.side, model.info.config.patch_size
    copies = np.repeat(picture[None], side * side, 0)
    for i, copy in enumerate(copies):
        row, column = i // side * size, i % side * size
        copy[row : row + size, column : column + size] = 0
    return chances(model, copies)[:, wanted].reshape(side, side)


def nudged(picture: Floats) -> Floats:
    """The picture moved by a pixel each way, [9, row, column] in the order of `NUDGES`; what leaves is lost."""
    n = len(picture)
    framed = np.pad(picture, 1)
    return np.stack([framed[1 - down : 1 - down + n, 1 - right : 1 - right + n] for down, right in NUDGES])


@torch.inference_mode()
def shuffled(model: PictureModel, picture: Floats, seed: int) -> Shuffled:
    """Another order of the same patches for each `seed`."""
    config = model.info.config
    order = np.random.default_rng(seed).permutation(config.n_patches)
    patches = model.net.cut(pixels(config, picture))
    moved = patches[:, torch.from_numpy(order)]

    def read(sequence: Tensor, positions: bool) -> Floats:
        embedded = model.net.embed(sequence, positions=positions)
        return np.asarray(model.net.read(embedded).output.logits[0].softmax(-1).numpy())

    return Shuffled(
        tuple(int(i) for i in order), rearranged(picture, order, config.patch_size), read(patches, True),
        read(moved, True), read(patches, False), read(moved, False),
    )  # fmt: skip


def rearranged(picture: Floats, order: npt.NDArray[np.int64], size: int) -> Floats:
    """The picture with patch `order[i]` at place i."""
    side = len(picture) // size
    cut = patches(picture, size)[order]
    return cut.reshape(side, side, size, size).swapaxes(1, 2).reshape(picture.shape)


def patches(picture: Floats, size: int) -> Floats:
    """[patch, row, column], from left to right, row after row."""
    side = len(picture) // size
    return picture.reshape(side, size, side, size).swapaxes(1, 2).reshape(-1, size, size)


@torch.inference_mode()
def alike(model: PictureModel) -> Floats:
    """The cosine between the position vectors of any two patches, [patch, patch] (figure 7 of the paper)."""
    vectors = model.net.positions.weight[1:]
    unit = vectors / vectors.norm(dim=-1, keepdim=True)
    return np.asarray((unit @ unit.T).clamp(-1, 1).numpy())
