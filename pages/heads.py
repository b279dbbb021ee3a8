"""Where does each head look?"""

import streamlit as st

from core import ui
from core.components.links import WORDS as LINKS
from core.components.links import links
from core.components.overview import WORDS as OVERVIEW
from core.components.overview import Tint, overview
from core.figures.attention import Words, attention_heatmap, thinned
from core.figures.theme import weight_scale
from core.measures import Pick, by_word, pooled
from core.promises import hoped
from core.reading import read_aloud
from core.trace import AttentionMap, Trace
from core.ui import t
from core.ui.measuring import measure_choice

# What the link holds.
LINKED = ("sentence", "model", "beam", "hypothesis", "kind", "unit", "layer", "head", "view", "stretch", "measure",
          "measure.sorted", "anymodel.pair")  # fmt: skip

info = ui.model_picker(("transformer", "seq2seq", "bert", "gpt", *ui.READERS, *ui.SEERS))
text = ui.ask("heads", info)
beside = ui.beside(info)


@st.fragment
def look(trace: Trace) -> None:
    """Choosing what to see runs this alone, never the model."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = ui.choice("kind", trace.kinds)
        unit = ui.choice("unit", ("word", "piece"))
        attn = by_word(trace[kind]) if unit == "word" else trace[kind]
        layer, head = ui.pick("layer", attn.n_layers), ui.pick("head", attn.n_heads)
        stretch = st.toggle(t("stretch"), key="stretch", bind="query-params", help=t("stretch.help"))
    one, name = pooled(attn, layer, head), ui.pick_name(layer, head)
    reading, stem = read_aloud(one, ui.language()), ui.file_stem(trace.src_text, trace.model, kind, name)
    left, right = st.columns(2, gap="medium")
    with left:  # first: the overview is on the screen before the browser has read Plotly
        grid = st.container()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            tint = measure_choice(attn)
        with grid:
            all_heads(attn, layer, head, stretch, tint, ui.file_stem(trace.src_text, trace.model, kind))
    ui.let_draw()
    with right:
        view = ui.choice("view", ("heatmap", "links", "numbers"), label=False)
        one_head(one, view, stretch, f"{t(f'kind.{kind}')} · {name}", reading, stem)
    with left:
        st.markdown(f"**{ui.md(name)}** — {ui.md(reading)}")
        if hope := hoped(trace, kind, info.src, ui.language(), info.tgt):
            st.info(ui.md(hope), icon="🔎")
        ui.downloads(one, trace, stem, *LINKED)


def all_heads(attn: AttentionMap, layer: Pick, head: Pick, stretch: bool, tint: Tint | None, stem: str) -> None:
    """Every layer and head, by a measure if one is chosen; a click chooses."""
    overview(
        attn, layer if isinstance(layer, int) else None, head if isinstance(head, int) else None,
        words=ui.texts(OVERVIEW), scale=weight_scale(ui.dark()), stretch=stretch, tint=tint,
        file_stem=stem, key=f"overview-{attn.kind}", on_choose=ui.put_pick,
    )  # fmt: skip


def one_head(one: AttentionMap, view: str, stretch: bool, title: str, reading: str, stem: str) -> None:
    """The chosen head, large; `reading` is its text alternative."""
    if view == "heatmap":
        words = Words(t("term.query"), t("term.key"), t("term.weight"))
        fig = attention_heatmap(one, 0, 0, words, dark=ui.dark(), stretch=stretch)
        ui.picture(fig, key="heads-map", title=title, alt=f"{title}. {reading}", stem=stem)
        if thinned(one):
            st.caption(t("heads.crowded", n=max(len(one.queries), len(one.keys))))
    elif view == "links":
        links(one, 0, 0, words=ui.texts(LINKS), scale=weight_scale(ui.dark()), file_stem=stem, key="links")
    else:
        ui.numbers(one)


output, search = st.columns([4, 1], vertical_alignment="center")
with search:  # those that only read have none
    beam, hypothesis = (1, 0) if info.architecture in ("bert", "hub_encoder", *ui.SEERS) else ui.search_options()
with output:
    trace = ui.run_or_say(info, text, beam, hypothesis, beside=beside) if beside else None
    if trace:
        ui.translation(trace)
        ui.longer_than_trained(info, trace)
if trace:
    look(trace)
ui.lesson("heads")
