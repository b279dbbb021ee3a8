"""Models without attention, or with one that is not asked as others are: one sentence, never a crash or a wrong map."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers as hf

from core.hub import calling, files, loading, naming, tracing, vision
from core.ui import named as page
from tests.hub.conftest import TEXT, byte_pairs, word_pieces
from tests.hub.test_hub_errors import said
from tests.hub.test_hub_vision import picture

HYBRID = {
    "num_hidden_layers": 2, "layer_types": ["linear_attention", "full_attention"], "intermediate_size": 16,
    "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "moe_intermediate_size": 8, "num_experts": 2,
    "shared_expert_intermediate_size": 8, "num_experts_per_tok": 1, "linear_num_value_heads": 2,
    "linear_num_key_heads": 2, "linear_key_head_dim": 8, "linear_value_head_dim": 8,
}  # fmt: skip
SMALL = {"hidden_size": 16, "num_hidden_layers": 2}
VIEWER = {"image_size": 8, "patch_size": 4, "intermediate_size": 16, "num_attention_heads": 2}
# Class, its config, what is said of it.
OTHERS = {
    "mamba": (hf.MambaForCausalLM, hf.MambaConfig(state_size=4, vocab_size=330, **SMALL), "hub_no_attention"),
    "fnet": (hf.FNetModel, hf.FNetConfig(intermediate_size=16, **SMALL), "hub_no_attention"),
    "mamba2": (
        hf.Mamba2ForCausalLM,
        hf.Mamba2Config(state_size=4, num_heads=4, head_dim=8, n_groups=1, vocab_size=330, **SMALL),
        "hub_attentions",
    ),
    "every second layer": (
        hf.Qwen3NextForCausalLM, hf.Qwen3NextConfig(vocab_size=330, hidden_size=16, **HYBRID), "hub_attentions",
    ),
    "funnel": (
        hf.FunnelModel, hf.FunnelConfig(d_model=16, n_head=2, d_head=8, d_inner=16, block_sizes=[1, 1]),
        "hub_attentions",
    ),
    "xlnet": (hf.XLNetLMHeadModel, hf.XLNetConfig(vocab_size=330, d_model=16, n_layer=1, n_head=2, d_inner=16),
              "hub_steps"),
    "whisper": (
        hf.WhisperForConditionalGeneration,
        hf.WhisperConfig(
            vocab_size=330, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
            decoder_attention_heads=2, pad_token_id=0, bos_token_id=0, eos_token_id=0, decoder_start_token_id=0,
        ),
        "hub_family",
    ),
}  # fmt: skip


def saved(folder, made, words=byte_pairs):
    made.save_pretrained(folder)
    words().save_pretrained(folder)
    return folder


def opened(folder):
    return loading.load(files.found(naming.named(str(folder))), "other")


@pytest.mark.parametrize("kind", OTHERS)
def test_another_kind_is_one_sentence(kind, tmp_path):
    made, config, code = OTHERS[kind]
    words = word_pieces if made in (hf.FNetModel, hf.FunnelModel) else byte_pairs
    assert said(opened, saved(tmp_path, made(config), words)) == code


def test_a_model_without_attention_is_known_by_its_config_alone(tmp_path):
    """Before anything is loaded, and without the weights."""
    OTHERS["mamba"][1].save_pretrained(tmp_path)
    assert said(page.described, tmp_path, "other") == "hub_no_attention"


def test_heads_within_a_config_are_heads(tmp_path):
    """An encoder-decoder may be two models, each with a config of its own."""
    words = word_pieces()
    one = hf.BertConfig(vocab_size=len(words), num_attention_heads=2, intermediate_size=16, **SMALL)
    both = hf.EncoderDecoderConfig.from_encoder_decoder_configs(one, one, decoder_start_token_id=2, pad_token_id=0)
    found = tracing.trace(opened(saved(tmp_path, hf.EncoderDecoderModel(config=both), word_pieces)), TEXT)
    assert found.kinds == ("encoder_self", "decoder_self", "cross")
    assert found["cross"].weights.shape[:2] == (2, 2)


def test_whatever_a_class_does_with_a_text_is_a_sentence(hub_models, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("strides should be multiple of 16 bytes")

    for name in ("bert", "gpt2", "t5"):
        monkeypatch.setattr(hub_models[name].net, "forward", fails)
        assert said(calling.probe, hub_models[name]) == "hub_run"


def test_a_picture_model_without_classes_shows_its_heads_and_names_nothing(tmp_path):
    """DINO's kind: random classes would be made up."""
    hf.ViTModel(hf.ViTConfig(**VIEWER, **SMALL)).save_pretrained(tmp_path)
    model, data = opened(tmp_path), picture(8, 8)[0]
    found = vision.trace_picture(model, data, "noise.png")
    with torch.no_grad():
        own = model.net(pixel_values=vision.pixels(model, data), output_attentions=True).attentions
    np.testing.assert_allclose(found["encoder_self"].weights, torch.cat(own).numpy(), atol=1e-6)
    assert found.tgt_text == ""


@pytest.mark.parametrize(
    ("made", "config", "code"),
    [
        (hf.ResNetForImageClassification, hf.ResNetConfig(embedding_size=8, hidden_sizes=[8], depths=[1]),
         "hub_no_attention"),
        (hf.SwinForImageClassification,
         hf.SwinConfig(image_size=16, patch_size=4, embed_dim=8, depths=[1, 1], num_heads=[2, 2], window_size=2),
         "hub_attentions"),
    ],
)  # fmt: skip
def test_a_picture_model_of_another_kind_is_one_sentence(made, config, code, tmp_path):
    made(config).save_pretrained(tmp_path)
    assert said(lambda: vision.trace_picture(opened(tmp_path), picture(16, 16)[0])) == code
