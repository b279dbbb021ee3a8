"""The whole Transformer: against nn.Transformer, and what must hold whatever the weights are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name
from torch.testing import assert_close

from core.config import TransformerConfig
from core.models import own_tensors
from core.nn.attention import MultiHeadAttention
from core.nn.layers import AddNorm
from core.nn.transformer import Transformer

CONFIG = TransformerConfig(
    vocab_size=20, d_model=32, n_heads=4, n_encoder_layers=2, n_decoder_layers=3, d_ff=48, dropout=0.0, max_len=16
)
SRC = torch.tensor([[5, 6, 7, 8, 2, 0, 0], [9, 8, 7, 6, 5, 4, 2], [7, 2, 0, 0, 0, 0, 0]])
TGT = torch.tensor([[1, 9, 8, 7, 0], [1, 4, 0, 0, 0], [1, 11, 12, 13, 14]])
NORMS = pytest.mark.parametrize("norm", ["post", "pre"])


def transformer(norm: Any = "post", **changes: Any) -> Transformer:
    """Random in every parameter: a bias or a gain left at its start value would hide mistakes."""
    net = Transformer(replace(CONFIG, norm=norm, **changes))
    for name, parameter in net.named_parameters():
        nn.init.normal_(parameter, mean=1.0 if "norm.norm.weight" in name else 0.0, std=0.2)
    return net


def same_weights(ours: Transformer, ref: nn.Transformer) -> Iterator[tuple[list[Tensor], Tensor]]:
    """Our parameters and PyTorch's, which keeps W_Q, W_K and W_V in one."""

    def attention(mine: MultiHeadAttention, theirs: nn.MultiheadAttention) -> Iterator[tuple[list[Tensor], Tensor]]:
        projections = mine.w_q, mine.w_k, mine.w_v
        yield [p.weight for p in projections], theirs.in_proj_weight
        yield [p.bias for p in projections], theirs.in_proj_bias
        yield from plain((mine.w_o, theirs.out_proj))

    def plain(*modules: tuple[nn.Module, nn.Module]) -> Iterator[tuple[list[Tensor], Tensor]]:
        for mine, theirs in modules:
            for name, parameter in mine.named_parameters():
                yield [parameter], theirs.get_parameter(name)

    for mine, theirs in zip(ours.encoder, ref.encoder.layers, strict=True):
        yield from attention(mine.attention, theirs.self_attn)
        yield from plain((mine.feed_forward.w_1, theirs.linear1), (mine.feed_forward.w_2, theirs.linear2))
        yield from plain((mine.attention_norm.norm, theirs.norm1), (mine.feed_forward_norm.norm, theirs.norm2))
    for mine, theirs in zip(ours.decoder, ref.decoder.layers, strict=True):
        yield from attention(mine.attention, theirs.self_attn)
        yield from attention(mine.cross, theirs.multihead_attn)
        yield from plain((mine.feed_forward.w_1, theirs.linear1), (mine.feed_forward.w_2, theirs.linear2))
        yield from plain((mine.attention_norm.norm, theirs.norm1), (mine.cross_norm.norm, theirs.norm2))
        yield from plain((mine.feed_forward_norm.norm, theirs.norm3))
    if CONFIG.norm != ours.config.norm:  # pre-norm alone has a last LayerNorm
        yield from plain((ours.encoder_norm, ref.encoder.norm), (ours.decoder_norm, ref.decoder.norm))


def as_torch(ours: Transformer) -> nn.Transformer:
    """PyTorch's with our weights. It would add a last LayerNorm to post-norm as well, hence our own stacks."""
    config, pre = ours.config, ours.config.norm == "pre"
    sizes: dict[str, Any] = {"dim_feedforward": config.d_ff, "dropout": 0.0, "batch_first": True, "norm_first": pre}
    last = [nn.LayerNorm(config.d_model) if pre else None for _ in range(2)]
    encoder_layer = nn.TransformerEncoderLayer(config.d_model, config.n_heads, **sizes)
    decoder_layer = nn.TransformerDecoderLayer(config.d_model, config.n_heads, **sizes)
    encoder = nn.TransformerEncoder(encoder_layer, config.n_encoder_layers, last[0], enable_nested_tensor=False)
    decoder = nn.TransformerDecoder(decoder_layer, config.n_decoder_layers, last[1])
    ref = nn.Transformer(
        config.d_model, config.n_heads, batch_first=True, custom_encoder=encoder, custom_decoder=decoder
    )
    with torch.no_grad():
        for mine, theirs in same_weights(ours, ref):
            theirs.copy_(torch.cat(mine))
    return ref


def weights_of(modules: list[nn.MultiheadAttention]) -> list[Tensor]:
    """What each gives as weights when it runs next; nn.Transformer asks for none, so a hook asks."""
    seen: list[Tensor] = []

    def ask(module: nn.Module, args: Any, kwargs: dict[str, Any]) -> Any:
        return args, kwargs | {"need_weights": True, "average_attn_weights": False}

    for module in modules:
        module.register_forward_pre_hook(ask, with_kwargs=True)
        module.register_forward_hook(lambda module, args, out: seen.append(out[1]))
    return seen


@NORMS
def test_transformer_agrees_with_pytorch_forward_and_backward(norm: str):
    ours = transformer(norm)
    ref = as_torch(ours)
    encoder_self = weights_of([layer.self_attn for layer in ref.encoder.layers])
    decoder_self = weights_of([layer.self_attn for layer in ref.decoder.layers])
    cross = weights_of([layer.multihead_attn for layer in ref.decoder.layers])
    embedding = ours.src_embedding.weight.detach().clone().requires_grad_()
    embed = [embedding[tokens] * math.sqrt(32) + ours.positions[: tokens.size(1)] for tokens in (SRC, TGT)]
    n = TGT.size(1)
    decoded = ref(
        *embed,
        src_key_padding_mask=SRC == 0,
        memory_key_padding_mask=SRC == 0,
        tgt_mask=torch.ones(n, n, dtype=torch.bool).triu(1),
    )
    ref_logits = decoded @ embedding.T

    real = TGT != 0
    out = ours(SRC, TGT)
    assert_close(out.logits[real], ref_logits[real], rtol=1e-4, atol=1e-5)
    for mine, theirs in (
        (out.encoder_self, torch.stack(encoder_self, 1)),
        (out.decoder_self.transpose(1, 3)[real], torch.stack(decoder_self, 1).transpose(1, 3)[real]),
        (out.cross.transpose(1, 3)[real], torch.stack(cross, 1).transpose(1, 3)[real]),
    ):
        assert_close(mine, theirs)

    upstream = torch.randn_like(ref_logits)[real]
    (out.logits[real] * upstream).sum().backward()
    (ref_logits[real] * upstream).sum().backward()
    # One matrix, three uses: its gradient is the sum of all.
    assert_close(ours.src_embedding.weight.grad, embedding.grad, rtol=1e-3, atol=1e-3)
    for params, theirs in same_weights(ours, ref):
        assert_close(torch.cat([p.grad for p in params if p.grad is not None]), theirs.grad, rtol=1e-3, atol=1e-3)


@NORMS
def test_later_outputs_change_nothing_earlier(norm: str):
    net = transformer(norm).eval()
    before = net(SRC, TGT)
    changed = TGT.clone()
    changed[:, 3:] = torch.tensor([[15, 16], [17, 18], [19, 3]])
    after = net(SRC, changed)
    assert not torch.allclose(before.logits[:, 3:], after.logits[:, 3:])
    for left, right in zip(
        (before.logits[:, :3], before.decoder_self[..., :3, :], before.cross[..., :3, :]),
        (after.logits[:, :3], after.decoder_self[..., :3, :], after.cross[..., :3, :]),
        strict=True,
    ):
        assert_close(left, right, rtol=0, atol=0)
    assert before.decoder_self.triu(1).eq(0).all()


@NORMS
def test_without_the_causal_mask_later_outputs_change_earlier_ones(norm: str):
    net = transformer(norm).eval()
    everyone = torch.ones(1, 5, 5, dtype=torch.bool)
    changed = TGT.clone()
    changed[:, 4] = torch.tensor([16, 18, 3])
    before, after = (net.details(SRC, tgt, everyone).output for tgt in (TGT, changed))
    assert before.decoder_self.triu(1).ne(0).any(-1)[..., :-1].all()
    moved = (before.logits - after.logits).abs().amax(-1)  # [batch, tgt]
    assert (moved > 1e-4).all()


@NORMS
def test_a_decoder_mask_is_obeyed_in_every_layer_and_head(norm: str):
    """Causal alone is the default; padding stands last, so that hiding it too leaves each real row as it was."""
    net = transformer(norm).eval()
    causal = torch.ones(1, 5, 5, dtype=torch.bool).tril()
    default, named, both = (
        net.details(SRC, TGT, mask).output for mask in (None, causal, causal & (TGT != 0)[:, None, :])
    )
    assert_close(named.logits, default.logits, rtol=0, atol=0)
    assert_close(both.logits[TGT != 0], default.logits[TGT != 0])
    assert both.decoder_self[0, ..., 4].eq(0).all()
    assert both.decoder_self[1, ..., 2:].eq(0).all()


@NORMS
def test_without_the_padding_mask_a_padded_batch_is_not_its_sentences(norm: str):
    net = transformer(norm).eval()
    hidden, seen = (
        net.details(SRC, TGT, src_mask=mask).output for mask in (SRC[:, None] != 0, torch.ones(3, 1, 7).bool())
    )
    assert_close(hidden.logits, net(SRC, TGT).logits, rtol=0, atol=0)
    padded, full = [0, 2], 1
    assert_close(seen.logits[full], hidden.logits[full])
    assert ((seen.logits - hidden.logits)[padded].abs().amax((1, 2)) > 1e-3).all()
    assert seen.encoder_self[0, ..., 5:].gt(0).all()
    assert seen.cross[0, ..., 5:].gt(0).all()


@NORMS
def test_a_padded_batch_is_its_sentences_alone(norm: str):
    net = transformer(norm).eval()
    batch = net(SRC, TGT)
    for i, (src, tgt) in enumerate(zip(SRC, TGT, strict=True)):
        src, tgt = src[src != 0], tgt[tgt != 0]
        s, t = len(src), len(tgt)
        alone = net(src[None], tgt[None])
        assert_close(batch.logits[i, :t], alone.logits[0])
        assert_close(batch.encoder_self[i, ..., :s, :s], alone.encoder_self[0])
        assert_close(batch.decoder_self[i, ..., :t, :t], alone.decoder_self[0])
        assert_close(batch.cross[i, ..., :t, :s], alone.cross[0])
        assert batch.cross[i, ..., s:].eq(0).all()


@NORMS
def test_every_row_of_every_map_sums_to_one(norm: str):
    _, *maps = transformer(norm, dropout=0.3).train()(SRC, TGT)
    for weights in maps:
        assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))


def test_word_order_is_told_by_positions_alone():
    """Without them the encoder is equivariant: shuffled words give shuffled outputs."""
    net = transformer().eval()
    src, order = SRC[1:2], torch.tensor([3, 1, 0, 6, 5, 2, 4])
    tgt = TGT[:1, :4]
    assert not torch.allclose(net(src, tgt).logits, net(src[:, order], tgt).logits)
    net.positions.zero_()
    straight, shuffled = net.details(src, tgt), net.details(src[:, order], tgt)
    assert_close(straight.memory[:, order], shuffled.memory)
    assert_close(straight.output.logits, shuffled.output.logits)


def test_tied_weights_are_one_matrix():
    net = transformer()
    assert net.output.weight is net.src_embedding.weight is net.tgt_embedding.weight
    assert [name for name in own_tensors(net) if "embedding" in name or "output" in name] == ["src_embedding.weight"]
    loose = transformer(tied=False)
    assert len({id(m.weight) for m in (loose.output, loose.src_embedding, loose.tgt_embedding)}) == 3
    sizes = [sum(p.numel() for p in one.parameters()) for one in (net, loose)]
    assert sizes[1] - sizes[0] == 2 * CONFIG.vocab_size * CONFIG.d_model


def test_parameters_counted_by_hand():
    d, d_ff, vocab = CONFIG.d_model, CONFIG.d_ff, CONFIG.vocab_size
    attention, feed_forward, norm = 4 * (d * d + d), 2 * d * d_ff + d_ff + d, 2 * d
    encoder, decoder = attention + feed_forward + 2 * norm, 2 * attention + feed_forward + 3 * norm
    for kind, last in (("post", 0), ("pre", 2 * norm)):
        net = transformer(kind)
        assert sum(p.numel() for p in net.parameters()) == vocab * d + 2 * encoder + 3 * decoder + last


@NORMS
def test_details_agree_with_forward(norm: str):
    net = transformer(norm).eval()
    details, output = net.details(SRC, TGT), net(SRC, TGT)
    assert_close(tuple(details.output), tuple(output))
    assert_close(torch.stack([layer.attention.weights for layer in details.encoder], 1), output.encoder_self)
    assert_close(torch.stack([layer.attention.weights for layer in details.decoder], 1), output.decoder_self)
    assert_close(torch.stack([layer.cross.weights for layer in details.decoder], 1), output.cross)
    assert_close(net.output(net.decoder_norm(details.decoder[-1].out)), output.logits)
    assert_close(details.memory, net.encoder_norm(details.encoder[-1].out))


def test_an_embedding_is_scaled_and_gets_its_position():
    net = transformer().eval()
    details = net.details(SRC, TGT)
    for tokens, embedded in ((SRC, details.src_embedded), (TGT, details.tgt_embedded)):
        assert_close(embedded.token, math.sqrt(32) * net.src_embedding.weight[tokens])
        assert_close(embedded.position, net.positions[: tokens.size(1)])
        assert_close(embedded.total, embedded.token + embedded.position)


@NORMS
def test_residual_steps_are_what_they_say(norm: str):
    net = transformer(norm).eval()
    details = net.details(SRC, TGT)

    def check(module: AddNorm, residual: Any, x: Tensor, sublayer_out: Tensor) -> Tensor:
        assert_close(residual.before, x)
        assert_close(residual.added, x + sublayer_out)
        normalised = residual.before if norm == "pre" else residual.added
        assert_close(residual.normed, F.layer_norm(normalised, (32,), module.norm.weight, module.norm.bias))
        return residual.added if norm == "pre" else residual.normed

    x = details.src_embedded.total
    for layer, one in zip(net.encoder, details.encoder, strict=True):
        x = check(layer.attention_norm, one.attention_residual, x, one.attention.out)
        x = check(layer.feed_forward_norm, one.feed_forward_residual, x, one.feed_forward.out)
        assert_close(one.out, x)
    x = details.tgt_embedded.total
    for layer, one in zip(net.decoder, details.decoder, strict=True):
        x = check(layer.attention_norm, one.attention_residual, x, one.attention.out)
        x = check(layer.cross_norm, one.cross_residual, x, one.cross.out)
        read = one.feed_forward_residual.normed if norm == "pre" else x
        assert_close(one.feed_forward.hidden, F.relu(layer.feed_forward.w_1(read)))
        assert_close(one.feed_forward.out, layer.feed_forward.w_2(one.feed_forward.hidden))
        x = check(layer.feed_forward_norm, one.feed_forward_residual, x, one.feed_forward.out)
        assert_close(one.out, x)
        assert_close(one.cross.k, layer.cross.split(layer.cross.w_k(details.memory)))


@NORMS
def test_steps_are_the_forward_pass_one_token_at_a_time(norm: str):
    net = transformer(norm).eval()
    tgt = torch.tensor([[1, 9, 8, 7, 6], [1, 4, 0, 5, 1], [1, 11, 12, 13, 14]])  # no token is special to a cache
    log_probs = net(SRC, tgt).logits.log_softmax(-1)
    state = net.start(SRC)
    for i in range(tgt.size(1)):
        step, state = net.step(state, tgt[:, i])
        assert_close(step, log_probs[:, i], rtol=1e-4, atol=1e-5)


def test_reordered_rows_go_on_as_themselves():
    net = transformer().eval()
    state = net.start(SRC)
    _, state = net.step(state, torch.tensor([1, 1, 1]))
    _, state = net.step(state, torch.tensor([7, 8, 9]))
    rows = torch.tensor([2, 0, 2])
    plain, _ = net.step(state, torch.tensor([4, 5, 6]))
    reordered, _ = net.step(net.reorder(state, rows), torch.tensor([6, 4, 6]))
    assert_close(reordered, plain[rows])


def test_more_tokens_than_positions_raise_with_both_numbers():
    net = transformer()
    with pytest.raises(ValueError, match="17 tokens are more than the model's 16"):
        net(torch.full((1, 17), 5), TGT[:1])
    state = net.start(SRC)
    with torch.no_grad():
        for _ in range(16):
            _, state = net.step(state, torch.tensor([5, 5, 5]))
    with pytest.raises(ValueError, match="17 tokens"):
        net.step(state, torch.tensor([5, 5, 5]))


def test_embeddings_start_at_unit_variance():
    """N(0, 1/d) times sqrt(d): as loud as the positions, and logits of the tied output about as loud."""
    torch.manual_seed(0)
    net = Transformer(TransformerConfig(vocab_size=2000))
    token = net.embed(net.src_embedding, torch.arange(500)[None]).token
    assert token.std().item() == pytest.approx(1, abs=0.02)
