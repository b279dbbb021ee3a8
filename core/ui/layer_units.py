"""Below the walk: the feed-forward network's units, and what would become of it without its ReLU."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.components.walk import WORDS, Box, Group, walk
from core.figures import units as figures
from core.lab.layersteps import firing, top_units
from core.trace import Floats
from core.ui.asking import from_link, into_link
from core.ui.language import t, texts
from core.ui.layer import SHOWN, SIDES, Chosen, collapse, convolution
from core.ui.layer_box import tiny
from core.ui.layer_walk import number
from core.ui.showing import dark, picture

STRONGEST = 12
VIEWS = ("top", "all")


def units(c: Chosen) -> None:
    """Which units fire on the followed token, on which other tokens they fire, and how many never do."""
    hidden = c.side.hidden(c.layer)
    best = top_units(hidden, c.token, STRONGEST)
    if not best:
        st.info(t("layer.units.none", token=c.name))
    else:
        _map(c, hidden, best)
    st.markdown(f"##### {t('layer.dead')}")
    _dead(c)


def _map(c: Chosen, hidden: Floats, best: tuple[int, ...]) -> None:
    row, unit = hidden[c.token], best[0]
    others = [int(j) for j in np.argsort(-hidden[:, unit], kind="stable") if hidden[j, unit] > 0]
    said = t(
        "layer.units.read", token=c.name, n=int((row > 0).sum()), of=len(row), unit=unit + 1,
        value=number(float(row[unit])), count=len(others), tokens=len(hidden),
    )  # fmt: skip
    st.markdown(said)
    from_link("units", VIEWS)
    view = st.segmented_control(
        t("layer.units.view"), VIEWS, default=None if "units" in st.session_state else VIEWS[0], required=True,
        key="units", format_func=lambda o: t(f"layer.units.{o}"), persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    names = c.names[:SHOWN]
    if into_link("units", str(view), VIEWS[0]) == "top":
        fig = figures.activations(
            hidden[:SHOWN, best].T, [str(one + 1) for one in best], names, y=t("layer.unit"), dark=dark(),
            hover=t("layer.units.hover", unit="{unit}", token="{token}"),
        )  # fmt: skip
        alt = t("layer.units.alt.top", token=c.names[c.token], n=len(best))
    else:
        fig = figures.every_unit(hidden[:SHOWN], names, (t("layer.unit"), t("layer.token.word")), dark=dark())
        alt = t("layer.units.alt.all", n=hidden.shape[1])
    picture(fig, key="layer.units.map", title=alt, alt=alt, stem=f"{c.stem}_units")


def _dead(c: Chosen) -> None:
    """Every layer of both sides, by the share of its units that no token of this sentence wakes."""
    names: list[str] = []
    shares: list[float] = []
    said, chosen = "", 0
    for side_name in SIDES:
        side = c.found.side(side_name)
        for i in range(len(side.layers)):
            one = firing(side.hidden(i))
            name = t("layer.at", side=t(f"layer.side.{side_name}"), n=i + 1)
            if (side_name, i) == (c.side_name, c.layer):
                chosen = len(names)
                said = t(
                    "layer.dead.read", layer=name, dead=one.dead, units=one.units,
                    share=f"{100 * one.dead / one.units:.0f}", each=f"{100 * one.each:.0f}",
                )  # fmt: skip
            names.append(name)
            shares.append(one.dead / one.units)
    st.markdown(said)
    fig = figures.dead(names, shares, chosen, (t("layer.dead.alive"), t("layer.dead.never")), dark=dark())
    picture(fig, key="layer.dead.bars", title=t("layer.dead"), alt=said, stem=f"{c.stem}_dead")
    st.caption(t("layer.dead.note"))


def linear(c: Chosen) -> None:
    """W_2 W_1 as one matrix, with ReLU and without; and the network as a convolution of width 1."""
    st.markdown(t("layer.linear.intro"))
    most = len(c.side.layers) - c.layer
    depth = 1
    if most > 1:
        options = [str(n) for n in range(1, most + 1)]
        from_link("depth", options)
        st.session_state.setdefault("depth", options[0])
        chosen: str = st.select_slider(t("layer.linear.depth"), options, key="depth", persist_state="session")
        depth = int(into_link("depth", chosen, options[0]))
    found = collapse(c.model, c.found.src_text, c.side_name, c.layer, depth)
    i, d = c.token, found.matrix.shape[0]
    units = c.side.hidden(c.layer).shape[1]
    st.markdown(t(
        "layer.linear.read", matrices=2 * depth, d=d, error=tiny(found.error()),
        fired=number(100 * found.error_fired(), 0),
        weights=f"{2 * depth * d * units:,}", one=f"{d * d:,}",
    ))  # fmt: skip
    limit = round(float(np.quantile(np.abs(found.stacked[i]), 0.99)), 1) or 1.0
    fired = round(float(np.quantile(np.abs(found.fired[i]), 0.99)), 1) or 1.0

    def strip(name: str, values: Floats, joiner: str, own: float) -> Box:
        note = t("layer.note.scale", n=number(own, 1))
        return Box(name, t(f"layer.linear.{name}"), np.ascontiguousarray(values, np.float32), note, joiner, own)

    groups = [
        Group(t("layer.linear.without"), (
            strip("stacked", found.stacked[i], "", limit), strip("single", found.single[i], "−", limit),
            strip("apart", found.stacked[i] - found.single[i], "=", limit),
        )),
        Group(t("layer.linear.with"), (
            strip("fired", found.fired[i], "", fired), strip("again", found.single[i], "−", fired),
            strip("gap", found.fired[i] - found.single[i], "=", fired),
        )),
    ]  # fmt: skip
    walk(groups, words=texts(WORDS), dark=dark(), file_stem=f"{c.stem}_linear", key="layer.linear.strips")
    same = convolution(c.model, c.found.src_text, c.side_name, c.layer, c.token)
    st.markdown(t(
        "layer.linear.convolution", token=c.name, kernel=tiny(same.kernel_1), neighbours=tiny(same.neighbours)
    ))  # fmt: skip
