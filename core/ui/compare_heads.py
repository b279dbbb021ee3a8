"""The page Compare: all heads of a side, by what they measure and by how alike they look."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.components.overview import WORDS as OVERVIEW
from core.components.overview import Tint, overview
from core.components.sharing import PICTURE_WORDS, save_picture
from core.figures.compare import Ring, head_plane
from core.figures.theme import weight_scale
from core.measures import head_distances, measured, measures_of, plane
from core.trace import AttentionMap, Floats
from core.ui.asking import select
from core.ui.compare import LINKED, Chosen, Side
from core.ui.language import md, t, texts
from core.ui.measuring import measure_choice, measure_name
from core.ui.showing import as_presented, dark, file_stem, share


def measures(chosen: Chosen) -> None:
    """Every head in numbers: coloured and sorted by one of them, and all of them in a table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = chosen.one_side()
        by = measure_choice(side.attn, none=False)
    if by:
        st.markdown(md(_extremes(by)))
    st.caption(t(f"measure.{st.session_state.measure}.help"))
    left, right = st.columns(2, gap="medium")
    stem = file_stem(side.trace.src_text, side.trace.model, side.attn.kind)
    with left:
        layer, head = (at if isinstance(at, int) else None for at in (side.layer, side.head))
        overview(
            side.attn, layer, head, words=texts(OVERVIEW), scale=weight_scale(dark()), file_stem=stem,
            key=f"compare.overview-{side.attn.kind}-{side.name}", on_choose=side.choose, tint=by,
            stretch=bool(st.session_state.get("stretch")),
        )  # fmt: skip
    with right:
        _table(side, measured(side.attn), stem)
    if side.attn.kind == "cross":
        st.caption(t("measure.cross"))
    if not side.attn.normalised:
        st.caption(t("measure.unnormalised"))
    share(*LINKED)


def _extremes(by: Tint) -> str:
    """The heads that have most and least of a measure."""
    (a, b), (c, d) = (np.unravel_index(int(at), by.values.shape) for at in (by.values.argmax(), by.values.argmin()))
    return t(
        "measure.extremes", name=by.title, most=f"{by.values[a, b]:.2f}", layer=a + 1, head=b + 1,
        least=f"{by.values[c, d]:.2f}", layer2=c + 1, head2=d + 1,
    )  # fmt: skip


def _table(side: Side, found: dict[str, Floats], stem: str) -> None:
    """A head a row; a click on a column's name sorts, one beside a row chooses the head."""
    import pandas as pd  # streamlit's own; half a second that only this view pays

    layers, heads = (grid.ravel() for grid in np.indices(side.attn.weights.shape[:2]))
    columns = {"layer": layers + 1, "head": heads + 1} | {name: values.ravel() for name, values in found.items()}
    names = {"layer": t("term.layer"), "head": t("term.head")} | {name: measure_name(name) for name in found}
    digits = {
        name: st.column_config.NumberColumn(names[name], format="%.3f", help=t(f"measure.{name}.help"))
        for name in found
    }
    key = f"compare.table-{side.name}-{side.attn.kind}"

    def choose() -> None:
        if rows := st.session_state[key].selection.rows:
            side.choose(int(layers[rows[0]]), int(heads[rows[0]]))

    frame = pd.DataFrame(columns)
    st.dataframe(
        frame, hide_index=True, key=key, on_select=choose, selection_mode="single-row",
        column_config={"layer": names["layer"], "head": names["head"], **digits},
        height=min(38 + 35 * len(frame), 460),
    )  # fmt: skip
    st.download_button(
        t("save.csv"), lambda: frame.to_csv(index=False), f"{stem}_measures.csv", "text/csv", on_click="ignore"
    )


def similar(chosen: Chosen) -> None:
    """Heads that look alike stand near each other."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = chosen.one_side()
        names = {one: measure_name(one) for one in measures_of(side.attn.kind)}
        name = select("compare.colour", names, t("compare.plane.colour"), width=190)
    attn, found = side.attn, measured(side.attn)
    if attn.n_layers * attn.n_heads < 2:
        st.info(t("compare.plane.alone"))
        return
    distances, used = head_distances(attn)
    flat = plane(distances)
    fig = head_plane(flat, *_named(attn), found[name].ravel(), measure_name(name), _rings(chosen, side), dark=dark())
    near, far = _pairs(distances, attn)
    reading = f"{near} {far}"
    st.markdown(md(reading))
    key, stem = f"compare.plane-{side.name}", file_stem(side.trace.src_text, side.trace.model, attn.kind)

    def choose() -> None:
        for point in st.session_state[key].selection.points:
            if point["curve_number"] == 0:
                side.choose(*divmod(int(point["point_index"]), attn.n_heads))

    st.plotly_chart(
        as_presented(fig),
        key=key,
        alt=reading,
        config={"displayModeBar": False},
        on_select=choose,
        selection_mode="points",
    )
    save_picture(
        key, title=t("compare.view.plane"), words=texts(PICTURE_WORDS), file_stem=f"{stem}_plane", key=f"{key}.save"
    )
    st.caption(t("compare.plane.about", explained=f"{flat.explained:.0%}", stress=f"{flat.stress:.2f}"))
    if used < len(attn.queries):
        st.caption(t("compare.plane.used", used=used, n=len(attn.queries)))
    share(*LINKED)


def _named(attn: AttentionMap) -> tuple[list[str], list[str]]:
    """What is shown of each head when it is pointed at, and beside it."""
    places = [(layer + 1, head + 1) for layer in range(attn.n_layers) for head in range(attn.n_heads)]
    return [t("compare.at", layer=layer, head=head) for layer, head in places], [f"{a}.{b}" for a, b in places]


def _rings(chosen: Chosen, side: Side) -> list[Ring]:
    """Rings around the heads of A and B, where they are among the heads shown."""
    return [
        Ring(one.name, one.layer * one.attn.n_heads + one.head)
        for one in (chosen.a, chosen.b)
        if one.same_heads(side) and isinstance(one.layer, int) and isinstance(one.head, int)
    ]


def _pairs(distances: Floats, attn: AttentionMap) -> tuple[str, str]:
    """The two heads that look most alike, and the two that look least alike, in words."""
    names = _named(attn)[0]
    above = np.triu(np.ones_like(distances, bool), 1)
    said = []
    for key, at in (
        ("compare.plane.near", np.where(above, distances, np.inf).argmin()),
        ("compare.plane.far", np.where(above, distances, -np.inf).argmax()),
    ):
        one, two = np.unravel_index(int(at), distances.shape)
        said.append(t(key, one=names[one], two=names[two], distance=f"{distances[one, two]:.2f}"))
    return said[0], said[1]
