"""Two ways to show every head, on the second click: `?side=ours` or `?side=bertviz`, `&layers=6&heads=8&tokens=12`.

Below the picture stands when Python began to make it, in seconds since 1970, and for how long it was busy.
"""

from __future__ import annotations

import gc
import time

import numpy as np
import streamlit as st
from timing import ROOT  # noqa: F401 - makes core importable

from core.components.overview import WORDS, overview
from core.figures.theme import weight_scale
from core.i18n import catalog
from core.trace import AttentionMap, Axis

WORDS_OF_SENTENCE = ("A", "dog", "ate", "the", "food", "because", "it", "was", "hungry", ".")


def random_map(layers: int, heads: int, n: int, seed: int) -> AttentionMap:
    """Rows of softmax over random scores: only time and bytes are measured here."""
    scores = np.exp(2 * np.random.default_rng(seed).normal(size=(layers, heads, n, n)))
    weights = (scores / scores.sum(-1, keepdims=True)).astype(np.float32)
    tokens = tuple(WORDS_OF_SENTENCE[i % len(WORDS_OF_SENTENCE)] for i in range(n))
    axis = Axis(tokens, tuple(range(n)), tokens, (False,) * n)
    return AttentionMap("encoder_self", weights, axis, axis)


def draw_ours(attn: AttentionMap) -> None:
    words = {key: catalog("en")[key] for key in WORDS}
    overview(attn, 0, 0, words=words, scale=weight_scale(False), file_stem="heads", key="all")


def draw_bertviz(attn: AttentionMap) -> None:
    from bertviz import model_view  # type: ignore[import-not-found]

    html = model_view(attention, list(attn.queries.tokens), html_action="return", display_mode="light").data
    st.iframe(html, height=2000, alt="bertviz")


st.set_page_config(layout="wide")
q = st.query_params
run = st.session_state["run"] = st.session_state.get("run", 0) + 1
# The first click (run 2) draws next to nothing: it loads what the browser needs for either side. Then the real one.
attn = random_map(int(q["layers"]), int(q["heads"]), int(q["tokens"]) if run > 2 else 2, run)
if q["side"] == "bertviz":
    import bertviz  # noqa: F401 - seconds, at the first run, before anything is timed
    import torch

    attention = list(torch.from_numpy(attn.weights)[:, None])
if run == 1:
    gc.collect()
    gc.freeze()  # as the app does: streamlit collects after every run, and torch makes that long
if st.button("draw"):
    began = time.time()
    (draw_ours if q["side"] == "ours" else draw_bertviz)(attn)
    st.text(f"began {began:.6f} busy {time.time() - began:.6f}")
