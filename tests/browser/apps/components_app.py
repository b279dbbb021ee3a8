"""The two components on hand-built maps. `?scene=` says which map, `?only=` which component."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.components import links, overview
from core.figures.theme import weight_scale
from core.trace import AttentionMap, Axis

WORDS = {
    "overview.label": "All heads: {layers} layers down, {heads} heads across. Arrow keys choose one.",
    "overview.layer": "Layer {layer}",
    "overview.head": "Head {head}",
    "overview.at": "Layer {layer}, head {head}",
    "overview.chosen": "Layer {layer}, head {head} is chosen",
    "overview.hover": "“{query}” gives {weight} to “{key}”",
    "overview.weight": "weight",
    "overview.stretched": "stretched: full colour is each head's largest weight",
    "overview.png": "Save the picture as PNG",
    "overview.svg": "Save the picture as SVG",
    "overview.keys": "Keys",
    "overview.key_arrows": "choose a head",
    "overview.key_ends": "first and last head",
    "overview.key_zoom": "larger and smaller",
    "overview.key_enter": "look closer, and back (or double click)",
    "overview.key_escape": "back to all heads",
    "overview.key_help": "show these keys",
    "links.label": "Attention of layer {layer}, head {head}: lines from queries to keys",
    "links.query": "query",
    "links.query_writes": "query → writes",
    "links.key": "key",
    "links.row": "“{query}” gives {list}.",
    "links.to": "{weight} to “{key}”",
    "links.column": "“{key}” gets {list}.",
    "links.from": "{weight} from “{query}”",
    "links.mass": "top {percent} % of each row",
    "links.hide_special": "hide special tokens",
    "links.hint": "Point at a token to see its weights; click to hold it.",
    "links.locked": "Held: click again or press Esc to let go.",
    "links.left_out": "The {shown} heaviest of {total} lines are drawn.",
    "links.none": "No weight here reaches {weight}.",
    "links.png": "Save the picture as PNG",
    "links.svg": "Save the picture as SVG",
    "links.keys": "Keys",
    "links.key_arrows": "move over the tokens",
    "links.key_enter": "hold a token",
    "links.key_escape": "let go",
    "links.key_help": "show these keys",
}
SENTENCE = ("A", "dog", "ate", "the", "food", "because", "it", "was", "hung", "ry", ".", "</s>")
ODD = ("<b>x</b>", "<script>", "שלום", "한국어", "🙂", "antidisestablishmentarianism-and-more", "&amp;", "</s>")


def axis(tokens: tuple[str, ...], later: tuple[int, ...] = (), writes: tuple[str, ...] = ()) -> Axis:
    """Each token a word, except the later pieces."""
    word_of = tuple(int(w) for w in np.cumsum([0] + [i not in later for i in range(1, len(tokens))]))
    words = tuple("".join(t for t, w in zip(tokens, word_of, strict=True) if w == i) for i in range(word_of[-1] + 1))
    return Axis(tokens, word_of, words, tuple(t in ("<s>", "</s>") for t in tokens), writes)


def made_up(layers: int, heads: int, n: int, m: int, causal: bool = False) -> np.ndarray:
    """Rows that sum to 1: diagonals, first tokens, own tokens and noise, another mixture in each head."""
    random = np.random.default_rng(7)
    scores = random.normal(0, 1, (layers, heads, n, m))
    query, key = np.indices((n, m))
    for layer in range(layers):
        for head in range(heads):
            kind = (layer * 3 + head) % 5
            if kind < 3:
                scores[layer, head] += 6 * (key == np.clip(query * m // n + kind - 1, 0, m - 1))
            elif kind == 3:
                scores[layer, head] += 5 * (key == m - 1) - 0.05 * abs(query - key)
    if causal:
        scores = np.where(key > query, -np.inf, scores)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return (e / e.sum(-1, keepdims=True)).astype(np.float32)


def known() -> AttentionMap:
    """2 layers x 3 heads x 3 tokens; 0.62, 0.31 and 0.07 from the own token on, turned by layer + head."""
    weights = np.empty((2, 3, 3, 3), np.float32)
    for layer in range(2):
        for head in range(3):
            for query in range(3):
                weights[layer, head, query] = np.roll([0.62, 0.31, 0.07], query + layer + head)
    return AttentionMap("encoder_self", weights, axis(("it", "dog", "<b>x</b>")), axis(("it", "dog", "<b>x</b>")))


def scene(name: str) -> AttentionMap:
    sizes = {"small": (3, 8, SENTENCE), "one": (3, 8, ("a",)), "odd": (1, 4, ODD)}
    if name in sizes:
        layers, heads, tokens = sizes[name]
        line = axis(tokens, (9,) if name == "small" else ())
        return AttentionMap("encoder_self", made_up(layers, heads, len(tokens), len(tokens)), line, line)
    if name == "cross":
        inputs = ("<s>", "Un", "chien", "a", "mangé", "la", "nourriture", "parce", "qu'", "il", "avait", "faim", ".")
        queries = axis(inputs, writes=(*inputs[1:], "</s>"))
        return AttentionMap("cross", made_up(3, 8, len(queries), 12), queries, axis(SENTENCE, (9,)))
    if name in ("big", "long", "limit", "causal"):
        layers, heads, n = {"big": (12, 12, 64), "long": (3, 8, 200), "limit": (2, 4, 512), "causal": (6, 8, 24)}[name]
        line = axis(tuple(f"{SENTENCE[i % 11]}" for i in range(n)))
        kind = "decoder_self" if name == "causal" else "encoder_self"
        return AttentionMap(kind, made_up(layers, heads, n, n, name == "causal"), line, line)
    if name == "crowd":  # 150 x 150 even weights, each above the hairline
        line = axis(tuple(f"t{i}" for i in range(150)))
        return AttentionMap("encoder_self", np.full((1, 1, 150, 150), 1 / 150, np.float32), line, line)
    return known()


def page() -> None:
    st.set_page_config(layout="wide")
    name, only = st.query_params.get("scene", "known"), st.query_params.get("only", "")
    scale = weight_scale(st.context.theme.type == "dark")
    attn = scene(name)
    layer, head = st.session_state.setdefault("head", (0, 0))
    if st.query_params.get("controls"):
        if st.button("last head"):
            layer, head = st.session_state["head"] = (attn.n_layers - 1, attn.n_heads - 1)
        st.write(f"runs {st.session_state.setdefault('runs', 0)}")
        st.session_state["runs"] += 1
    if only != "links":
        stretch = bool(st.query_params.get("stretch"))
        options = {"words": WORDS, "scale": scale, "stretch": stretch, "file_stem": "heads", "key": "all"}
        chosen = overview.overview(attn, layer, head, **options)
        if chosen:
            layer, head = st.session_state["head"] = chosen
        st.write(f"chosen {layer} {head} from {chosen}")
    if only != "overview":
        links.links(attn, layer, head, words=WORDS, scale=scale, file_stem="lines", key="one")


if __name__ == "__main__":
    page()
