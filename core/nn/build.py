"""From a config to the network it describes, with fresh weights."""

from __future__ import annotations

from core.config import BertConfig, GPTConfig, LanguageModelConfig, ModelConfig, Seq2SeqConfig
from core.nn import bert, gpt, seq2seq, transformer
from core.nn.bert import Bert
from core.nn.gpt import GPT
from core.nn.language_model import LanguageModel
from core.nn.seq2seq import Seq2Seq
from core.nn.transformer import Transformer

Output = transformer.Output | seq2seq.Output | gpt.Output | bert.Output
Net = Transformer | Seq2Seq  # translators: each is a `Stepper`, and `forward(src, tgt)` gives logits and maps
Traced = Net | GPT | Bert  # those that leave a Trace
AnyNet = Traced | LanguageModel


def build(config: ModelConfig) -> AnyNet:
    if isinstance(config, LanguageModelConfig):
        return LanguageModel(config)
    if isinstance(config, GPTConfig):
        return GPT(config)
    if isinstance(config, BertConfig):
        return Bert(config)
    return Seq2Seq(config) if isinstance(config, Seq2SeqConfig) else Transformer(config)
