"""Models by their languages: their names in the picker, and which of them reads what is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core import i18n
from core.samples import Sample
from core.shelf import ModelInfo
from core.text.languages import spoken
from core.text.script import SCRIPTS, main_script
from core.ui import named
from core.ui.language import language, md, t

# Keys of no widget: what the page offers, by name; the last switch; page and pair that were shown, with their
# examples; the sentence that was shown.
OFFERED, SWITCHED, SHOWN, READ = "pairs.offered", "pairs.switched", "pairs.shown", "pairs.read"
Pair = tuple[str, str]  # source and target, as codes


@dataclass(frozen=True, slots=True)
class Switch:
    """The model was chosen by what was typed."""

    text: str
    to: str
    back: str  # the model before
    before: str  # the sentence before


def pair_name(src: str, tgt: str) -> str:
    """English → French, in the person's language."""
    names = [i18n.language_name(code, language()) for code in (src, tgt) if code]
    return " → ".join(dict.fromkeys(names))


def labels(infos: Mapping[str, ModelInfo]) -> dict[str, str]:
    """Each model's languages and, after a dot, what tells it from others with the same."""
    own = {name: info for name, info in infos.items() if not named.is_named(name) and info.tgt}
    short = {
        name: f"{pair_name(info.src, info.tgt)} · {name.removesuffix(f'-{info.src}-{info.tgt}')}"
        for name, info in own.items()
    }
    twice = {label for label in short.values() if list(short.values()).count(label) > 1}
    whole = {name: f"{pair_name(info.src, info.tgt)} · {name}" for name, info in own.items()}
    return {name: name for name in infos} | {n: whole[n] if s in twice else s for n, s in short.items()}


def offer(infos: Mapping[str, ModelInfo], names: Sequence[str]) -> None:
    """Remember what this page can show; nobody having chosen yet, take the model that reads the link's sentence."""
    offered = {name: (infos[name].src, infos[name].tgt) for name in names}
    st.session_state[OFFERED] = offered
    if "model" not in st.session_state:
        text = st.session_state.get("sentence") or st.query_params.get("sentence", "")
        if found := fitting(text, offered, names[0]):
            st.session_state.model = found


def fitting(text: str, offered: Mapping[str, Pair], now: str) -> str | None:
    """The first model that reads the language of a text; None if the one chosen does, or nobody can tell."""
    typed, reads = spoken(text), offered.get(now, ("", ""))[0]
    if reads not in SCRIPTS or typed == reads:
        return None
    if typed is None and main_script(text) in (None, SCRIPTS[reads]):
        return None
    script = main_script(text)
    return next(
        (name for name, (src, tgt) in offered.items() if tgt and (src == typed or (not typed and _in(src, script)))),
        None,
    )


def _in(src: str, script: str | None) -> bool:
    return SCRIPTS.get(src) == script


def typed(key: str) -> None:
    """In a callback: another language than the model's was typed, and another model reads it."""
    text, now = st.session_state[key], st.session_state.get("model", "")
    if found := fitting(text, st.session_state.get(OFFERED, {}), now):
        st.session_state[SWITCHED] = Switch(text, found, now, st.session_state.get(READ, ""))
        st.session_state.model = found


def follow(page: str, info: ModelInfo, examples: Sequence[Sample], key: str) -> None:
    """Before the text field is drawn: other languages chosen on this page have an example of theirs for an example."""
    pair, texts = (page, info.src, info.tgt), [sample.text for sample in examples]
    old, others = st.session_state.get(SHOWN, (pair, ()))
    if (
        pair != old
        and page == old[0]
        and st.session_state.get(key) in others
        and st.session_state[key] not in texts
        and texts
    ):
        st.session_state[key] = texts[0]
    st.session_state[SHOWN] = pair, texts


def say(info: ModelInfo, text: str) -> None:
    """Which model was chosen by what was typed, and the others that could read it: one click each."""
    st.session_state[READ], switch = text, st.session_state.get(SWITCHED)
    if switch is None or (switch.text, switch.to) != (text, info.name):
        _doubt(info, text)
        return
    offered: dict[str, Pair] = st.session_state[OFFERED]
    here = (info.src, info.tgt)
    others = {pair: name for name, pair in reversed(offered.items()) if pair[0] == info.src and pair != here}
    typed = i18n.language_name(info.src, language())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"🔀 {t('pairs.chosen', typed=md(typed), pair=md(pair_name(*here)))}", width="content")
        for pair, name in others.items():
            st.button(pair_name(*pair), key=f"pairs.{name}", on_click=_take, args=(name, text))
        back = t("pairs.back", pair=pair_name(*offered.get(switch.back, ("", ""))))
        st.button(back, key="pairs.back", on_click=_take, args=(switch.back, switch.before))


def _doubt(info: ModelInfo, text: str) -> None:
    """A model that was chosen, but another language than its own: say so, and who could read it."""
    other, offered = spoken(text), st.session_state.get(OFFERED, {})
    if other in (None, info.src) or info.src not in SCRIPTS or info.name not in offered:
        return
    readers = {pair: name for name, pair in reversed(offered.items()) if pair[0] == other and pair[1]}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        typed, reads = (i18n.language_name(code, language()) for code in (str(other), info.src))
        st.markdown(f"🔀 {t('pairs.doubt', typed=typed, reads=reads)}", width="content")
        for pair, name in readers.items():
            st.button(pair_name(*pair), key=f"pairs.{name}", on_click=_take, args=(name, text))


def _take(name: str, text: str) -> None:
    st.session_state.model, st.session_state.sentence = name, text
    st.session_state.pop(SWITCHED, None)
