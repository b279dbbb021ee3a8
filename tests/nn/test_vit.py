"""Our Vision Transformer against transformers' ViTForImageClassification with the same weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.testing import assert_close

from core.config import ViTConfig
from core.nn.vit import VisionTransformer

CONFIG = ViTConfig(
    image_size=12, patch_size=4, channels=3, classes=5, d_model=32, n_heads=4, n_layers=3, d_ff=48, dropout=0.0
)


@pytest.fixture
def net() -> VisionTransformer:
    net = VisionTransformer(CONFIG).eval()
    for parameter in net.parameters():  # biases and norms too: fresh ones are 0 and 1 and would hide a mix-up
        torch.nn.init.normal_(parameter, std=0.3)
    return net


def as_vit(net: VisionTransformer) -> Any:
    """transformers' own, with our weights."""
    from transformers import ViTConfig as TheirConfig
    from transformers import ViTForImageClassification

    c = net.config
    theirs = ViTForImageClassification(
        TheirConfig(
            image_size=c.image_size, patch_size=c.patch_size, num_channels=c.channels, num_labels=c.classes,
            hidden_size=c.d_model, num_attention_heads=c.n_heads, num_hidden_layers=c.n_layers,
            intermediate_size=c.d_ff, hidden_act="gelu", layer_norm_eps=1e-5, attn_implementation="eager",
        )
    ).eval()  # fmt: skip
    weights = dict(net.state_dict())
    put = {
        "vit.embeddings.cls_token": weights.pop("cls")[None, None],
        "vit.embeddings.position_embeddings": weights.pop("positions.weight")[None],
        "vit.embeddings.patch_embeddings.projection.weight": weights.pop("patch.weight").view(
            c.d_model, c.channels, c.patch_size, c.patch_size
        ),
    }
    names = {
        "patch.": "vit.embeddings.patch_embeddings.projection.", "norm.": "vit.layernorm.", "output.": "classifier.",
        **{
            f"layers.{i}.{ours}.": f"vit.{stack}.{i}.{other}."
            for i in range(c.n_layers)
            for stack, ours, other in _layer(theirs)
        },
    }  # fmt: skip
    for name, tensor in weights.items():
        prefix = max((one for one in names if name.startswith(one)), key=len)
        put[names[prefix] + name.removeprefix(prefix)] = tensor
    theirs.load_state_dict(put)
    return theirs


def _layer(theirs: Any) -> list[tuple[str, str, str]]:
    """The names of a layer's parts, which differ between versions of transformers."""
    keys = list(theirs.state_dict())
    stack = "layers" if any(key.startswith("vit.layers.") for key in keys) else "encoder.layer"

    def one(*ends: str) -> str:
        start = f"vit.{stack}.0."
        return next(
            key.removeprefix(start).removesuffix(".weight")
            for key in keys
            for end in ends
            if key.startswith(start) and key.endswith(f"{end}.weight")
        )

    return [
        (stack, "attention.w_q", one(".query", ".q_proj")),
        (stack, "attention.w_k", one(".key", ".k_proj")),
        (stack, "attention.w_v", one(".value", ".v_proj")),
        (stack, "attention.w_o", one("attention.output.dense", ".o_proj")),
        (stack, "attention_norm.norm", one("layernorm_before")),
        (stack, "feed_forward.w_1", one("intermediate.dense", ".fc1")),
        (stack, "feed_forward.w_2", one("0.output.dense", ".fc2")),
        (stack, "feed_forward_norm.norm", one("layernorm_after")),
    ]


@torch.inference_mode()
def test_equals_transformers_with_its_weights(net: VisionTransformer) -> None:
    """Three colours, patches of 4 x 4: an axis mixed up anywhere can't pass."""
    pixels = torch.randn(3, 3, 12, 12)
    out, ref = net(pixels), as_vit(net)(pixel_values=pixels, output_attentions=True)
    assert_close(out.logits, ref.logits, atol=1e-5, rtol=1e-4)
    assert_close(out.encoder_self, torch.stack(ref.attentions, 1), atol=1e-5, rtol=1e-4)


def test_a_picture_is_cut_as_one_reads() -> None:
    """4 x 4 pixels in patches of 2 x 2, by hand."""
    net = VisionTransformer(ViTConfig(image_size=4, patch_size=2, d_model=8, n_heads=2))
    picture = torch.arange(16.0).view(1, 1, 4, 4)
    assert net.cut(picture)[0].tolist() == [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]


@torch.inference_mode()
def test_the_patch_embedding_is_a_convolution(net: VisionTransformer) -> None:
    """Of stride = kernel (section 3.1)."""
    pixels = torch.randn(2, 3, 12, 12)
    kernel = net.patch.weight.view(32, 3, 4, 4)
    expected = torch.nn.functional.conv2d(pixels, kernel, net.patch.bias, stride=4).flatten(2).transpose(1, 2)
    assert_close(net.embed(net.cut(pixels)).patch, expected, atol=1e-5, rtol=1e-5)


@torch.inference_mode()
def test_without_positions_the_order_of_the_patches_changes_nothing(net: VisionTransformer) -> None:
    patches = net.cut(torch.randn(2, 3, 12, 12))
    order = torch.tensor([4, 0, 8, 2, 7, 1, 3, 6, 5])

    def read(patches: torch.Tensor, positions: bool) -> torch.Tensor:
        return net.read(net.embed(patches, positions=positions)).output.logits

    assert_close(read(patches[:, order], False), read(patches, False), atol=1e-5, rtol=1e-4)
    assert not torch.allclose(read(patches[:, order], True), read(patches, True), atol=1e-2)


def test_a_picture_of_another_size_is_refused(net: VisionTransformer) -> None:
    with pytest.raises(ValueError, match=r"\(3, 8, 12\), not \(3, 12, 12\)"):
        net(torch.zeros(1, 3, 8, 12))


@pytest.mark.parametrize(("change", "said"), [({"patch_size": 3}, "image_size 8"), ({"n_heads": 5}, "n_heads 5")])
def test_a_config_that_cannot_be_is_refused(change: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ViTConfig(**change)
