"""The page Predict, then look as a person uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.i18n import translate
from core.models import load_model
from core.quiz import questions
from core.tracing import trace
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
TEXT = "The teacher opened the window because it was hot."


def test_a_round_on_a_sentence_of_ones_own(open_app):
    page = open_app("quiz?lang=ko")
    typed = page.get_by_label(translate("ko", "ask.sentence"), exact=True)
    typed.fill(TEXT)
    page.keyboard.press("Enter")
    settle(page)
    looks, masked, *_ = asked = questions(trace(load_model("transformer-en-fr"), TEXT))
    boxes = page.get_by_role("radiogroup")
    expect(boxes).to_have_count(len(asked))
    first = boxes.first
    first.get_by_text(looks.options[looks.answer], exact=True).click()
    right = translate("ko", "quiz.right", answer=looks.options[looks.answer]).replace("*", "")
    expect(page.get_by_text(right)).to_be_visible()
    wrong = masked.options[(masked.answer + 1) % 4]
    boxes.nth(1).get_by_text(wrong, exact=True).click()
    expect(page.get_by_text(translate("ko", "quiz.score", right=1, answered=2, of=4).replace("*", ""))).to_be_visible()
    assert page.locator(".js-plotly-plot").count() == 4
    page.get_by_role("button", name=translate("ko", "quiz.again")).click()
    again = questions(trace(load_model("transformer-en-fr"), TEXT), 2)[0]
    expect(page.get_by_role("heading", name=translate("ko", "quiz.looks.ask", **dict(again.said)))).to_be_visible()
    page.wait_for_url("**quiz.turn=2**")
