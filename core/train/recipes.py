"""What `--config NAME` means: languages, size, training, augmentation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from core.config import Augmentation, TrainConfig, TransformerConfig


@dataclass(frozen=True)
class Recipe:
    name: str
    src: str
    tgt: str
    model: dict[str, Any] = field(default_factory=dict)  # what differs from TransformerConfig's defaults
    train: TrainConfig = field(default_factory=TrainConfig)
    augmentation: Augmentation = field(default_factory=Augmentation)
    keep_epochs: bool = True  # the weights of each epoch, beside the best

    def model_config(self, vocab_size: int) -> TransformerConfig:
        return TransformerConfig(vocab_size=vocab_size, **self.model)

    def record(self, vocab_size: int) -> dict[str, Any]:
        """What config.json keeps."""
        return {
            "architecture": "transformer",
            "src": self.src,
            "tgt": self.tgt,
            "model": self.model_config(vocab_size).as_dict(),
            "train": self.train.as_dict(),
            "augmentation": asdict(self.augmentation),
        }


# Small translators, alike but for what tells them the order of the words (and one for where its norm stands).
_SMALL = {"d_model": 128, "n_heads": 4, "n_encoder_layers": 2, "n_decoder_layers": 2, "d_ff": 512, "max_len": 128}
_FOUR_EPOCHS = TrainConfig(epochs=4)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("transformer-en-fr", "en", "fr"),
        Recipe("positions-sinusoidal-en-fr", "en", "fr", {**_SMALL, "positions": "sinusoidal"}, _FOUR_EPOCHS),
        Recipe("positions-learned-en-fr", "en", "fr", {**_SMALL, "positions": "learned"}, _FOUR_EPOCHS),
        Recipe("positions-none-en-fr", "en", "fr", {**_SMALL, "positions": "none"}, _FOUR_EPOCHS),
        Recipe("positions-prenorm-en-fr", "en", "fr", {**_SMALL, "norm": "pre"}, _FOUR_EPOCHS),
        # Small enough for a test: a few seconds on any machine.
        Recipe(
            "toy",
            "en",
            "fr",
            {"d_model": 32, "n_heads": 4, "n_encoder_layers": 2, "n_decoder_layers": 2, "d_ff": 64, "max_len": 64},
            TrainConfig(epochs=2, batch_tokens=200, lr=5e-3, warmup=20, max_tokens=64, vocab_size=400),
        ),
    )
}
