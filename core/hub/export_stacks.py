"""GPT and BERT as transformers' `GPT2LMHeadModel` and `BertForPreTraining`: the same functions of tokens."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from core.nn.bert import Bert
from core.nn.gpt import GPT
from core.nn.layers import EncoderLayer


@torch.no_grad()
def as_gpt2(net: GPT) -> Any:
    """In evaluation mode. GPT-2 keeps q, k and v in one matrix, and every matrix as [in, out]."""
    from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel

    c = net.config
    ends = {"pad_token_id": c.pad, "bos_token_id": c.bos, "eos_token_id": c.eos}
    theirs = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=c.vocab_size, n_embd=c.d_model, n_head=c.n_heads, n_layer=c.n_layers, n_inner=c.d_ff,
            n_positions=c.max_len, activation_function="gelu", attn_pdrop=c.dropout, embd_pdrop=c.dropout,
            resid_pdrop=c.dropout, **ends,
        )
    )  # fmt: skip
    theirs.generation_config = GenerationConfig(max_length=c.max_len, **ends)
    body = theirs.transformer
    for other, own in ((body.wte, net.embedding), (body.wpe, net.positions), (body.ln_f, net.norm)):
        other.load_state_dict(own.state_dict())
    for block, layer in zip(body.h, net.layers, strict=True):
        block.ln_1.load_state_dict(layer.attention_norm.norm.state_dict())
        block.ln_2.load_state_dict(layer.feed_forward_norm.norm.state_dict())
        heads = layer.attention
        _transpose(block.attn.c_attn, heads.w_q, heads.w_k, heads.w_v)
        _transpose(block.attn.c_proj, heads.w_o)
        _transpose(block.mlp.c_fc, layer.feed_forward.w_1)
        _transpose(block.mlp.c_proj, layer.feed_forward.w_2)
    return theirs.eval()


def _transpose(theirs: Any, *linears: nn.Linear) -> None:
    theirs.weight.copy_(torch.cat([linear.weight.T for linear in linears], 1))
    theirs.bias.copy_(torch.cat([linear.bias for linear in linears]))


@torch.no_grad()
def as_bert(net: Bert) -> Any:
    """In evaluation mode."""
    from transformers import BertConfig, BertForPreTraining

    c = net.config
    theirs = BertForPreTraining(
        BertConfig(
            vocab_size=c.vocab_size, hidden_size=c.d_model, num_attention_heads=c.n_heads,
            num_hidden_layers=c.n_layers, intermediate_size=c.d_ff, max_position_embeddings=c.max_len,
            layer_norm_eps=net.embedding_norm.eps, hidden_dropout_prob=c.dropout,
            attention_probs_dropout_prob=c.dropout, pad_token_id=c.pad,
        )
    )  # fmt: skip
    body, head = theirs.bert, theirs.cls.predictions
    pairs: list[tuple[Any, nn.Module]] = [
        (body.embeddings.word_embeddings, net.embedding),
        (body.embeddings.position_embeddings, net.positions),
        (body.embeddings.token_type_embeddings, net.segments),
        (body.embeddings.LayerNorm, net.embedding_norm),
        (body.pooler.dense, net.pooler),
        (theirs.cls.seq_relationship, net.follows),
        (head.transform.dense, net.transform),
        (head.transform.LayerNorm, net.transform_norm),
    ]
    for block, layer in zip(body.encoder.layer, net.layers, strict=True):
        pairs += _layer(block, layer)
    for other, own in pairs:
        other.load_state_dict(own.state_dict())
    head.bias.copy_(net.output.bias)
    return theirs.eval()


def _layer(block: Any, layer: EncoderLayer) -> list[tuple[Any, nn.Module]]:
    own = layer.attention
    return [
        (block.attention.self.query, own.w_q),
        (block.attention.self.key, own.w_k),
        (block.attention.self.value, own.w_v),
        (block.attention.output.dense, own.w_o),
        (block.attention.output.LayerNorm, layer.attention_norm.norm),
        (block.intermediate.dense, layer.feed_forward.w_1),
        (block.output.dense, layer.feed_forward.w_2),
        (block.output.LayerNorm, layer.feed_forward_norm.norm),
    ]
