"""By which measure the heads of an overview are coloured and sorted."""

from __future__ import annotations

import streamlit as st

from core.components.overview import Tint
from core.measures import measured, measures_of
from core.trace import AttentionMap
from core.ui.asking import from_link, into_link
from core.ui.language import t
from core.ui.presenting import wide

NONE = "none"


def measure_name(name: str) -> str:
    """A measure as people call it, with its unit where it has one."""
    return t(f"measure.{name}")


def measure_choice(attn: AttentionMap, *, none: bool = True) -> Tint | None:
    """Ask for one of the measures, and whether it sorts too; both are kept in the link. none: may it be none?"""
    names = ([NONE] if none else []) + list(measures_of(attn.kind))
    from_link("measure", names)
    chosen: str = st.selectbox(
        t("measure"), names, key="measure", width=wide(190), persist_state="session", help=t("measure.help"),
        format_func=measure_name,
    )  # fmt: skip
    into_link("measure", chosen, names[0])
    if chosen == NONE:
        return None
    order = st.toggle(
        t("measure.sorted"), key="measure.sorted", bind="query-params", persist_state="session",
        help=t(f"measure.{chosen}.help"),
    )  # fmt: skip
    return Tint(measure_name(chosen), measured(attn)[chosen], order)
