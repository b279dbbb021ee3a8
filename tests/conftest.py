"""What several tests share: a corpus of their own, its tokenizer, and a tiny random model on disk.

Nothing here needs the shipped model, a GPU or the network.
"""

from __future__ import annotations

import base64
import functools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas  # noqa: F401 - whole, before Plotly asks it for its types while the app is importing it
import plotly.graph_objects as go
import pytest
import torch

from core.config import TransformerConfig
from core.figures import theme
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


@pytest.fixture(autouse=True, scope="session")
def _packages_scanned_once() -> Iterator[None]:
    """Every AppTest reads what each installed package says of itself, in search of components: 0.3 s for one answer."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(autouse=True)
def _no_head_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser is drawing here."""
    from core.ui import waiting

    monkeypatch.setattr(waiting, "HEAD_START", 0.0)


def as_sent(fig: go.Figure) -> Any:
    """What the browser gets, its base64 as lists of numbers."""

    def numbers(part: Any) -> Any:
        if isinstance(part, list):
            return [numbers(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "bdata" not in part:
            return {key: numbers(one) for key, one in part.items()}
        array = np.frombuffer(base64.b64decode(part["bdata"]), part["dtype"])
        shape = tuple(int(n) for n in part["shape"].split(",")) if "shape" in part else array.shape
        return np.where(np.isnan(array), None, array).reshape(shape).tolist()

    return numbers(json.loads(fig.to_json()))


@pytest.fixture(autouse=True)
def _valid_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are written without Plotly. Here each is built by it, with its validation, and must come out the same."""

    def checked(written: dict[str, Any]) -> go.Figure:
        built = go.Figure(written, _validate=False)
        ours, theirs, valid = (as_sent(fig) for fig in (plain(written), built, go.Figure(built.to_dict())))
        assert ours == theirs, "Plotly would write this figure otherwise"
        assert ours == valid, "Plotly's validation would change this figure"
        return built

    plain = theme.Plain
    monkeypatch.setattr(theme, "Plain", checked)


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
