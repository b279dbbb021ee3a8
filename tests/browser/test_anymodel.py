"""The page Any model as a person uses it, with a tiny local model of each family."""

from __future__ import annotations

import pytest

from core.i18n import translate
from tests.browser.conftest import settle
from tests.hub.conftest import MAKERS, TEXT

pytestmark = pytest.mark.browser
FAMILIES = {"bert": "encoder", "gpt2": "decoder", "t5": "encoder_decoder"}


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """A folder for each."""
    root = tmp_path_factory.mktemp("named")
    for name in FAMILIES:
        model, words = MAKERS[name]
        tokenizer = words()
        model(tokenizer).save_pretrained(root / name)
        tokenizer.save_pretrained(root / name)
    return root


def test_a_person_names_one_model_after_the_other(open_app, named):
    """What is typed shows another model's heads, a head chosen by its link opens again, nothing leaves the machine."""
    page = open_app()
    page.get_by_role("link", name=translate("en", "anymodel.nav")).click()
    page.get_by_text(translate("en", "anymodel.families"), exact=True).wait_for(timeout=90000)
    settle(page)
    assert page.locator(".js-plotly-plot").count() == 3
    sentence = page.get_by_label(translate("en", "ask.sentence"), exact=True)
    sentence.fill(TEXT)
    sentence.press("Enter")
    for name, family in FAMILIES.items():
        box = page.get_by_label(translate("en", "anymodel.model"), exact=True)
        box.fill(str(named / name))
        box.press("Enter")
        page.get_by_text(translate("en", f"anymodel.family.{family}")).first.wait_for(timeout=180000)
        page.locator(".overview canvas").first.wait_for(timeout=180000)
        settle(page)
        assert page.locator(".js-plotly-plot").count() == 1
    assert "hf=" in page.url
    box.fill("nobody/nothing-of-this-name")
    box.press("Enter")
    page.get_by_role("button", name=translate("en", "anymodel.ask")).wait_for(timeout=90000)
    assert page.get_by_text("huggingface.co").count() >= 1
