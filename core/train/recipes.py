"""What `--config NAME` means: languages, size, training, augmentation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from core.config import TEXT_ARCHITECTURES, Augmentation, TextConfig, TrainConfig


@dataclass(frozen=True)
class Recipe:
    name: str
    src: str
    tgt: str
    model: dict[str, Any] = field(default_factory=dict)  # what differs from the defaults of the architecture's config
    train: TrainConfig = field(default_factory=TrainConfig)
    augmentation: Augmentation = field(default_factory=Augmentation)
    keep_epochs: bool = True  # the weights of each epoch, beside the best
    architecture: str = "transformer"
    stories_alone: tuple[int, ...] = ()  # a BERT's epochs, the first is 1, that have pairs of sentences alone
    began_from: str = ""  # the model whose weights this one began with, if any

    def model_config(self, vocab_size: int) -> TextConfig:
        return TEXT_ARCHITECTURES[self.architecture](vocab_size=vocab_size, **self.model)

    def record(self, vocab_size: int) -> dict[str, Any]:
        """What config.json keeps."""
        return {
            "architecture": self.architecture,
            "src": self.src,
            "tgt": self.tgt,
            "model": self.model_config(vocab_size).as_dict(),
            "train": self.train.as_dict(),
            "augmentation": asdict(self.augmentation),
            **({"stories_alone": list(self.stories_alone)} if self.stories_alone else {}),
            **({"began_from": self.began_from} if self.began_from else {}),
        }


def _recurrent(name: str, **model: Any) -> Recipe:
    """Beside the Transformer after as many epochs: the same corpus, augmentation and batches."""
    return Recipe(name, "en", "fr", model, TrainConfig(epochs=8), architecture="seq2seq")


# Small translators, alike but for what tells them the order of the words (and one for where its norm stands).
_SMALL = {"d_model": 128, "n_heads": 4, "n_encoder_layers": 2, "n_decoder_layers": 2, "d_ff": 512, "max_len": 128}
_FOUR_EPOCHS = TrainConfig(epochs=4)
# English and Korean of the grammar (core/train/grammar.py) and Tatoeba: 4,000 pieces hold 890 syllables and keep stem
# and endings apart. One core does 3,200 tokens/s, an epoch of 214,000 pairs in 25 minutes; after the same 150 seconds
# the validation loss was 3.18, and 3.45 with d_model 256 and d_ff 1024. Small batches: here more updates count.
_KOREAN_SIZE = {"d_model": 192, "d_ff": 768}
_KOREAN = TrainConfig(epochs=4, batch_tokens=1500, vocab_size=4000)
_NO_NAMES = Augmentation(names=0)  # a Korean name asks for particles of its own: the grammar writes many
_LANGUAGE = TrainConfig(epochs=8, label_smoothing=0.0)
_TOY = TrainConfig(epochs=2, batch_tokens=200, lr=5e-3, warmup=20, max_tokens=64, vocab_size=400)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("transformer-en-fr", "en", "fr"),
        Recipe("transformer-fr-en", "fr", "en", augmentation=Augmentation(months=1.0)),
        Recipe("transformer-en-ko", "en", "ko", _KOREAN_SIZE, _KOREAN, _NO_NAMES),
        Recipe("transformer-ko-en", "ko", "en", _KOREAN_SIZE, _KOREAN, _NO_NAMES),
        Recipe("positions-sinusoidal-en-fr", "en", "fr", {**_SMALL, "positions": "sinusoidal"}, _FOUR_EPOCHS),
        Recipe("positions-learned-en-fr", "en", "fr", {**_SMALL, "positions": "learned"}, _FOUR_EPOCHS),
        Recipe("positions-none-en-fr", "en", "fr", {**_SMALL, "positions": "none"}, _FOUR_EPOCHS),
        Recipe("positions-prenorm-en-fr", "en", "fr", {**_SMALL, "norm": "pre"}, _FOUR_EPOCHS),
        # As their papers have them: only Bahdanau's encoder reads both ways. So attention is all that sets
        # luong-en-fr apart from rnn-en-fr.
        _recurrent("bahdanau-en-fr", bidirectional=True, attention="bahdanau"),
        _recurrent("rnn-en-fr", attention="none"),
        _recurrent("luong-en-fr", attention="general"),
        _recurrent("luong-local-en-fr", attention="local-p", window=5),
        # Language models of the English side: nothing but the cell differs. Perplexity counts, so nothing is smoothed.
        *(
            Recipe(f"{cell}-lm", "en", "en", {"cell": cell}, _LANGUAGE, architecture="rnn_lm")
            for cell in ("rnn", "lstm", "gru")
        ),
        Recipe("markov-en", "en", "en", {"order": 3}, _LANGUAGE, architecture="markov"),
        Recipe("window-en", "en", "en", {}, _LANGUAGE, architecture="window"),
        Recipe("gpt-en", "en", "en", {}, _LANGUAGE, architecture="gpt"),
        Recipe(
            "bert-en",
            "en",
            "en",
            train=TrainConfig(epochs=12, label_smoothing=0.0),
            architecture="bert",
            stories_alone=(8,),
        ),
        # Small enough for a test: a few seconds on any machine.
        Recipe(
            "toy",
            "en",
            "fr",
            {"d_model": 32, "n_heads": 4, "n_encoder_layers": 2, "n_decoder_layers": 2, "d_ff": 64, "max_len": 64},
            _TOY,
        ),
        *(
            Recipe(
                f"toy-{attention}",
                "en",
                "fr",
                {"d_model": 32, "hidden": 32, "max_len": 64, "attention": attention, "window": 2},
                _TOY,
                architecture="seq2seq",
            )
            for attention in ("none", "bahdanau", "general", "local-p")
        ),
        Recipe(
            "toy-lm",
            "en",
            "en",
            {"d_model": 32, "hidden": 32, "max_len": 64, "cell": "gru"},
            _TOY,
            architecture="rnn_lm",
        ),
        *(
            Recipe(
                f"toy-{architecture}",
                "en",
                "en",
                {"d_model": 32, "n_heads": 4, "n_layers": 2, "d_ff": 64, "max_len": 128},
                _TOY,
                architecture=architecture,
            )
            for architecture in ("gpt", "bert")
        ),
    )
}
