"""What a model is, and how it was trained: plain, frozen, validated records."""

from core.config.recurrent import ATTENTIONS, CELLS, LanguageModelConfig, Seq2SeqConfig
from core.config.training import Augmentation, TrainConfig
from core.config.transformer import BertConfig, GPTConfig, LayerShape, TransformerConfig
from core.config.vision import ViTConfig
from core.config.windowed import MarkovConfig, WindowConfig

TextConfig = (
    TransformerConfig | Seq2SeqConfig | LanguageModelConfig | GPTConfig | BertConfig | MarkovConfig | WindowConfig
)
ModelConfig = TextConfig | ViTConfig
TEXT_ARCHITECTURES: dict[str, type[TextConfig]] = {
    "transformer": TransformerConfig,
    "seq2seq": Seq2SeqConfig,
    "rnn_lm": LanguageModelConfig,
    "gpt": GPTConfig,
    "bert": BertConfig,
    "markov": MarkovConfig,
    "window": WindowConfig,
}
ARCHITECTURES: dict[str, type[ModelConfig]] = {**TEXT_ARCHITECTURES, "vit": ViTConfig}
TRANSLATORS = ("transformer", "seq2seq")  # the architectures that read one language and write another
LANGUAGE_MODELS = ("markov", "window", "rnn_lm", "gpt")  # those that go on with a text

__all__ = [
    "ARCHITECTURES",
    "ATTENTIONS",
    "CELLS",
    "LANGUAGE_MODELS",
    "TEXT_ARCHITECTURES",
    "TRANSLATORS",
    "Augmentation",
    "BertConfig",
    "GPTConfig",
    "LanguageModelConfig",
    "LayerShape",
    "MarkovConfig",
    "ModelConfig",
    "Seq2SeqConfig",
    "TextConfig",
    "TrainConfig",
    "TransformerConfig",
    "ViTConfig",
    "WindowConfig",
]
