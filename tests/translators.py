"""A shelf with a random translator for each pair of languages: quick to make and never right."""

from __future__ import annotations

from pathlib import Path

from core.config import TransformerConfig
from core.models import save_model
from core.nn.transformer import Transformer
from core.text import words
from core.text.corpus import Pair
from core.text.tokenizer import train_tokenizer
from core.train.grammar import write

PAIRS = (("en", "fr"), ("en", "ko"), ("fr", "en"), ("ko", "en"))
MET = ("i", "like", "your", "나는", "집에")


def fill(root: Path, french: list[Pair]) -> None:
    """The models are `pairs-en-fr` and so on; words that none of them met are all but `MET`."""
    korean = [(one.english, one.korean) for one in write(3, 200)]
    tokenizer = train_tokenizer((side for pair in french + korean for side in pair), 1200)
    config = TransformerConfig(len(tokenizer), d_model=32, n_heads=4, n_encoder_layers=2, n_decoder_layers=2, d_ff=48)
    for src, tgt in PAIRS:
        record = {"architecture": "transformer", "src": src, "tgt": tgt, "model": config.as_dict()}
        save_model(root / f"pairs-{src}-{tgt}", Transformer(config), tokenizer, record)
        words.save(root / f"pairs-{src}-{tgt}", MET)
