"""The pages, run as streamlit runs them, without a browser."""

import base64

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import ui
from core.i18n import LANGUAGES, translate
from core.measures import by_word
from core.models import load_model
from core.tracing import trace

MODEL = "transformer-en-fr"


@pytest.fixture(params=LANGUAGES)
def app(request):
    at = AppTest.from_file("../app.py", default_timeout=60)
    at.query_params["lang"] = request.param
    at.run()
    at.language = request.param
    return at


def shown_matrix(at):
    """The z values of the page's heat map; masked cells are NaN."""
    import json

    data = json.loads(at.get("plotly_chart")[0].proto.spec)["data"][0]["z"]
    values = np.frombuffer(base64.b64decode(data["bdata"]), data["dtype"])
    return values.reshape([int(n) for n in data["shape"].split(",")])


def choose(at, key, value):
    """AppTest knows segmented controls as button groups."""
    group = next(g for g in at.get("button_group") if g.key == key)
    group.set_value([value]).run()


def test_the_picture_is_there_before_anything_is_typed(app):
    assert not app.exception
    assert app.title[0].value == translate(app.language, "heads.title")
    text = app.text_input(key="sentence").value
    expected = by_word(trace(load_model(MODEL), text)["encoder_self"])
    np.testing.assert_allclose(shown_matrix(app), expected.head(0, 0), atol=1e-5)


def test_a_typed_sentence_is_translated_and_shown(app):
    app.text_input(key="sentence").set_value("I love music.").run()
    expected = trace(load_model(MODEL), "I love music.")
    assert any(ui.md(expected.tgt_text) in m.value for m in app.markdown)
    np.testing.assert_allclose(shown_matrix(app), by_word(expected["encoder_self"]).head(0, 0), atol=1e-5)


def test_changing_the_view_never_runs_the_model_again(app, monkeypatch):
    app.text_input(key="sentence").set_value("You are very kind.").run()

    def never(*args, **kwargs):
        raise AssertionError("the model ran again")

    monkeypatch.setattr("core.tracing.trace", never)
    app.selectbox(key="layer").set_value("2").run()
    app.selectbox(key="head").set_value("5").run()
    app.toggle(key="stretch").set_value(True).run()
    assert not app.exception


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        ("", "empty", {}),
        ("   ", "empty", {}),
        ("나는 집에 간다", "script", {"found": "Hangul", "expected": "Latin"}),
        ("go " * 600, "too_long", {"n": 600, "limit": 511}),
        ("a" * 20000, "too_long_characters", {"n": 20000, "limit": 16352}),
    ],
)
def test_what_cannot_be_read_gets_a_sentence_and_stays_typed(app, text, code, values):
    app.text_input(key="sentence").set_value(text).run()
    assert not app.exception
    said = [box.value for box in (*app.info, *app.warning)]
    assert ui.md(translate(app.language, f"error.{code}", **values)) in said
    assert app.text_input(key="sentence").value == text
    assert not app.get("plotly_chart")


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "$x$ :red[y] **z**", "👨‍👩‍👧 hi 🇰🇷", "a\x00b", "</s>"],
)
def test_hostile_text_is_shown_as_text(app, text):
    app.text_input(key="sentence").set_value(text).run()
    assert not app.exception
    assert app.get("plotly_chart")
    spec = app.get("plotly_chart")[0].proto.spec
    assert "<script" not in spec


def test_the_link_chooses_the_view():
    at = AppTest.from_file("../app.py", default_timeout=60)
    at.query_params.update({"lang": "en", "kind": "cross", "layer": "3", "head": "mean", "sentence": "Hello!"})
    at.run()
    assert at.text_input(key="sentence").value == "Hello!"
    assert at.selectbox(key="layer").value == "3"
    assert at.selectbox(key="head").value == "mean"
    assert at.session_state.kind == "cross"


@pytest.mark.parametrize(
    "name", ["kind", "unit", "view", "layer", "head", "beam", "hypothesis", "model", "stretch", "lang"]
)
@pytest.mark.parametrize("value", ["99", "", "<b>", "-1", "mean mean"])
def test_a_bad_link_falls_back(name, value):
    at = AppTest.from_file("../app.py", default_timeout=60)
    at.query_params[name] = value
    at.run()
    assert not at.exception
    assert at.get("plotly_chart")
