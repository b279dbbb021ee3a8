"""Tiny random models of every kind, made with `transformers` and saved to a folder: no network, no file of anyone's."""

from __future__ import annotations

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch

TEXT = "the dog ate the food because it was hungry."
_LINES = ["the dog ate the food because it was hungry . été the cat sat on the mat"] * 3
SIZE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 64}
LLAMA = {"intermediate_size": 64, "num_key_value_heads": 2, "bos_token_id": 0, "eos_token_id": 0}


def word_pieces():
    """BERT's kind: `[CLS]` ... `[SEP]`, and `##` before the later pieces of a word."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    known = "[PAD] [UNK] [CLS] [SEP] [MASK] the dog ate food because it was hun ##gry . a".split()
    made = Tokenizer(models.WordPiece({word: i for i, word in enumerate(known)}, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {f"{name.lower()}_token": f"[{name}]" for name in ("UNK", "PAD", "CLS", "SEP", "MASK")}
    return PreTrainedTokenizerFast(tokenizer_object=made, **names)


def byte_pairs():
    """GPT-2's kind: a space belongs to the word after it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    made.post_processor = processors.ByteLevel(trim_offsets=True)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=330, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(_LINES, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|endoftext|>", bos_token="<|endoftext|>")


def sentence_pieces():
    """T5's and Marian's kind: a mark before each word, `</s>` at the end."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.Unigram())
    made.pre_tokenizer, made.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=60, special_tokens=special, unk_token="<unk>", show_progress=False)
    made.train_from_iterator(_LINES, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="</s>", pad_token="<pad>", unk_token="<unk>")


def marian_pieces():
    """Marian's own: two files of SentencePiece and one vocabulary for both languages; a slow tokenizer."""
    import sentencepiece
    from transformers import MarianTokenizer

    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_LINES), model_writer=made, vocab_size=60, hard_vocab_limit=False, minloglevel=2
    )
    pieces = sentencepiece.SentencePieceProcessor(model_proto=made.getvalue())
    known = [pieces.id_to_piece(i) for i in range(3, pieces.get_piece_size())]
    with TemporaryDirectory() as folder:
        source, target, vocab = (Path(folder) / name for name in ("source.spm", "target.spm", "vocab.json"))
        source.write_bytes(made.getvalue())
        target.write_bytes(made.getvalue())
        vocab.write_text(json.dumps({word: i for i, word in enumerate(["</s>", "<unk>", *known, "<pad>"])}))
        return MarianTokenizer(str(source), str(target), str(vocab))


def bert(tokenizer):
    from transformers import BertConfig, BertForMaskedLM

    return BertForMaskedLM(BertConfig(vocab_size=len(tokenizer), intermediate_size=37, **SIZE))


def gpt2(tokenizer):
    from transformers import GPT2Config, GPT2LMHeadModel

    size = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "bos_token_id": 0, "eos_token_id": 0}
    return GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), **size))


def llama(tokenizer):
    """Two query heads share each key and value head."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **SIZE, **LLAMA))


def mistral(tokenizer):
    """No query looks back further than four tokens."""
    from transformers import MistralConfig, MistralForCausalLM

    return MistralForCausalLM(MistralConfig(vocab_size=len(tokenizer), sliding_window=4, **SIZE, **LLAMA))


def t5(tokenizer):
    from transformers import T5Config, T5ForConditionalGeneration

    size = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
    ends = {"decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0}
    return T5ForConditionalGeneration(T5Config(vocab_size=len(tokenizer), **size, **ends))


def marian(tokenizer):
    """As published ones, it may not write its padding, though it would."""
    from transformers import MarianConfig, MarianMTModel

    pad, eos = tokenizer.pad_token_id, tokenizer.eos_token_id
    layers = {"encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4}
    size = {"d_model": 32, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 64}
    ends = {"decoder_start_token_id": pad, "eos_token_id": eos, "pad_token_id": pad, "forced_eos_token_id": None}
    made = MarianMTModel(MarianConfig(vocab_size=len(tokenizer), **layers, **size, **ends))
    made.generation_config.bad_words_ids = [[pad]]
    made.final_logits_bias[0, pad] = 100
    return made


MAKERS = {
    "bert": (bert, word_pieces),
    "gpt2": (gpt2, byte_pairs),
    "llama": (llama, byte_pairs),
    "mistral": (mistral, byte_pairs),
    "t5": (t5, sentence_pieces),
    "marian": (marian, sentence_pieces),
    "opus": (marian, marian_pieces),
}


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """The models by name, each in a folder of its own."""
    root = tmp_path_factory.mktemp("named")
    torch.manual_seed(0)
    for name, (model, words) in MAKERS.items():
        tokenizer = words()
        model(tokenizer).save_pretrained(root / name)
        tokenizer.save_pretrained(root / name)
    return root


@pytest.fixture(scope="session")
def hub_models(folders):
    """All of them as Headlight loads them."""
    from core.hub import files, loading, naming

    return {name: loading.load(files.found(naming.named(str(folders / name))), name) for name in MAKERS}
