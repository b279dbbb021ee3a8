"""Claims about attention."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import torch
from torch import Tensor

from core.lab import masks
from core.lab.claims.record import Finding, Run
from core.nn.masks import causal_mask
from core.nn.transformer import Transformer
from core.trace import Floats

FIRST = 0  # the layer and the head that are looked into, where any would do
WINDOW = 2  # D of local attention: 2 D + 1 states


def distribution(run: Run) -> Finding:
    """Said: "The value is the attention distribution": then every row of V would be positive and sum to 1."""
    one = run.details.encoder[FIRST].attention
    value, weights, z = (part[0, FIRST] for part in (one.v, one.weights, one.z))
    sums = value.sum(-1)
    holds = bool((value >= 0).all()) and torch.allclose(sums, torch.ones_like(sums), atol=1e-3)
    return Finding(
        holds,
        (
            ("weights", float(weights[0].sum())),
            ("value", float(sums[0])),
            ("negative", float((value < 0).float().mean())),
            ("mixed", float((weights @ value - z).abs().max())),
        ),
        (("n", len(run.src)), ("d", value.size(-1))),
    )


def same(run: Run) -> Finding:
    """Said: "K and V must be the same": then nothing would change with K in the place of V."""
    one = run.details.encoder[FIRST].attention
    key, value, weights = (part[0, FIRST] for part in (one.k, one.v, one.weights))
    cosines = torch.cosine_similarity(key, value, dim=-1)
    moved = float((weights @ key - weights @ value).norm() / (weights @ value).norm())
    return Finding(
        torch.allclose(key, value, atol=1e-3),
        (("cosine", float(cosines.mean())), ("highest", float(cosines.max())), ("moved", moved)),
        (("moved", f"{moved:.0%}"),),
    )


def infinite(run: Run) -> Finding:
    """Said: "Masking sets the softmax's outputs to -inf"; and zeroing them there, instead of the scores before."""
    scores = run.details.decoder[FIRST].attention.scores[0, FIRST].numpy()
    mask = masks.causal(len(scores))
    weights, late = masks.apply(scores, mask).weights, masks.zeroed_after(scores, mask)
    return Finding(
        bool(np.isinf(weights).any()),
        (
            ("hidden", float(weights[~mask].max(initial=0))),
            ("before", float(weights.sum(-1).min())),
            ("late", float(late.sums.min())),
        ),
        (("late", f"{late.sums.min():.3f}"), ("rows", len(scores))),
    )


def diagonal(run: Run) -> Finding:
    """Said: "A token may not look at itself": hide the diagonal, too, and ask the softmax for every row."""
    scores = run.details.decoder[FIRST].attention.scores[0, FIRST]
    rows = scores.masked_fill(~causal_mask(len(scores))[0].tril(-1), -torch.inf).softmax(-1)
    undefined = int(rows.isnan().any(-1).sum())
    own = run.details.output.decoder_self[0].diagonal(dim1=-2, dim2=-1).mean()
    return Finding(undefined == 0, (("undefined", float(undefined)), ("own", float(own))), (("own", f"{own:.2f}"),))


def window(run: Run) -> Finding:
    """Said: "dot-product attention sees only 2D + 1 states": count what cross-attention gives weight to.

    Anything less than all would speak for it, were it a weight too small for its 32 bits.
    """
    cross = run.details.output.cross[0].numpy()  # [layer, head, step, source]
    n = cross.shape[-1]
    seen = (cross > 0).sum(-1)
    within = np.abs(np.arange(n) - cross.argmax(-1)[..., None]) <= WINDOW
    outside = float(np.where(within, 0, cross).sum(-1).mean())
    return Finding(
        int(seen.min()) < n,
        (("seen", float(seen.min())), ("states", float(n)), ("window", 2.0 * WINDOW + 1), ("outside", outside)),
        (("n", n), ("d", WINDOW), ("window", 2 * WINDOW + 1), ("outside", f"{outside:.0%}")),
    )


@torch.inference_mode()
def explain(run: Run) -> Finding:
    """Said: "Attention weights explain the prediction": the head with the largest weight should matter most.

    At the step with the largest weight of all on a word (not on `</s>`), each head of cross-attention is taken out in
    turn, and the probability of the token that was written is read again. The claim holds where no other head moves it
    further.
    """
    words = run.details.output.cross[0][..., :-1].numpy()  # [layer, head, step, word]
    if not words.shape[-1]:
        words = run.details.output.cross[0].numpy()
    *_, step, word = (int(i) for i in np.unravel_index(words.argmax(), words.shape))
    weights = words[:, :, step].max(-1)
    whole, without = _without_each(run, step)
    moved = np.abs(without - whole)
    largest, strongest = (divmod(int(of.argmax()), weights.shape[1]) for of in (weights, moved))
    return Finding(
        largest == strongest,
        (("whole", whole), ("largest", float(without[largest])), ("strongest", float(without[strongest]))),
        (
            ("word", run.sources.tokens[word]), ("token", run.written.tokens[step]),
            ("weight", f"{weights[largest]:.2f}"), ("of_largest", _name(largest)), ("of_strongest", _name(strongest)),
            ("small", f"{weights[strongest]:.2f}"), ("rank", f"{_rank_correlation(weights, moved):.2f}"),
        ),
    )  # fmt: skip


def _without_each(run: Run, step: int) -> tuple[float, Floats]:
    """The probability of what was written at a step: with every head, and [layer, head] without that one."""
    net = deepcopy(run.model.net)
    src, tgt = torch.tensor([run.src]), torch.tensor([run.inputs])
    source = net.encode(src)

    def chance() -> float:
        return float(net.decode(source, tgt).output.logits[0, step].softmax(-1)[run.output[step]])

    return chance(), np.array([[_silenced(net, layer, head, chance) for head in range(_heads(net))]
                               for layer in range(len(net.decoder))], np.float32)  # fmt: skip


def _heads(net: Transformer) -> int:
    return net.config.n_heads


def _silenced(net: Transformer, layer: int, head: int, ask: Callable[[], float]) -> float:
    """What `ask` answers while a head adds nothing: its columns of W_O are 0."""
    weight: Tensor = net.decoder[layer].cross.w_o.weight
    size = weight.size(1) // _heads(net)
    columns = slice(head * size, (head + 1) * size)
    kept = weight[:, columns].clone()
    weight[:, columns] = 0
    answer = ask()
    weight[:, columns] = kept
    return answer


def _name(place: tuple[int, int]) -> str:
    return f"{place[0] + 1}·{place[1] + 1}"


def _rank_correlation(a: Floats, b: Floats) -> float:
    """Spearman's: the correlation of the ranks."""
    ranks = np.stack([np.argsort(np.argsort(one.ravel())) for one in (a, b)]).astype(np.float64)
    return float(np.asarray(np.corrcoef(ranks))[0, 1])
