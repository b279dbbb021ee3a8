"""A decoder's attention over the states of an encoder: Bahdanau et al. 2015 (additive), Luong et al. 2015.

The four steps: score each encoder state against the query, softmax, weighted sum (the context), and from context
and query the output. The first three are here.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from core.config import Seq2SeqConfig


class Memory(NamedTuple):
    """What the encoder left to look at."""

    values: Tensor  # [b, src, memory]: its states h_j
    keys: Tensor  # [b, src, k]: the same, as the score wants them; computed once
    real: Tensor  # [b, src], True where no padding is


class Aligned(NamedTuple):
    """One look for each query."""

    query: Tensor  # [b, tgt, hidden]: the decoder's state
    scores: Tensor  # [b, tgt, src], of every real place, in the window or not
    visible: Tensor  # [b, tgt, src], True where the query may look
    weights: Tensor  # [b, tgt, src]; 0 where it may not
    context: Tensor  # [b, tgt, memory]: weights @ values
    position: Tensor  # [b, tgt]: p_t, the middle of the window; empty [b, 0] where there is none


class Dot(nn.Module):
    """s^T h_j (Luong et al., eq. 8)."""

    def keys(self, values: Float[Tensor, "b src memory"]) -> Float[Tensor, "b src memory"]:
        return values

    def forward(
        self, query: Float[Tensor, "b tgt hidden"], keys: Float[Tensor, "b src hidden"]
    ) -> Float[Tensor, "b tgt src"]:
        return query @ keys.transpose(1, 2)


class General(Dot):
    """s^T W_a h_j (Luong et al., eq. 8)."""

    def __init__(self, hidden: int, d_memory: int) -> None:
        super().__init__()
        self.w_a = nn.Linear(d_memory, hidden, bias=False)

    def keys(self, values: Float[Tensor, "b src memory"]) -> Float[Tensor, "b src hidden"]:
        keys: Tensor = self.w_a(values)
        return keys


class Additive(nn.Module):
    """v^T tanh(W s + U h_j) (Bahdanau et al., A.1.2); Luong's concat, v^T tanh(W_a [s; h_j]), with W_a = [W U]."""

    def __init__(self, hidden: int, d_memory: int) -> None:
        super().__init__()
        self.w = nn.Linear(hidden, hidden, bias=False)
        self.u = nn.Linear(d_memory, hidden, bias=False)
        self.v = nn.Linear(hidden, 1, bias=False)

    def keys(self, values: Float[Tensor, "b src memory"]) -> Float[Tensor, "b src hidden"]:
        keys: Tensor = self.u(values)
        return keys

    def forward(
        self, query: Float[Tensor, "b tgt hidden"], keys: Float[Tensor, "b src hidden"]
    ) -> Float[Tensor, "b tgt src"]:
        scores: Tensor = self.v((self.w(query)[:, :, None] + keys[:, None]).tanh())[..., 0]
        return scores


class Window(nn.Module):
    """Where local attention looks: places within D of p_t (Luong et al., section 3.2). Places count from 0."""

    def __init__(self, hidden: int, d: int, predicted: bool) -> None:
        super().__init__()
        self.d = d
        if predicted:
            self.w_p = nn.Linear(hidden, hidden, bias=False)
            self.v_p = nn.Linear(hidden, 1, bias=False)
        self.predicted = predicted

    def middle(
        self, query: Float[Tensor, "b tgt hidden"], real: Bool[Tensor, "b src"], at: int = 0
    ) -> Float[Tensor, "b tgt"]:
        """local-p: p_t = S sigmoid(v_p^T tanh(W_p s_t)) (eq. 9); local-m: p_t = t. Both stay on the S places.

        at: how many targets came before the first query.
        """
        length = real.sum(-1, keepdim=True).to(query.dtype)
        if self.predicted:
            p = length * self.v_p(self.w_p(query).tanh())[..., 0].sigmoid()
        else:
            p = torch.arange(at, at + query.size(1), device=query.device, dtype=query.dtype).expand(query.shape[:2])
        return torch.minimum(p, length - 1)

    def visible(self, p: Float[Tensor, "b tgt"], n: int) -> Bool[Tensor, "b tgt src"]:
        return self._distance(p, n).abs() <= self.d

    def gaussian(self, p: Float[Tensor, "b tgt"], n: int) -> Float[Tensor, "b tgt src"]:
        """exp(-(j - p_t)^2 / (2 sigma^2)), sigma = D / 2 (eq. 10): after the softmax, so rows no longer sum to 1."""
        return (-(self._distance(p, n) ** 2) / (2 * (self.d / 2) ** 2)).exp()

    def _distance(self, p: Tensor, n: int) -> Tensor:
        return torch.arange(n, device=p.device, dtype=p.dtype) - p[..., None]


class Alignment(nn.Module):
    """Scores, softmax, context; with a window if the attention is local."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        sizes = config.hidden, config.d_memory
        name = config.attention
        if name in ("bahdanau", "concat"):
            self.score: Dot | Additive = Additive(*sizes)
        else:
            self.score = Dot() if name == "dot" else General(*sizes)
        local = name.startswith("local")
        self.window = Window(config.hidden, config.window, name == "local-p") if local else None

    def memory(self, values: Float[Tensor, "b src memory"], real: Bool[Tensor, "b src"]) -> Memory:
        return Memory(values, self.score.keys(values), real)

    def forward(self, query: Float[Tensor, "b tgt hidden"], memory: Memory, at: int = 0) -> Aligned:
        """Every query looks for itself; `at` targets came before the first."""
        scores = self.score(query, memory.keys)
        visible = memory.real[:, None].expand_as(scores)
        position = query.new_zeros(len(query), 0)
        if self.window is not None:
            position = self.window.middle(query, memory.real, at)
            visible = visible & self.window.visible(position.detach(), scores.size(-1))
        weights = scores.masked_fill(~visible, -math.inf).softmax(-1)
        if self.window is not None and self.window.predicted:
            weights = weights * self.window.gaussian(position, scores.size(-1))
        return Aligned(query, scores, visible, weights, weights @ memory.values, position)
