"""From a folder to a model in memory: weights in single precision, attention by the plain formula.

Never code of the folder's (`trust_remote_code=False`), never a pickle, never a request (`local_files_only`).
"""

from __future__ import annotations

import os
import re
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from core.errors import ModelError
from core.hub.calling import probe
from core.hub.request import hold_back

Family = Literal["encoder", "decoder", "encoder_decoder", "vision"]
_DECODER_HEADS = ("ForCausalLM", "LMHeadModel", "DoubleHeadsModel")
# What may be missing from the file: read by nobody here.
_UNUSED = ("pooler.",)
# What configs call the number of heads; those of Mamba, RWKV, FNet and ResNet have none of them.
_HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads")
_LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
_LOUDNESS = threading.RLock()
MAX_LAYERS = 256  # a config may claim anything; building even an empty model of it takes time


@dataclass(frozen=True)
class HubModel:
    """A loaded model. `tokenizer` is transformers' own, or None for pictures."""

    name: str
    family: Family
    net: Any
    tokenizer: Any
    folder: Path

    @property
    def config(self) -> Any:
        return self.net.config


def read_config(folder: Path, name: str) -> Any:
    """The architecture's config, or `ModelError`: not a config, or one that needs code of its own."""
    from transformers import AutoConfig

    hold_back()
    try:
        config = AutoConfig.from_pretrained(folder, **_LOCAL)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if "trust_remote_code" in str(error):
            raise ModelError("hub_code", name=name) from error
        raise ModelError("hub_config", name=name) from error
    if not 0 < _layers(config) <= MAX_LAYERS:
        raise ModelError("hub_config", name=name)
    if not _has_heads(config.to_dict()):
        raise ModelError("hub_no_attention", name=name)
    return config


def family(config: Any) -> Family:
    """What kind of model a config describes, by what it was saved as, else by what transformers can make of it."""
    from transformers.models.auto import modeling_auto as auto

    kind, saved_as = config.model_type, tuple(getattr(config, "architectures", None) or ())
    if getattr(config, "is_encoder_decoder", False):
        return "encoder_decoder"
    if kind in auto.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES:
        return "vision"
    if any(name.endswith(_DECODER_HEADS) for name in saved_as) or getattr(config, "is_decoder", False):
        return "decoder"
    causal = kind in auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    return "decoder" if causal and kind not in auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES else "encoder"


def bytes_needed(config: Any, name: str) -> int:
    """Memory of the weights in single precision, from the config alone: an empty model is built and counted."""
    try:
        with torch.device("meta"), _quiet():
            net = _class(config).from_config(config, trust_remote_code=False)
    except Exception as error:  # sizes that do not fit together, or a model that hears or paints
        if "for this kind of AutoModel" in str(error):
            raise ModelError("hub_family", name=name) from error
        raise ModelError("hub_config", name=name) from error
    return 4 * sum(parameter.numel() for parameter in net.parameters())


def memory() -> int | None:
    """How much memory this machine has, in bytes; None where the system does not say (Windows)."""
    if not hasattr(os, "sysconf"):
        return None
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def fits_memory(name: str, needed: int) -> None:
    """Is there memory for this many bytes of weights, and as much beside them as a run takes? `ModelError` if not."""
    there = memory()
    if there and needed > 0.6 * there:
        raise ModelError("hub_memory", name=name, needed=f"{needed / 1e9:.1f}", there=f"{there / 1e9:.1f}")


def load(folder: Path, name: str) -> HubModel:
    """The model in memory, ready to be asked; `ModelError` says what is wrong with the folder."""
    config = read_config(folder, name)
    fits_memory(name, bytes_needed(config, name))
    kind = family(config)
    model = HubModel(name, kind, _net(folder, name, config), _tokenizer(folder, name, kind), folder)
    probe(model)
    return model


def _net(folder: Path, name: str, config: Any) -> Any:
    try:
        with _quiet():
            net, found = _class(config).from_pretrained(
                folder,
                attn_implementation="eager",  # the others give no weights
                dtype=torch.float32,
                use_safetensors=True,
                output_loading_info=True,
                **_LOCAL,
            )
    except Exception as error:  # whatever a foreign file makes transformers and safetensors raise
        raise ModelError("hub_damaged", name=name) from error
    lacking = [key for key in found["missing_keys"] if not any(part in key for part in _UNUSED)]
    if lacking or found["mismatched_keys"] or found.get("error_msgs"):
        # transformers fills the gaps with random numbers: what it showed then would mean nothing.
        raise ModelError("hub_incomplete", name=name, tensor=sorted(map(str, lacking or found["mismatched_keys"]))[0])
    if not all(parameter.isfinite().all() for parameter in net.parameters()):
        raise ModelError("hub_damaged", name=name)
    return net.eval()


def _tokenizer(folder: Path, name: str, kind: Family) -> Any:
    if kind == "vision":
        return None
    from transformers import AutoTokenizer

    try:
        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, **_LOCAL)
        if tokenizer("a").input_ids is None or len(tokenizer) == 0:
            raise ValueError("an empty vocabulary")
        # Without its files transformers makes one that knows no word, and says nothing.
        wanted = tuple(tokenizer.vocab_files_names.values())
        if wanted and not any((folder / file).is_file() for file in (*wanted, "tokenizer.json")):
            raise ValueError("no vocabulary")
    except ImportError as error:
        raise ModelError("hub_tokenizer_library", name=name, library=error.name or _library(error)) from error
    except Exception as error:  # missing files, foreign files
        raise ModelError("hub_tokenizer", name=name) from error
    return tokenizer


def _library(error: ImportError) -> str:
    """The name of what is not installed, as transformers spells it."""
    found = re.search(r"requires the (\S+) library", str(error))
    return found[1].lower() if found else "?"


def _class(config: Any) -> Any:
    """The class that makes what the config describes; a picture model that was saved without classes has none here."""
    from transformers import AutoModel, AutoModelForCausalLM, AutoModelForImageClassification, AutoModelForSeq2SeqLM

    kind, saved_as = family(config), tuple(getattr(config, "architectures", None) or ())
    if kind == "vision" and saved_as and not any("ForImageClassification" in name for name in saved_as):
        return AutoModel
    return {
        "encoder": AutoModel,
        "decoder": AutoModelForCausalLM,
        "encoder_decoder": AutoModelForSeq2SeqLM,
        "vision": AutoModelForImageClassification,
    }[kind]


def _layers(config: Any) -> int:
    return max(
        (
            value
            for key in ("num_hidden_layers", "num_layers", "n_layer", "encoder_layers", "decoder_layers")
            if isinstance(value := getattr(config, key, None), int)
        ),
        default=1,
    )


def _has_heads(told: dict[str, Any]) -> bool:
    """Does a config, or one within it, count attention heads?"""
    inner = [value for value in told.values() if isinstance(value, dict)]
    return any(key in told for key in _HEADS) or any(map(_has_heads, inner))


class _quiet:  # noqa: N801 - reads as a word in `with`
    """transformers reports to the terminal; here its findings become sentences.

    How loud it is holds for all threads: one at a time, or what one puts back is the silence of another.
    """

    def __enter__(self) -> None:
        from transformers.utils import logging

        _LOUDNESS.acquire()
        self.before = logging.get_verbosity()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        self.caught = warnings.catch_warnings()
        self.caught.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *error: object) -> None:
        from transformers.utils import logging

        self.caught.__exit__(*error)  # type: ignore[arg-type]
        logging.set_verbosity(self.before)
        _LOUDNESS.release()
