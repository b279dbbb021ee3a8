"""One forward pass with every weight returned against the same modules with fused attention that returns none.

The other side is a copy of our model whose attention calls `F.scaled_dot_product_attention`, in the form that
suits it best: no mask where nothing is hidden, `is_causal` in the decoder. n tokens in and n tokens out.
"""

from __future__ import annotations

import copy
from functools import partial

import torch
from timing import head, options, row, side_by_side
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from core.models import load_model
from core.nn.attention import AttentionDetails, MultiHeadAttention
from core.nn.transformer import Transformer


class Fused(MultiHeadAttention):
    """The same projections round PyTorch's fused kernel; what it does not compute is an empty tensor."""

    causal = False

    def attend_to(self, query: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> AttentionDetails:
        q, none = self.split(self.w_q(query)), query.new_empty(0)
        z = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return AttentionDetails(self.w_o(z.transpose(1, 2).flatten(2)), q, k, v, none, none, none, z)


def fused(net: Transformer) -> Transformer:
    other = copy.deepcopy(net)
    for module in other.modules():
        if isinstance(module, MultiHeadAttention):
            module.__class__ = Fused
    for layer in other.decoder:
        layer.attention.causal = True  # type: ignore[assignment]
    return other


@torch.inference_mode()
def main() -> None:
    o = options(__doc__, repeats=15)
    torch.set_num_threads(1)
    torch.manual_seed(1)
    ours = load_model("transformer-en-fr").net
    theirs = fused(ours)
    head("forward, 1 thread", "ours, all weights", "fused, no weights", "theirs / ours", "pairs")
    for n in (8, 32, 128, 512):
        src, tgt = torch.randint(3, ours.config.vocab_size, (2, 1, n))
        torch.testing.assert_close(ours(src, tgt).logits, theirs(src, tgt).logits, rtol=1e-3, atol=1e-3)
        repeats = o.repeats if n > 100 else 3 * o.repeats
        pairs = side_by_side(partial(ours, src, tgt), partial(theirs, src, tgt), repeats)
        row(f"n = {n}", *pairs.cells(), repeats)


if __name__ == "__main__":
    main()
