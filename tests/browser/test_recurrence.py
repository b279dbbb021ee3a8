"""The pages Recurrence and Gradients as a person uses them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.i18n import translate
from core.lab import gradients
from core.lab.recurrence_nets import random_net
from core.models import load_model
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
MODEL, TEXT = "transformer-en-fr", "The cat sleeps on the table."


def test_a_typed_sentence_explodes_on_a_straight_line(open_app):
    page = open_app("gradients?lang=en&gradients.weights=random&gradients.of=h&gradients.gain=1.5&gradients.back=0")
    sentence = page.get_by_role("textbox", name=translate("en", "ask.sentence"))
    sentence.wait_for(timeout=90000)
    sentence.fill(TEXT)
    page.keyboard.press("Enter")
    page.wait_for_timeout(800)
    settle(page)
    page.get_by_role("radio", name=translate("en", "gradients.activation.linear"), exact=True).or_(
        page.get_by_role("button", name=translate("en", "gradients.activation.linear"), exact=True)
    ).first.click()
    page.get_by_text(re.compile("× 1.50 a step")).first.wait_for(timeout=90000)
    settle(page)
    assert "gradients.activation=linear" in page.url
    tokenizer = load_model(MODEL).tokenizer
    last = gradients.steps_of(tokenizer, TEXT) - 1
    own = gradients.recurrent(random_net(len(tokenizer), "rnn", 1.5, "linear"), tokenizer, TEXT, last)
    picture = page.locator(".st-key-gradients-curves .js-plotly-plot").first
    picture.wait_for(timeout=90000)
    drawn = np.array(picture.evaluate("p => Array.from(p._fullData[0].y)"), float)
    np.testing.assert_allclose(drawn, own.h, rtol=1e-6)


def test_gates_on_a_phone_in_korean(open_app):
    page = open_app(
        "recurrence?lang=ko&recurrence.part=both&recurrence.weights=random", width=400, height=800, dark=True
    )
    page.locator(".st-key-recurrence-lstm .js-plotly-plot").wait_for(timeout=90000)
    page.locator(".st-key-recurrence-moved .js-plotly-plot").wait_for(timeout=90000)
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 401, "nothing sticks out"
    page.get_by_text(translate("ko", "recurrence.drawn"), exact=False).first.wait_for()
