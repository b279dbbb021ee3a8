"""Which model reads what is typed: named in the person's language, chosen by the language of the sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from core.i18n import LANGUAGES, translate
from core.samples import samples
from core.text import words
from core.text.corpus import Pair
from tests.pages.seen import opened, said
from tests.translators import fill

REFUSED = "mostly written in Hangul letters"
HOME = "나는 집에 간다."
PAGES = "heads compare whole selfattention masks positions layer decoding alignment gradients".split()


@pytest.fixture(autouse=True)
def shelf(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, pairs: list[Pair]) -> Path:
    """Four random translators; the first of them in alphabetical order reads English."""
    root = tmp_path_factory.getbasetemp() / "pairs-shelf"
    if not root.exists():
        fill(root, pairs)
    monkeypatch.setenv("HEADLIGHT_MODELS", str(root))
    return root


def model(at: AppTest) -> str:
    return str(at.sidebar.selectbox(key="model").value)


def typed(at: AppTest, text: str, language: str = "en") -> AppTest:
    streamlit.session_state.language = language  # AppTest names options outside the app's session
    return at.text_input(key="sentence").set_value(text).run()


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["English → French", "English → Korean", "French → English", "Korean → English"]),
        ("ko", ["영어 → 프랑스어", "영어 → 한국어", "프랑스어 → 영어", "한국어 → 영어"]),
    ],
)
def test_the_picker_names_languages_in_the_persons_own(language: str, names: list[str]):
    streamlit.session_state.language = language
    at = opened("heads", language)
    assert at.sidebar.selectbox(key="model").options == [f"{name} · pairs" for name in names]
    assert model(at) == "pairs-en-fr"
    at.sidebar.selectbox(key="model").set_value("pairs-en-ko").run()
    assert model(at) == "pairs-en-ko"
    assert at.query_params["model"] in ("pairs-en-ko", ["pairs-en-ko"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_korean_is_read_by_the_model_that_reads_korean(language: str):
    at = typed(opened("heads", language), HOME, language)
    assert not at.exception
    assert model(at) == "pairs-ko-en"
    korean, english = (translate(language, f"language.{code}") for code in ("ko", "en"))
    told = translate(language, "pairs.chosen", typed=korean, pair=f"{korean} → {english}")
    assert told in said(at)
    at.button(key="pairs.back").click().run()
    assert (model(at), at.text_input(key="sentence").value) == ("pairs-en-fr", "I like your idea.")
    assert told not in said(at)


def test_french_is_told_from_english_and_one_click_takes_another():
    at = typed(opened("heads"), "Je ne sais pas.")
    assert model(at) == "pairs-fr-en"
    at = typed(at, "I do not know.")
    assert model(at) == "pairs-en-fr"
    at.button(key="pairs.pairs-en-ko").click().run()
    assert model(at) == "pairs-en-ko"
    assert at.text_input(key="sentence").value == "I do not know."
    at = typed(at, "I like it.")
    assert model(at) == "pairs-en-ko", "it reads English too"


@pytest.mark.parametrize("text", ["Tom!", "42", "", "Привет"])
def test_what_nobody_can_tell_changes_nothing(text: str):
    assert model(typed(opened("heads"), text)) == "pairs-en-fr"


def test_a_name_in_latin_letters_is_not_korean():
    at = opened("heads", text=HOME)
    assert model(typed(at, "Tom!")) == "pairs-en-fr"


def test_a_link_without_a_model_takes_the_one_that_reads_its_sentence():
    assert model(opened("heads", text=HOME)) == "pairs-ko-en"
    at = opened("heads", text=HOME, model="pairs-en-fr")
    assert model(at) == "pairs-en-fr", "a link that names its model is kept"
    assert REFUSED in said(at)
    assert translate("en", "pairs.doubt", typed="Korean", reads="English") in said(at)
    at.button(key="pairs.pairs-ko-en").click().run()
    assert (model(at), at.text_input(key="sentence").value) == ("pairs-ko-en", HOME)
    assert "looks like" not in said(at)


def test_an_example_gives_way_to_one_of_the_other_languages():
    streamlit.session_state.language = "en"
    first = samples("heads", "en", "fr")[0].text
    at = opened("heads", text=first)
    at.sidebar.selectbox(key="model").set_value("pairs-ko-en").run()
    assert at.text_input(key="sentence").value == samples("heads", "ko", "en")[0].text
    at = typed(at, "나는 잔다.")
    at.sidebar.selectbox(key="model").set_value("pairs-en-fr").run()
    assert at.text_input(key="sentence").value == "나는 잔다.", "what a person typed stays"
    assert REFUSED in said(at)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_shows_a_korean_sentence(page: str, language: str):
    at = opened(page, language, HOME)
    assert model(at) == "pairs-ko-en"
    assert not at.error
    assert page == "gradients" or not at.warning  # it wants language models, too
    for sample in samples(page, "ko", "en"):
        assert at.button(key=f"sample.{sample.name}").label == translate(language, f"sample.{sample.name}")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_a_model_that_writes_korean(page: str):
    at = opened(page, "ko", "I go home.", model="pairs-en-ko")
    assert model(at) == "pairs-en-ko"
    assert not at.error
    assert page == "gradients" or not at.warning  # it wants language models, too


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_the_model_hardly_met_are_marked(language: str):
    note = translate(language, "echo.unknown", times=words.MET)
    at = opened("heads", language, "I like your <b>quasar</b>.")
    assert ":gray-background[**quasar**]" in said(at)
    assert note in said(at)
    assert ":gray-background[**like**]" not in said(at)
    assert note not in said(typed(at, "I like your... 42!", language))
    at = typed(at, "나는 도서관에 간다.", language)
    assert "나는 :gray-background[**도서관에**] :gray-background[**간다**]" in said(at)


def test_without_a_list_of_words_nothing_is_marked(shelf: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "unlisted-en-fr").mkdir()
    for file in (shelf / "pairs-en-fr").iterdir():
        if file.name != words.WORDS:
            (tmp_path / "unlisted-en-fr" / file.name).write_bytes(file.read_bytes())
    monkeypatch.setenv("HEADLIGHT_MODELS", str(tmp_path))
    assert "gray-background" not in said(opened("heads", text="I like quasars."))
