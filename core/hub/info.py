"""What the pages ask of a named model before it is loaded: the same record as for one on the shelf."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.hub.loading import Family, family, read_config
from core.shelf import ModelInfo

KINDS: dict[Family, tuple[str, ...]] = {
    "encoder": ("encoder_self",),
    "decoder": ("decoder_self",),
    "encoder_decoder": ("encoder_self", "decoder_self", "cross"),
    "vision": ("encoder_self",),
}
EXAMPLES = "en"  # the language of the example sentences; which ones the model reads, no config tells


@dataclass(frozen=True)
class NamedConfig:
    """As far as a foreign config.json says it.

    kinds: which attention maps a run leaves. eos: -1 where no token ends an output. d_model: 0 where it has no name.
    """

    family: Family
    kinds: tuple[str, ...]
    vocab_size: int
    eos: int
    max_len: int
    d_model: int


def read_info(name: str, folder: Path) -> ModelInfo[Any]:
    """`name` is what the pages call it; its architecture is `hub_` and its family. Raises `ModelError`."""
    config = read_config(folder, name)
    kind = family(config)
    found = NamedConfig(
        kind, KINDS[kind], _number(config, 0, "vocab_size"), _number(config, -1, "eos_token_id"),
        _number(config, 4096, "max_position_embeddings", "n_positions"), _number(config, 0, "hidden_size", "d_model"),
    )  # fmt: skip
    return ModelInfo(name, f"hub_{kind}", EXAMPLES, "", found, folder)


def _number(config: Any, otherwise: int, *names: str) -> int:
    return next((value for name in names if isinstance(value := getattr(config, name, None), int)), otherwise)
