"""A picture as a sequence of patches, read by an encoder (Dosovitskiy et al. 2021, "An image is worth 16x16 words")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.config import ViTConfig
from core.nn.layers import EncoderLayer, EncoderLayerDetails


class Embedded(NamedTuple):
    """The sequence that the encoder reads: z_0 of equation 1."""

    patch: Tensor  # [b, patches, d_model]: E times the pixels of each patch
    total: Tensor  # [b, 1 + patches, d_model]: the class token before them, a position added to each


class Output(NamedTuple):
    logits: Tensor  # [b, classes]
    encoder_self: Tensor  # [b, layer, head, 1 + patches, 1 + patches]; place 0 is the class token

    @property
    def maps(self) -> dict[str, Tensor]:
        return {"encoder_self": self.encoder_self}

    @property
    def normalised(self) -> bool:
        """Does every row sum to 1?"""
        return True


class Details(NamedTuple):
    output: Output
    layers: tuple[EncoderLayerDetails, ...]


class VisionTransformer(nn.Module):
    """Pixels in; a class and every weight out."""

    layers: Sequence[EncoderLayer]

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        self.config = config
        d = config.d_model
        self.patch = nn.Linear(config.channels * config.patch_size**2, d)  # a convolution whose stride is its kernel
        self.cls = nn.Parameter(torch.zeros(d))
        self.positions = nn.Embedding(1 + config.n_patches, d)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.n_layers))  # type: ignore[assignment]
        self.norm = nn.LayerNorm(d)
        self.output = nn.Linear(d, config.classes)
        self.apply(initialise)
        nn.init.normal_(self.cls, std=0.02)

    def forward(self, pixels: Float[Tensor, "b channel row column"]) -> Output:
        return self.details(pixels).output

    def details(self, pixels: Float[Tensor, "b channel row column"]) -> Details:
        """The one computation; `forward` returns a field of it."""
        return self.read(self.embed(self.cut(pixels)))

    def cut(self, pixels: Float[Tensor, "b channel row column"]) -> Float[Tensor, "b patch pixel"]:
        """The patches from left to right, row after row; in each its colours, rows and columns in this order."""
        c = self.config
        if pixels.shape[1:] != (c.channels, c.image_size, c.image_size):
            raise ValueError(f"a picture of {tuple(pixels.shape[1:])}, not {(c.channels, c.image_size, c.image_size)}")
        p = c.patch_size
        parts = pixels.unflatten(3, (c.side, p)).unflatten(2, (c.side, p))  # [b, channel, R, row, C, column]
        return parts.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)

    def embed(self, patches: Float[Tensor, "b patch pixel"], *, positions: bool = True) -> Embedded:
        """Patches as vectors, the class token before them; without `positions` nothing says where a patch was."""
        patch = self.patch(patches)
        total = torch.cat([self.cls.expand(len(patch), 1, -1), patch], dim=1)
        if positions:
            total = total + self.positions.weight
        return Embedded(patch, self.dropout(total))

    def read(self, embedded: Embedded) -> Details:
        """The encoder, and the class from the class token's last vector (equations 2 to 4)."""
        x, layers = embedded.total, []
        for layer in self.layers:
            layers.append(layer(x, None))
            x = layers[-1].out
        maps = torch.stack([layer.attention.weights for layer in layers], dim=1)
        return Details(Output(self.output(self.norm(x[:, 0])), maps), tuple(layers))


def initialise(module: nn.Module) -> None:
    """As the paper's own program begins: Xavier's uniform, biases 0, positions normal with a deviation of 0.02."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
