"""How much of each place has reached a place by the last layer, if attention were all that moves vectors."""

from __future__ import annotations

import numpy as np

from core.trace import AttentionMap, Floats


def rollout(attn: AttentionMap) -> Floats:
    """[query, key]: the product over layers of half the mean head and half the residual stream (Abnar and Zuidema
    2020, section 3.1); each row sums to 1. What W_V and the feed-forward do is left out."""
    heads = attn.weights.mean(1)
    flow = np.eye(len(attn.keys), dtype=np.float32)
    for layer in heads:
        flow = (layer + np.eye(len(layer), dtype=np.float32)) / 2 @ flow
    return np.asarray(flow, np.float32)
