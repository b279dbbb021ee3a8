"""Parity with an implementation that nobody here wrote: transformers' MarianMTModel, same shape, same weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - its usual name
from torch.testing import assert_close

from core.config import TransformerConfig
from core.nn.attention import MultiHeadAttention
from core.nn.transformer import Transformer

CONFIG = TransformerConfig(
    vocab_size=24, d_model=32, n_heads=4, n_encoder_layers=2, n_decoder_layers=2, d_ff=48, dropout=0.0, max_len=16
)
SRC = torch.tensor([[5, 6, 7, 8, 2, 0, 0], [9, 8, 7, 6, 5, 4, 2], [7, 2, 0, 0, 0, 0, 0]])
TGT = torch.tensor([[1, 9, 8, 7, 0], [1, 4, 0, 0, 0], [1, 11, 12, 13, 14]])
LABELS = torch.tensor([[9, 8, 7, 2, -100], [4, 2, -100, -100, -100], [11, 12, 13, 14, 2]])


def copy(ours: Any, theirs: Any, names: dict[str, str]) -> None:
    for mine, other in names.items():
        theirs.get_submodule(other).load_state_dict(ours.get_submodule(mine).state_dict())


def copy_attention(ours: MultiHeadAttention, theirs: Any) -> None:
    copy(ours, theirs, {"w_q": "q_proj", "w_k": "k_proj", "w_v": "v_proj", "w_o": "out_proj"})


def as_marian(ours: Transformer) -> Any:
    """Marian has our post-norm architecture: scaled, shared embeddings, no last LayerNorm. The differences:

    - activation: Marian's files say swish; ours is the paper's relu, so the config asks for it.
    - positions: Marian's table has all sines, then all cosines; ours alternate, as in the paper. Ours is copied in.
    - `final_logits_bias`: ours has none; Marian's is 0 in a fresh model.
    - the decoder starts with `<pad>` there and `<s>` here; the inputs are given here, so it does not matter.
    """
    from transformers import MarianConfig, MarianMTModel

    config = ours.config
    ref = MarianMTModel(
        MarianConfig(
            vocab_size=config.vocab_size,
            d_model=config.d_model,
            encoder_layers=config.n_encoder_layers,
            decoder_layers=config.n_decoder_layers,
            encoder_attention_heads=config.n_heads,
            decoder_attention_heads=config.n_heads,
            encoder_ffn_dim=config.d_ff,
            decoder_ffn_dim=config.d_ff,
            max_position_embeddings=config.max_len,
            activation_function="relu",
            scale_embedding=True,
            dropout=0.0,
            attention_dropout=0.0,
            activation_dropout=0.0,
            pad_token_id=config.pad,
            bos_token_id=config.bos,
            eos_token_id=config.eos,
            decoder_start_token_id=config.bos,
            attn_implementation="eager",  # the others return no weights
        )
    )
    assert ref.lm_head.weight is ref.model.shared.weight
    assert ref.final_logits_bias.eq(0).all()
    with torch.no_grad():
        ref.model.shared.weight.copy_(ours.src_embedding.weight)
        for stack in (ref.model.encoder, ref.model.decoder):
            stack.embed_positions.weight.copy_(ours.positions)
    feed_forward = {
        "feed_forward.w_1": "fc1",
        "feed_forward.w_2": "fc2",
        "attention_norm.norm": "self_attn_layer_norm",
        "feed_forward_norm.norm": "final_layer_norm",
    }
    for mine, theirs in zip(ours.encoder, ref.model.encoder.layers, strict=True):
        copy_attention(mine.attention, theirs.self_attn)
        copy(mine, theirs, feed_forward)
    for mine, theirs in zip(ours.decoder, ref.model.decoder.layers, strict=True):
        copy_attention(mine.attention, theirs.self_attn)
        copy_attention(mine.cross, theirs.encoder_attn)
        copy(mine, theirs, feed_forward | {"cross_norm.norm": "encoder_attn_layer_norm"})
    return ref


@pytest.fixture
def ours() -> Transformer:
    net = Transformer(CONFIG)
    for name, parameter in net.named_parameters():
        torch.nn.init.normal_(parameter, mean=1.0 if "norm.norm.weight" in name else 0.0, std=0.2)
    return net


def test_transformer_agrees_with_marian_forward_and_backward(ours: Transformer):
    ref = as_marian(ours).train()  # no dropout anywhere; gradients are wanted
    out = ours(SRC, TGT)
    theirs = ref(
        input_ids=SRC,
        attention_mask=SRC.ne(0).long(),
        decoder_input_ids=TGT,
        labels=LABELS,
        output_attentions=True,
    )
    real = TGT != 0
    assert_close(out.logits[real], theirs.logits[real], rtol=1e-4, atol=1e-5)
    assert_close(out.encoder_self, torch.stack(theirs.encoder_attentions, 1))
    decoder_self, cross = torch.stack(theirs.decoder_attentions, 1), torch.stack(theirs.cross_attentions, 1)
    assert_close(out.decoder_self.transpose(1, 3)[real], decoder_self.transpose(1, 3)[real])
    assert_close(out.cross.transpose(1, 3)[real], cross.transpose(1, 3)[real])

    loss = F.cross_entropy(out.logits.flatten(0, 1), LABELS.flatten())
    assert_close(loss, theirs.loss)
    loss.backward()
    theirs.loss.backward()
    assert_close(ours.src_embedding.weight.grad, ref.model.shared.weight.grad, rtol=1e-3, atol=1e-5)
    mine, other = ours.decoder[0].cross.w_k.weight, ref.model.decoder.layers[0].encoder_attn.k_proj.weight
    assert_close(mine.grad, other.grad, rtol=1e-3, atol=1e-5)
