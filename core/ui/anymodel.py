"""The page Any model: from what was typed to a run; before anything leaves the machine, and before much memory goes,
the person is told and asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from core.errors import ModelError, UserError
from core.search import Search
from core.trace import Trace
from core.ui import named
from core.ui.language import language, md, t, why
from core.ui.named import Beside
from core.ui.waiting import Found, OnStep, attempt

if TYPE_CHECKING:
    from core.hub.naming import Named

MB = 1_000_000
PASSING = ("hub_offline", "hub_refused", "hub_disk", "hub_write")  # another day they may be gone
MOST = 24  # models of the server's folder that are offered
PAGES = {"heads": (*named.READERS, *named.SEERS), "compare": (*named.READERS, *named.SEERS), "decoding": named.WRITERS}


def run(folder: Path, typed: str, text: str, beside: Beside) -> Trace | None:
    """Load and run it, or say why not; once it has run, the other pages know it too."""
    name = named.place(typed, folder)
    found = attempt(
        lambda heard: named.run(name, text, Search(), 0, beside, _on_step=heard), f"any {typed} {beside.pair} {text}"
    )
    if found:
        named.offer(name, folder)
    return found


def further(typed: str, text: str, family: str, beside: Beside) -> None:
    """On to the other pages with this model."""
    query = {"open": f"{named.PREFIX}{typed}", "sentence": text, "lang": language()}
    if beside.pair:
        query["anymodel.pair"] = beside.pair
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.caption(t("anymodel.further"), width="content")
        for page, architectures in PAGES.items():
            if f"hub_{family}" in architectures:
                with suppress(StreamlitPageNotFoundError):  # a page that runs alone has no others
                    st.page_link(f"pages/{page}.py", label=t(f"{page}.nav"), icon="➡️", query_params=query)


def on_server() -> None:
    """The models in the folder that the server's settings allow; a click names one."""
    from core.hub.naming import folders_allowed

    root = folders_allowed()
    found = sorted(path.parent for path in root.glob("*/config.json"))[:MOST] if root else []
    if found:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.caption(t("anymodel.server"), width="content")
            for folder in found:
                st.button(
                    md(folder.name), key=f"anymodel.server.{folder.name}", on_click=st.session_state.update,
                    args=({"hf": str(folder)},),
                )  # fmt: skip


def folder_or_ask(typed: str) -> Path | None:
    """Where the named model lies on this machine; a sentence or a question where it does not."""
    from core.hub.files import found
    from core.hub.naming import hub_allowed
    from core.hub.naming import named as read_name

    try:
        name = read_name(typed)
        folder = found(name)
        if folder is None and not hub_allowed():
            raise ModelError("hub_off", name=name.name)
    except UserError as error:
        st.warning(why(error))
        return None
    return folder or _fetched(name)


def _fetched(name: Named) -> Path | None:
    """Ask the person, then the Hub for the size, then the person again, then fetch."""
    from core.hub.files import download_size, fetch
    from core.hub.request import host

    said = {"name": md(name.name), "host": host()}
    if not _agreed("ask", name.name, t("anymodel.leaves", **said)):
        return None
    sizes: dict[str, int] = st.session_state.setdefault("anymodel.sizes", {})
    if name.name not in sizes:
        size = _from_hub("ask", name.name, lambda heard: download_size(name))
        if size is None:
            return None
        sizes[name.name] = size
    if not _agreed("fetch", name.name, t("anymodel.size", size=_mb(sizes[name.name]), **said)):
        return None
    return _from_hub(
        "fetch", name.name, lambda heard: fetch(name, lambda done, total: heard(done // MB, -(-total // MB)))
    )


def _from_hub(what: str, name: str, work: Callable[[OnStep], Found]) -> Found | None:
    """A work that a person agreed to; once it has failed, nothing leaves the machine again by itself."""
    codes: list[str] = []

    def noting(heard: OnStep) -> Found:
        try:
            return work(heard)
        except ModelError as error:
            codes.append(error.code)
            raise

    found = attempt(noting, f"{what} {name}", step="anymodel.step")
    if found is None and codes:
        agreed: set[tuple[str, str]] = st.session_state["anymodel.agreed"]
        agreed.discard((what, name))
        if codes[0] in PASSING:
            st.button(t("anymodel.retry"), key="anymodel.retry", on_click=agreed.add, args=((what, name),))
    return found


def may_load(folder: Path, name: str) -> str | None:
    """The model's family, once its size is on the page and, where it is large, agreed to."""
    found = attempt(lambda heard: named.described(folder, name), f"config {folder}")
    if found is None:
        return None
    size, family = found
    said = t("anymodel.memory", name=md(name), size=_mb(size), family=t(f"anymodel.family.{family}"))
    if size > named.LARGE:
        return family if _agreed("load", name, said) else None
    st.caption(said)
    return family


def _agreed(what: str, name: str, question: str) -> bool:
    """Has this session said yes to just this? If not, ask."""
    agreed: set[tuple[str, str]] = st.session_state.setdefault("anymodel.agreed", set())
    if (what, name) in agreed:
        return True
    with st.container():  # one element: what comes next takes its place at once
        st.info(question)
        st.button(
            t(f"anymodel.{what}"), key=f"anymodel.{what}", type="primary", on_click=agreed.add, args=((what, name),)
        )
    return False


def _mb(size: int) -> str:
    return f"{size / MB:,.1f} MB"
