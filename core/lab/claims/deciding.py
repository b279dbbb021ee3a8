"""Each claim's experiment by its name."""

from __future__ import annotations

from collections.abc import Callable

from core.lab.claims.attention import diagonal, distribution, explain, infinite, same, window
from core.lab.claims.layers import after, batch_norm, convolution, deck, periods, repeats
from core.lab.claims.record import Finding, Run

EXPERIMENTS: dict[str, Callable[[Run], Finding | None]] = {
    "after": after,
    "periods": periods,
    "distribution": distribution,
    "same": same,
    "deck": deck,
    "infinite": infinite,
    "diagonal": diagonal,
    "batch_norm": batch_norm,
    "convolution": convolution,
    "repeats": repeats,
    "window": window,
    "explain": explain,
}


def decide(claim: str, run: Run) -> Finding | None:
    """What the experiment on a claim found; None where the model has nothing to try it on."""
    return EXPERIMENTS[claim](run)
