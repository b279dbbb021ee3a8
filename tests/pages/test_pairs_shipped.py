"""The examples of the shipped translators beside English to French, each clicked on the first page."""

from __future__ import annotations

import unicodedata

import pytest
import streamlit

from core.i18n import LANGUAGES, translate
from core.samples import samples
from core.shelf import installed
from tests.pages.seen import opened, plain, said

PAIRS = [pair for pair in (("en", "ko"), ("fr", "en"), ("ko", "en")) if f"transformer-{'-'.join(pair)}" in installed()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("src", "tgt"), PAIRS)
def test_each_example_is_translated_and_its_promise_is_asked_of_every_head(src: str, tgt: str, language: str):
    at = opened("heads", language, model=f"transformer-{src}-{tgt}")
    for one in samples("heads", src, tgt):
        streamlit.session_state.language = language  # AppTest names options outside the app's session
        at.button(key=f"sample.{one.name}").click().run()
        assert not at.exception
        shown = plain(said(at))
        assert at.text_input(key="sentence").value == one.text
        written = next(line for line in shown.splitlines() if line.startswith("#### → "))
        assert all(part in written.lower() for part in one.says)
        assert translate(language, f"sample.{one.name}.help") in shown
        assert translate(language, "promise.absent", words="§").split("§")[-1] not in shown


@pytest.mark.skipif(("ko", "en") not in PAIRS, reason="no model reads Korean")
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_korean_is_read_composed_and_decomposed(form: str):
    at = opened("heads")
    at.text_input(key="sentence").set_value(unicodedata.normalize(form, "나는 집에 간다.")).run()
    assert not at.exception
    assert not at.warning
    assert "#### → I go home." in plain(said(at))
