"""Our models as folders that transformers loads: the other way round. GPT and BERT: export_stacks.py.

The translator becomes a `MarianMTModel`: the same architecture, post-norm, scaled and shared embeddings, sinusoidal
positions. One thing differs: Marian's table has all sines first and then all cosines, ours alternates as in the paper.
Since no layer cares in which order the features of the residual stream stand, they are put in Marian's order in every
weight, and its own table fits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.errors import ModelError
from core.hub.export_stacks import as_bert, as_gpt2
from core.models import Model
from core.nn.transformer import Transformer
from core.text.tokenizer import BOS, EOS, MASK, PAD

_ATTENTION = {"w_q": "q_proj", "w_k": "k_proj", "w_v": "v_proj", "w_o": "out_proj"}
_SHARED = {
    "feed_forward.w_1": "fc1",
    "feed_forward.w_2": "fc2",
    "attention_norm.norm": "self_attn_layer_norm",
    "feed_forward_norm.norm": "final_layer_norm",
    **{f"attention.{ours}": f"self_attn.{theirs}" for ours, theirs in _ATTENTION.items()},
}
_DECODER = {
    "cross_norm.norm": "encoder_attn_layer_norm",
    **{f"cross.{ours}": f"encoder_attn.{theirs}" for ours, theirs in _ATTENTION.items()},
}
# Linear maps by which side of theirs the residual stream is on; a norm stands in it.
_READS, _WRITES = ("w_q", "w_k", "w_v", "w_1"), ("w_o", "w_2", "norm")


def export(model: Model[Any], folder: Path) -> str:
    """Write config, safetensors and a fast tokenizer, and name the class of transformers that loads them.

    `ModelError` says why none fits.

    Raises `ValueError` for a folder that holds something already.
    """
    fits(model)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} is not empty: nothing is written over")
    made = _MAKERS[model.info.architecture](model.net)
    made.save_pretrained(folder)
    _tokenizer(model).save_pretrained(folder)
    return type(made).__name__


def fits(model: Model[Any]) -> None:
    """Is there a class of transformers with this architecture? `ModelError` if not."""
    name = model.info.name
    if model.info.architecture not in _MAKERS:
        raise ModelError("export_recurrent", name=name)
    if model.info.architecture != "transformer":
        return
    config = model.info.config
    if config.positions == "learned":
        raise ModelError("export_positions_learned", name=name)
    if config.positions == "none":
        raise ModelError("export_positions_none", name=name)
    if config.norm != "post" or not config.tied:
        raise ModelError("export_norm", name=name)


def as_marian(net: Transformer) -> Any:
    """The same function of tokens as transformers' own module, in evaluation mode."""
    from transformers import GenerationConfig, MarianConfig, MarianMTModel

    c = net.config
    ends = {"pad_token_id": c.pad, "bos_token_id": c.bos, "eos_token_id": c.eos, "decoder_start_token_id": c.bos}
    config = MarianConfig(
        vocab_size=c.vocab_size, d_model=c.d_model, max_position_embeddings=c.max_len,
        encoder_layers=c.n_encoder_layers, decoder_layers=c.n_decoder_layers,
        encoder_attention_heads=c.n_heads, decoder_attention_heads=c.n_heads,
        encoder_ffn_dim=c.d_ff, decoder_ffn_dim=c.d_ff, dropout=c.dropout,
        activation_function="relu", scale_embedding=True, forced_eos_token_id=None, **ends,
    )  # fmt: skip
    theirs = MarianMTModel(config)
    theirs.generation_config = GenerationConfig(max_length=c.max_len, **ends)
    found = theirs.load_state_dict(_renamed(net), strict=False)
    lacking = [name for name in found.missing_keys if not name.endswith(("embed_positions.weight", "logits_bias"))]
    if lacking or found.unexpected_keys:
        raise ValueError(f"Marian wants {lacking} and does not know {found.unexpected_keys}")
    return theirs.eval()


def _renamed(net: Transformer) -> dict[str, Tensor]:
    """Our tensors under Marian's names, features in its order."""
    d = net.config.d_model
    order = torch.cat((torch.arange(0, d, 2), torch.arange(1, d, 2)))  # sines, then cosines
    shared = net.src_embedding.weight.detach()[:, order]
    places = ("model.shared", "model.encoder.embed_tokens", "model.decoder.embed_tokens", "lm_head")
    tensors = {f"{place}.weight": shared for place in places}
    for side, layers, names in (("encoder", net.encoder, _SHARED), ("decoder", net.decoder, _SHARED | _DECODER)):
        for i, layer in enumerate(layers):
            for ours, theirs in names.items():
                for kind, tensor in layer.get_submodule(ours).state_dict().items():
                    tensors[f"model.{side}.layers.{i}.{theirs}.{kind}"] = _ordered(ours, kind, tensor, order)
    return tensors


def _ordered(name: str, kind: str, tensor: Tensor, order: Tensor) -> Tensor:
    last = name.rsplit(".", 1)[-1]
    if last in _READS:
        return tensor[:, order] if kind == "weight" else tensor  # its bias is on the other side
    if last in _WRITES:
        return tensor[order]
    raise ValueError(f"{name} is neither read from the residual stream nor written to it")


_MAKERS: dict[str, Callable[[Any], Any]] = {"transformer": as_marian, "gpt": as_gpt2, "bert": as_bert}
# How a text becomes tokens: what a translator reads ends, what a decoder goes on with begins, an encoder's does both.
_TEMPLATES = {
    "transformer": (f"$A {EOS}", f"$A {EOS} $B {EOS}"),
    "gpt": (f"{BOS} $A", f"{BOS} $A $B"),
    "bert": (f"{BOS} $A {EOS}", f"{BOS} $A {EOS} $B:1 {EOS}:1"),
}


def _tokenizer(model: Model[Any]) -> Any:
    """The same pieces, with the special tokens round them; `</s>` typed by a person stays four characters."""
    from tokenizers import Tokenizer, processors
    from transformers import PreTrainedTokenizerFast

    from core.models import TOKENIZER

    backend, own = Tokenizer.from_file(str(model.info.folder / TOKENIZER)), model.tokenizer
    single, pair = _TEMPLATES[model.info.architecture]
    backend.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(BOS, own.bos), (EOS, own.eos)]
    )
    bert = model.info.architecture == "bert"
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token=PAD, bos_token=BOS, eos_token=EOS, split_special_tokens=True,
        model_max_length=model.info.config.max_len, clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", *["token_type_ids"] * bert, "attention_mask"],
        **({"mask_token": MASK, "cls_token": BOS, "sep_token": EOS} if bert else {}),
    )  # fmt: skip
