"""Below the walk: how long the vectors are, post-norm beside pre-norm, and LayerNorm beside batch norm."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import ModelError, UserError
from core.figures import layers as figures
from core.lab.layersteps import Side, growth, lengths
from core.shelf import ModelInfo, installed, read_info
from core.ui.asking import from_link, into_link
from core.ui.language import md, t, why
from core.ui.layer import Chosen, in_batch, layers
from core.ui.layer_box import tiny
from core.ui.layer_walk import number
from core.ui.showing import file_stem, picture

SECOND = "I have never seen such a beautiful house in my life!"
NONE = "none"


def stations(side: Side, name: str) -> list[str]:
    """Short names of the embedding and of every sublayer."""
    found = [t("layer.station.embed")]
    for i, layer in enumerate(side.layers, 1):
        for one in layer:
            kind = "masked" if one.kind == "self" and name == "decoder" else one.kind
            found.append(f"{i}·{t(f'layer.station.{kind}')}")
    return found


def norms(c: Chosen) -> None:
    """The followed token's lengths at every sublayer, and the stream's growth, beside another model's."""
    subs, i = c.side.sublayers, c.token
    before = np.array([lengths(one.before)[i] for one in subs])
    out = np.array([lengths(one.out)[i] for one in subs])
    added = np.array([lengths(one.added)[i] for one in subs])
    bars = [(t("layer.length.before"), before), (t("layer.length.out"), out), (t("layer.length.added"), added)]
    if not c.found.pre:
        bars.append((t("layer.length.normed"), np.array([lengths(one.normed)[i] for one in subs])))
    most = int((out / np.maximum(before, 1e-12)).argmax())
    names = stations(c.side, c.side_name)
    said = t(
        "layer.length.read", token=c.name, sub=names[most + 1], before=number(before[most]), out=number(out[most]),
        share=number(100 * out[most] / max(float(before[most]), 1e-12), 0),
    )  # fmt: skip
    st.markdown(said)
    fig = figures.lengths(names[1:], bars, y=t("layer.length.y"))
    picture(fig, key="layer.lengths", title=said, alt=said, stem=f"{c.stem}_lengths")
    st.markdown(f"##### {t('layer.growth')}")
    _growth(c)


def _growth(c: Chosen) -> None:
    """One line, or two where another model is installed that reads the same language."""
    others = others_of(c.model)
    options = [*others, NONE]
    if not others:
        st.info(t("layer.growth.alone", norm=t("layer.norm.pre" if c.found.pre else "layer.norm.post")))
        other = NONE
    else:
        from_link("other", options)
        other = st.selectbox(
            t("layer.growth.other"), options, key="other", width=440, persist_state="session",
            format_func=lambda name: t("layer.growth.none") if name == NONE else f"{name} · {others[name]}",
        )  # fmt: skip
        into_link("other", other, options[0])
    lines = [_growing(c.model, c.side_name, c.found.side(c.side_name), c.found.pre)]
    if other != NONE:
        try:
            found = layers(other, c.found.src_text)
            lines.append(_growing(other, c.side_name, found.side(c.side_name), found.pre))
        except UserError as error:
            st.warning(why(error))
    said = " ".join(
        t("layer.growth.read", model=md(one.name), first=number(one.mean[0]), last=number(one.mean[-1]),
          times=number(one.mean[-1] / max(float(one.mean[0]), 1e-9)))
        for one in lines
    )  # fmt: skip
    st.markdown(said)
    fig = figures.growth(lines, x=t("layer.growth.x"), y=t("layer.growth.y"))
    picture(fig, key="layer.growing", title=said, alt=said, stem=f"{c.stem}_growth")


def _growing(model: str, name: str, side: Side, pre: bool) -> figures.Growing:
    size = growth(side)
    norm = t("layer.norm.pre" if pre else "layer.norm.post")
    return figures.Growing(f"{model} ({norm})", stations(side, name), size.mean(-1), size.min(-1), size.max(-1))


def others_of(name: str) -> dict[str, str]:
    """The other Transformers that read this model's language, with where their Norm stands; other norms first."""
    infos = []
    for other in installed():
        try:
            infos.append(read_info(other))
        except ModelError:  # the picker has said so
            continue
    own = next(info for info in infos if info.name == name)
    fit = [one for one in infos if _comparable(one, own)]
    fit.sort(key=lambda one: one.config.norm == own.config.norm)
    return {one.name: t(f"layer.norm.{one.config.norm}") for one in fit}


def _comparable(one: ModelInfo, own: ModelInfo) -> bool:
    return one.name != own.name and (one.architecture, one.src) == ("transformer", own.src)


def batch(c: Chosen) -> None:
    """True or false: Add & Norm is batch norm. Another sentence comes into the batch; what moves?"""
    st.markdown(t("layer.batch.claim"))
    second: str = st.text_input(
        t("layer.batch.second"), SECOND, key="second_sentence", bind="query-params", persist_state="session"
    )
    kinds: list[str] = [one.kind for one in c.sublayers]
    from_link("norm", kinds)
    chosen = st.segmented_control(
        t("layer.batch.norm"), kinds, default=None if "norm" in st.session_state else kinds[0], required=True,
        key="norm", format_func=c.called, persist_state="session",
    )  # fmt: skip
    kind = into_link("norm", str(chosen), kinds[0])
    try:
        found = in_batch(c.model, (c.found.src_text, second), c.side_name, c.layer, kinds.index(kind))
    except UserError as error:
        st.warning(why(error))
        return
    i = c.token
    said = t(
        "layer.batch.read", token=c.name, others=found.others, layer=tiny(float(found.layer_moved[i])),
        batch=number(float(found.batch_moved[i])), mean=number(float(found.batch_moved.mean())),
    )  # fmt: skip
    pairs = [
        ("LayerNorm", found.layer_alone[i], found.layer_batch[i]),
        (t("layer.batch.name"), found.batch_alone[i], found.batch_batch[i]),
    ]
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        fig = figures.moved(pairs, x=t("layer.batch.alone"), y=t("layer.batch.together"))
        stem = file_stem(c.stem, "batchnorm")
        picture(fig, key="layer.moved", title=t("layer.batch.title"), alt=said, stem=stem)
    with right:
        st.markdown(said)
        st.caption(t("layer.batch.how"))
