"""A shelf with a random BERT: quick to make, and it knows nothing."""

from __future__ import annotations

from pathlib import Path

import torch

from core.config import BertConfig
from core.models import save_model
from core.nn.bert import Bert
from core.text.tokenizer import Tokenizer


def put(root: Path, name: str, tokenizer: Tokenizer, *, seed: int = 0, std: float = 0.3, d_model: int = 32) -> None:
    """Two layers; its biases and norms are random too."""
    own = tokenizer.with_mask()
    config = BertConfig(len(own), d_model=d_model, n_heads=2, n_layers=2, d_ff=2 * d_model, max_len=48)
    torch.manual_seed(seed)
    net = Bert(config)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=std)
    save_model(root / name, net, own, {"architecture": "bert", "src": "en", "tgt": "en", "model": config.as_dict()})
