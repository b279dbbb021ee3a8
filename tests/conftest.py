"""What several tests share: a corpus of their own, its tokenizer, and a tiny random model on disk.

Nothing here needs the shipped model, a GPU or the network.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from core.config import TransformerConfig
from core.models import Model, load_model, save_model
from core.nn.transformer import Transformer
from core.text.corpus import Pair, read_pairs
from core.text.tokenizer import Tokenizer, train_tokenizer

torch.set_num_threads(1)
TINY = Path(__file__).parent / "data" / "tiny.tsv"


@pytest.fixture(autouse=True)
def _seeds() -> None:
    torch.manual_seed(0)
    random.seed(0)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Sixty short English-French pairs, some of them translations of the same sentence."""
    return TINY


@pytest.fixture(scope="session")
def pairs(corpus: Path) -> list[Pair]:
    return read_pairs(corpus)


@pytest.fixture(scope="session")
def tokenizer(pairs: list[Pair]) -> Tokenizer:
    return train_tokenizer((side for pair in pairs for side in pair), 500)


@pytest.fixture
def models(tmp_path: Path, tokenizer: Tokenizer) -> Path:
    """A folder of models with one in it, `tiny`: random, hence quick to make and never right."""
    torch.manual_seed(0)
    root = tmp_path / "models"
    config = TransformerConfig(
        len(tokenizer), d_model=32, n_heads=4, n_encoder_layers=2, n_decoder_layers=2, d_ff=64, max_len=48
    )
    record = {"architecture": "transformer", "src": "en", "tgt": "fr", "model": config.as_dict()}
    save_model(root / "tiny", Transformer(config), tokenizer, record)
    return root


@pytest.fixture
def model(models: Path) -> Model:
    return load_model("tiny", models)
