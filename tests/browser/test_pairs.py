"""Korean is typed on a page that stood in English: the model changes, says so, and the link keeps it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.i18n import translate
from core.text.corpus import read_pairs
from tests.browser.conftest import PATIENCE, settle
from tests.browser.serve import ROOT, serve
from tests.translators import fill

pytestmark = pytest.mark.browser
HOME = "나는 집에 간다."


@pytest.fixture(scope="module")
def address(tmp_path_factory, corpus: Path):
    root = tmp_path_factory.mktemp("pairs")
    fill(root, read_pairs(corpus))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADLIGHT_MODELS", str(root))
        with serve(ROOT / "app.py", limit=180) as url:
            yield url


def chooser(page, language):
    return page.get_by_role("combobox", name=translate(language, "model.label"), exact=True)


def test_the_model_follows_what_is_typed_and_the_link_keeps_it(chromium, address):
    page = chromium.new_page(locale="ko-KR", viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    settle(page)
    box = page.get_by_label(translate("ko", "ask.sentence"), exact=True)
    box.fill(HOME)
    box.press("Enter")
    chosen = page.get_by_text("이 언어를 읽는 모델로 바꾸었습니다")
    expect(chosen).to_contain_text("한국어 → 영어")
    expect(chooser(page, "ko")).to_have_value("한국어 → 영어 · pairs")
    expect(page).to_have_url(re.compile("model=pairs-ko-en"))
    settle(page)

    again = chromium.new_page(locale="en-GB")
    again.set_default_timeout(PATIENCE)
    again.goto(page.url.replace("lang=ko", "lang=en"))
    settle(again)
    expect(again.get_by_label(translate("en", "ask.sentence"), exact=True)).to_have_value(HOME)
    expect(chooser(again, "en")).to_have_value("Korean → English · pairs")
    again.close()

    page.get_by_role("button", name=re.compile("되돌리기")).click()
    expect(chosen).to_have_count(0)
    expect(chooser(page, "ko")).to_have_value("영어 → 프랑스어 · pairs")
    expect(page).not_to_have_url(re.compile("model="))
    page.close()
