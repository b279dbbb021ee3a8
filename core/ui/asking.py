"""What a page asks for: model, sentence, and the choices that make up the link."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core import i18n
from core.errors import ModelError
from core.measures import Pick, Pool
from core.samples import Sample, samples
from core.shelf import ModelInfo, installed, read_info, shelf
from core.ui import named, pairs
from core.ui.echo import echo
from core.ui.keeping import keep
from core.ui.language import language, md, t, why
from core.ui.presenting import wide

BEAMS = ("1", "4", "8")
POOLS: dict[str, Pool] = {"mean": "mean", "max": "max"}


def come_through_app() -> None:
    """Let app.py run first, with its navigation, language and style.

    A fresh server that has not met `st.navigation` yet takes every file in pages/ for a page
    and runs it alone; a link that opens one of them would be the server's first visitor.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def model_picker(architectures: tuple[str, ...] = ("transformer",), *, maps: bool = True) -> ModelInfo:
    """The models that this page can show, in the sidebar. Ends the page with a sentence if there is none.

    maps: leave out those without any attention.
    """
    come_through_app()
    asked = str(st.session_state.get("model") or st.query_params.get("model", ""))
    if named.is_named(asked) and any(one in named.READERS for one in architectures):
        named.admit(asked, architectures)
    known = known_models(architectures, st.sidebar.warning)
    infos = {name: info for name, info in known.items() if info.config.kinds or not maps}
    if not infos:
        st.error(t("model.none", folder=md(str(shelf()))))
        st.stop()
    # The widest first: those trained small for one page's comparison are nobody's first choice.
    names = sorted(infos, key=lambda name: (architectures.index(infos[name].architecture), -infos[name].config.d_model))
    if opened := st.query_params.get("open"):  # a link from the page Any model, where `model` is another's
        del st.query_params["open"]
        if opened in names:
            st.session_state.model = opened
    from_link("model", names)  # another page's: here the first, or the first that reads the sentence
    pairs.offer(infos, names)
    shown = pairs.labels({name: infos[name] for name in names})
    name = st.sidebar.selectbox(
        t("model.label"), names, key="model", format_func=shown.__getitem__, help=t("model.help"),
        persist_state="session",
    )  # fmt: skip
    return infos[into_link("model", name, names[0])]


def known_models(
    architectures: tuple[str, ...] = ("transformer",), complain: Callable[[str], object] = lambda said: None
) -> dict[str, ModelInfo]:
    """The sound models of these architectures by name; `complain` hears of each damaged one."""
    infos = {}
    for name in installed():
        try:
            info = read_info(name)
        except ModelError as error:
            complain(why(error))
            continue
        if info.architecture in architectures:
            infos[name] = info
    return infos | named.offered(architectures)


def ask(page: str, info: ModelInfo, key: str = "sentence", *, reads: bool = True, examples_of: str = "") -> str:
    """Title, sentence and example chips; the sentence is shared by all pages, unless a page has a `key` of its own.

    reads: is it this model that reads the sentence? Then it says what it hardly knows of it.
    examples_of: whose examples, if not the page's own.
    """
    st.title(t(f"{page}.title"), anchor=False)
    examples = samples(examples_of or page, info.src, info.tgt)
    pairs.follow(page, info, examples, key)
    keep(key)
    text: str | None = st.text_input(
        t("ask.sentence"), examples[0].text if examples else "", key=key, bind="query-params",
        placeholder=t("ask.placeholder", language=i18n.language_name(info.src, language())),
        on_change=_typed, args=(key,), label_visibility="collapsed",
    )  # fmt: skip

    def take(sample: Sample) -> None:
        st.session_state[key], st.session_state.kind = sample.text, sample.kind
        st.session_state.update(sample.choices)
        _first_hypothesis()

    with st.container(horizontal=True, gap="small"):
        for sample in examples:
            name = f"sample.{sample.name}"
            st.button(t(name), key=name, help=t(f"{name}.help"), on_click=take, args=(sample,))
    if key == "sentence" and reads:
        pairs.say(info, text or "")
    if reads:
        echo(info, text or "")
    return text or ""


def _typed(key: str) -> None:
    _first_hypothesis()
    pairs.typed(key)


def _first_hypothesis() -> None:
    """Another sentence has other hypotheses: look at its best."""
    st.session_state.hypothesis = "0"


def choice(key: str, options: Sequence[str], *, label: bool = True) -> str:
    """One of a few, kept in the link; texts are `<key>` and `<key>.<option>`. label: is its name shown?"""
    from_link(key, options)
    chosen = st.segmented_control(
        t(key), options, default=None if key in st.session_state else options[0], required=True, key=key,
        format_func=lambda o: t(f"{key}.{o}"), persist_state="session",
        label_visibility="visible" if label else "collapsed",
    )  # fmt: skip
    return into_link(key, str(chosen), options[0])


def select(
    key: str, names: dict[str, str], title: str, *, default: str = "", width: int = 130, about: str | None = None,
    label: bool = True,
) -> str:  # fmt: skip
    """One of several by their codes, kept in the link; the default, the first if none is named, needs no mention there.

    label: is the title shown?
    """
    options = list(names)
    default = default or options[0]
    from_link(key, options)
    # Set anew each time: a browser answers by label, and another sentence or language has other labels.
    st.session_state[key] = st.session_state.get(key, default)
    chosen: str = st.selectbox(
        title, options, key=key, width=wide(width), persist_state="session", format_func=names.__getitem__, help=about,
        label_visibility="visible" if label else "collapsed",
    )  # fmt: skip
    return into_link(key, chosen, default)


def select_number(key: str, title: str, count: int, *, first: int = 0, width: int = 110) -> int:
    """Counted from 1 for people and from 0 here; at first `first`."""
    names = {str(i + 1): str(i + 1) for i in range(count)}
    return int(select(key, names, title, default=str(first + 1), width=width)) - 1


def pick(key: str, count: int, *, term: str = "", default: str = "1") -> Pick:
    """A layer or head, counted from 1 for people and from 0 here, or all of them pooled.

    term: what it is, where `key` does not say so.
    """
    shown = {str(i + 1): str(i + 1) for i in range(count)} | {pool: t(f"pick.{pool}") for pool in POOLS}
    chosen = select(key, shown, t(f"term.{term or key}"), default=default, width=120)
    return POOLS.get(chosen) or int(chosen) - 1


def search_options() -> tuple[int, int]:
    """How wide the search is (1 is greedy), and which of its hypotheses to look at."""
    from_link("beam", BEAMS)
    beam = st.segmented_control(
        t("beam"), BEAMS, default=None if "beam" in st.session_state else BEAMS[0], required=True, key="beam",
        format_func=lambda n: t("beam.greedy") if n == "1" else n, help=t("beam.help"), persist_state="session",
    )  # fmt: skip
    beam = into_link("beam", str(beam), BEAMS[0])
    from_link("hypothesis", [str(i) for i in range(int(beam))])
    return int(beam), int(st.session_state.get("hypothesis", "0"))


def from_link(key: str, options: Sequence[str]) -> None:
    """Let the link choose, once; what is no option falls back to the first.

    A widget's own `bind` would put its label into the link, which is another one in each language.
    """
    if key not in st.session_state and st.query_params.get(key) in options:
        st.session_state[key] = st.query_params[key]
    if st.session_state.get(key, options[0]) not in options:  # another model has fewer layers
        del st.session_state[key]
    elif key in st.session_state:
        # Said anew each time: a browser answers by label, which is of the old language or of the sentence before.
        st.session_state[key] = st.session_state[key]


def into_link(key: str, value: str, default: str) -> str:
    """Keep a choice in the link; the default needs no mention."""
    if value != default:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]
    return value


def put_pick(layer: int, head: int) -> None:
    """Choose a head from a picture, in a callback: before `pick` is drawn again."""
    st.session_state.layer, st.session_state.head = str(layer + 1), str(head + 1)
