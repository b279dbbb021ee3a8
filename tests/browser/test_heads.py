"""The page Heads as a person uses it."""

from __future__ import annotations

import json

import pytest

from core.i18n import translate
from core.measures import by_word
from core.models import load_model
from core.tracing import Search, trace
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
MODEL = "transformer-en-fr"
# What Plotly has drawn: numbers, not pixels.
DRAWN = """() => {
  const plot = document.querySelector('.js-plotly-plot');
  return JSON.stringify(Array.from(plot._fullData[0].z, row => Array.from(row)));
}"""


def type_sentence(page, text):
    box = page.get_by_label(translate("en", "ask.sentence"), exact=True)
    box.fill(text)
    box.press("Enter")
    page.wait_for_timeout(200)
    settle(page)


def drawn(page):
    page.locator(".js-plotly-plot").wait_for()
    return json.loads(page.evaluate(DRAWN))


def close_to(shown, true):
    """Masked cells are drawn as gaps."""
    return all(
        cell is None or cell == pytest.approx(weight, abs=1e-4)
        for row, weights in zip(shown, true, strict=True)
        for cell, weight in zip(row, weights, strict=True)
    )


@pytest.mark.parametrize("text", ["I am good.", "Where is my blue book?", "she does not like coffee"])
def test_the_numbers_shown_are_the_models(open_app, text):
    page = open_app("?lang=en")
    type_sentence(page, text)
    expected = trace(load_model(MODEL), text)
    assert page.get_by_text(f"→ {expected.tgt_text}", exact=True).is_visible()
    for kind in expected.kinds:
        page.get_by_role("radio", name=translate("en", f"kind.{kind}")).click()
        settle(page)
        assert close_to(drawn(page), by_word(expected[kind]).head(0, 0).tolist()), kind


def test_layer_head_and_pieces_are_chosen(open_app):
    page = open_app("?lang=en&unit=piece&kind=cross&layer=3&head=7&sentence=We%20didn%27t%20know.")
    expected = trace(load_model(MODEL), "We didn't know.")["cross"]
    assert close_to(drawn(page), expected.head(2, 6).tolist())


def test_a_beam_finds_what_the_engine_finds(open_app):
    page = open_app("?lang=en&beam=4&hypothesis=1&sentence=I%20like%20your%20idea.")
    expected = trace(load_model(MODEL), "I like your idea.", Search(4), chosen=1)
    assert page.get_by_text(f"→ {expected.tgt_text}", exact=True).is_visible()
    assert close_to(drawn(page), by_word(expected["encoder_self"]).head(0, 0).tolist())


def test_the_language_follows_the_browser_and_what_was_typed_survives_a_switch(open_app):
    page = open_app(locale="ko-KR")
    assert page.get_by_role("heading", name=translate("ko", "heads.title")).is_visible()
    box = page.get_by_label(translate("ko", "ask.sentence"), exact=True)
    box.fill("I love music.")
    box.press("Enter")
    settle(page)
    page.get_by_label("언어 · Language").click()
    page.get_by_role("option", name="English").click()
    settle(page)
    assert page.get_by_role("heading", name=translate("en", "heads.title")).is_visible()
    assert page.get_by_label(translate("en", "ask.sentence"), exact=True).input_value() == "I love music."
    assert "lang=en" in page.url


def test_a_sentence_in_another_script_gets_a_message_and_stays(open_app):
    page = open_app("?lang=ko")
    box = page.get_by_label(translate("ko", "ask.sentence"), exact=True)
    box.fill("나는 집에 간다")
    box.press("Enter")
    settle(page)
    said = translate("ko", "error.script", found="Hangul", expected="Latin")
    assert page.get_by_text(said, exact=True).is_visible()
    assert box.input_value() == "나는 집에 간다"


def test_markup_in_a_sentence_is_only_text(open_app):
    page = open_app("?lang=en&unit=piece")
    type_sentence(page, "I said <b>no</b> <script>document.title='owned'</script> [x](javascript:alert(1)) $x$")
    assert "owned" not in page.title()
    labels = page.locator(".js-plotly-plot .xtick text").all_inner_texts()
    assert "<" in labels
    assert page.locator(".stMarkdown a[href^=javascript]").count() == 0


def test_two_people_never_see_each_others_sentence(open_app):
    one, two = open_app("?lang=en"), open_app("?lang=en")
    type_sentence(one, "My secret is a cat.")
    type_sentence(two, "The weather is nice today.")
    one.reload()
    settle(one)
    assert "secret" not in two.content()
    assert "weather" not in one.content()
    assert one.get_by_label(translate("en", "ask.sentence"), exact=True).input_value() == "My secret is a cat."


def test_a_link_opens_the_same_view_in_another_browser(open_app):
    page = open_app("?lang=en")
    type_sentence(page, "I saw a black dog.")
    page.get_by_role("radio", name=translate("en", "kind.cross")).click()
    settle(page)
    other = open_app("?" + page.url.split("?", 1)[1])
    assert other.get_by_label(translate("en", "ask.sentence"), exact=True).input_value() == "I saw a black dog."
    assert drawn(other) == drawn(page)
