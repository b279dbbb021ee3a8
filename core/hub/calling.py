"""A foreign model is asked: whatever its class makes of that, a person gets the weights or a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from core.errors import ModelError
from core.hub.nets import Causal, EncoderDecoder, weights

if TYPE_CHECKING:
    from core.hub.loading import HubModel

_THREE = ("encoder_attentions", "decoder_attentions", "cross_attentions")


def called(model: HubModel, **inputs: Any) -> Any:
    """transformers' output with the weights of all heads; `ModelError` if its class wants something else."""
    try:
        return model.net(**inputs, output_attentions=True)
    except Exception as error:  # any class of the library may be asked, and each fails in its own way
        if "output_attentions" in str(error):
            raise ModelError("hub_attentions", name=model.name) from error
        raise ModelError("hub_run", name=model.name) from error


@torch.inference_mode()
def probe(model: HubModel) -> None:
    """Ask for a few tokens in each way that a run will; `ModelError` if that cannot be. It costs a short pass."""
    if model.family == "vision":  # it is asked with a picture, all at once
        return
    read = model.tokenizer("a", return_tensors="pt")
    ids, both = read["input_ids"], model.family == "encoder_decoder"
    if model.family == "encoder":
        output = called(model, **read)
    else:
        output = called(model, input_ids=ids, use_cache=False, **({"decoder_input_ids": ids[:, :1]} if both else {}))
    for name in _THREE if both else ("attentions",):
        _has_all_layers(model, getattr(output, name, None))
    if model.family != "encoder":
        _steps(EncoderDecoder(model.net) if both else Causal(model.net), ids, model.name)


def _has_all_layers(model: HubModel, attentions: Any) -> None:
    """Where other layers stand between those with attention, a layer's number would be that of another."""
    found, wanted = weights(attentions), getattr(model.config, "num_hidden_layers", None)
    short = found is not None and model.family != "encoder_decoder" and isinstance(wanted, int) and len(found) < wanted
    if found is None or short:
        raise ModelError("hub_attentions", name=model.name)


def _steps(net: Causal | EncoderDecoder, ids: torch.Tensor, name: str) -> None:
    """Can it be asked for one token after another, with its keys and values kept?"""
    try:
        state: Any = net.start(ids)
        for _ in range(2):
            _, state = net.step(state, ids[:, 0])
    except Exception as error:  # as above
        raise ModelError("hub_steps", name=name) from error
