"""Where does each head look?"""

import streamlit as st

from core import ui
from core.components.links import WORDS as LINKS
from core.components.links import links
from core.components.overview import WORDS as OVERVIEW
from core.components.overview import overview
from core.figures.attention import Words, attention_heatmap
from core.figures.theme import weight_scale
from core.measures import Pick, by_word, pooled
from core.reading import promise, read_aloud
from core.samples import samples
from core.trace import AttentionMap, Trace
from core.ui import t

info = ui.model_picker()
text = ui.ask("heads", info)


@st.fragment
def look(trace: Trace) -> None:
    """Choosing what to see runs this alone, never the model."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = ui.choice("kind", trace.kinds)
        unit = ui.choice("unit", ("word", "piece"))
        attn = by_word(trace[kind]) if unit == "word" else trace[kind]
        layer, head = ui.pick("layer", attn.n_layers), ui.pick("head", attn.n_heads)
        view = ui.choice("view", ("heatmap", "links", "numbers"))
        stretch = st.toggle(t("stretch"), key="stretch", bind="query-params", help=t("stretch.help"))
    for sample in samples("heads", info.src):
        if sample.kind == kind and (answer := promise(trace[kind], sample.query, sample.keys, ui.language())):
            st.info(ui.md(answer), icon="🔎")
    one, name = pooled(attn, layer, head), ui.pick_name(layer, head)
    stem = ui.file_stem(trace.src_text, trace.model, kind)
    reading = f"{name}: {read_aloud(one, ui.language())}"
    left, right = st.columns(2, gap="medium")
    with left:
        all_heads(attn, layer, head, stretch, stem)
        st.markdown(ui.md(reading))
        ui.downloads(one, trace, f"{stem}_{ui.file_stem(name)}")
    with right:
        one_head(one, view, stretch, reading, f"{stem}_{ui.file_stem(name)}")


def all_heads(attn: AttentionMap, layer: Pick, head: Pick, stretch: bool, stem: str) -> None:
    """Every layer and head; a click chooses."""
    overview(
        attn, layer if isinstance(layer, int) else 0, head if isinstance(head, int) else 0, words=ui.texts(OVERVIEW),
        scale=weight_scale(ui.dark()), stretch=stretch, file_stem=stem, key=f"overview-{attn.kind}",
        on_choose=ui.put_pick,
    )  # fmt: skip


def one_head(one: AttentionMap, view: str, stretch: bool, reading: str, stem: str) -> None:
    """The chosen head, large."""
    if view == "heatmap":
        words = Words(t("term.query"), t("term.key"), t("term.weight"))
        fig = attention_heatmap(one, 0, 0, words, dark=ui.dark(), stretch=stretch)
        st.plotly_chart(fig, key="heads.map", alt=reading, config=ui.plot_config(stem))
    elif view == "links":
        links(one, 0, 0, words=ui.texts(LINKS), scale=weight_scale(ui.dark()), file_stem=stem, key="links")
    else:
        ui.numbers(one)


output, search = st.columns([4, 1], vertical_alignment="top")
with search:
    beam, hypothesis = ui.search_options()
with output:
    trace = ui.run_or_say(info, text, beam, hypothesis)
    if trace:
        ui.translation(trace)
if trace:
    look(trace)
ui.lesson("heads")
