"""From a config to the network it describes, with fresh weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.config import (
    BertConfig,
    GPTConfig,
    LanguageModelConfig,
    MarkovConfig,
    ModelConfig,
    Seq2SeqConfig,
    TransformerConfig,
    ViTConfig,
    WindowConfig,
)
from core.nn import bert, gpt, seq2seq, transformer
from core.nn.bert import Bert
from core.nn.gpt import GPT
from core.nn.language_model import LanguageModel
from core.nn.markov import Markov
from core.nn.seq2seq import Seq2Seq
from core.nn.transformer import Transformer
from core.nn.vit import VisionTransformer
from core.nn.windowed import WindowModel

Output = transformer.Output | seq2seq.Output | gpt.Output | bert.Output
Net = Transformer | Seq2Seq  # translators: each is a `Stepper`, and `forward(src, tgt)` gives logits and maps
Traced = Net | GPT | Bert  # those that leave a Trace
NextWord = LanguageModel | GPT | Markov | WindowModel  # `forward(tokens)` gives the logits of each one's successor
AnyNet = Traced | NextWord | VisionTransformer

_NETS: dict[type[ModelConfig], Callable[[Any], AnyNet]] = {
    TransformerConfig: Transformer,
    Seq2SeqConfig: Seq2Seq,
    LanguageModelConfig: LanguageModel,
    GPTConfig: GPT,
    BertConfig: Bert,
    MarkovConfig: Markov,
    WindowConfig: WindowModel,
    ViTConfig: VisionTransformer,
}


def build(config: ModelConfig) -> AnyNet:
    return _NETS[type(config)](config)
