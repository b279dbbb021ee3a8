"""The page Self-attention, run as streamlit runs it, in both languages."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import ui
from core.errors import UserError
from core.i18n import LANGUAGES, sentence, translate
from core.lab.headsteps import Change, all_heads, softmax, steps
from core.lab.selfattention import projections, readings
from core.models import load_model
from core.tracing import trace
from core.ui.selfattention import SHOWN
from tests.pages import seen
from tests.pages.seen import matrices, said

MODEL, TEXT = "transformer-en-fr", "I like your idea."
PARTS = ("whatif", "dk", "angle", "heads", "bench", "same")
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


opened = partial(seen.opened, "selfattention")


@EVERY_LANGUAGE
def test_the_picture_is_there_before_anything_is_typed(language, model):
    at = AppTest.from_file("../../pages/selfattention.py", default_timeout=60)
    at.query_params["lang"] = language
    at.run()
    assert not at.exception
    assert at.title[0].value == translate(language, "selfattention.title")
    expected = trace(model, at.text_input(key="sentence").value)["encoder_self"]
    np.testing.assert_allclose(matrices(at)["weights"], expected.head(0, 0), atol=1e-5)


@EVERY_LANGUAGE
@pytest.mark.parametrize("kind", ["encoder_self", "decoder_self", "cross"])
def test_every_matrix_follows_from_those_before_it(language, kind, model):
    shown = matrices(opened(language, kind=kind, layer="2", head="3"))
    learned, d = projections(model, kind, 1), 32
    asked = shown["y"] if kind == "cross" else shown["x"]
    for name, vectors in (("q", shown["x"]), ("k", asked), ("v", asked)):
        bias = getattr(learned, f"b_{name}")[2]
        np.testing.assert_allclose(shown[name], vectors @ shown[f"w_{name}"] + bias, atol=1e-4)
    np.testing.assert_allclose(shown["products"], shown["q"] @ shown["k"].T, atol=1e-4)
    np.testing.assert_allclose(shown["scores"], shown["products"] / np.sqrt(d), atol=1e-4)
    np.testing.assert_allclose(shown["weights"], softmax(shown["masked"]), atol=1e-5)
    np.testing.assert_allclose(shown["z"], shown["weights"] @ shown["v"], atol=1e-4)
    np.testing.assert_allclose(shown["concat"][:, 2 * d : 3 * d], shown["z"], atol=1e-5)
    np.testing.assert_allclose(shown["out"], shown["concat"] @ shown["w_o"] + learned.b_o, atol=1e-4)
    np.testing.assert_allclose(shown["weights"], trace(model, TEXT)[kind].head(1, 2), atol=1e-5)
    assert np.isneginf(shown["masked"]).any() == (kind == "decoder_self")


@EVERY_LANGUAGE
@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_from_a_link(language, part):
    at = opened(language, selfattention__part=part)
    assert len(matrices(at)) >= 15


@EVERY_LANGUAGE
def test_a_colder_softmax_moves_weights_and_output(language, model):
    at = opened(language, kind="cross")
    at.slider(key="selfattention.temperature").set_value(0.0).run()
    reading = readings(model, TEXT).sublayers["cross"][0]
    new = steps(reading, projections(model, "cross", 0), 0, Change(temperature=0))
    shown = matrices(at)
    np.testing.assert_array_equal(shown["after"], new.weights)
    assert set(np.unique(shown["after"])) == {0, 1}
    np.testing.assert_allclose(shown["part_new"], new.part, atol=1e-5)
    assert translate(language, "selfattention.effect.none") not in said(at)


@EVERY_LANGUAGE
def test_the_mask_comes_off(language):
    at = opened(language, kind="decoder_self")
    assert translate(language, "selfattention.effect.none") in said(at)
    future = np.triu(np.ones_like(matrices(at)["after"], bool), 1)
    assert (matrices(at)["after"][future] == 0).all()
    at.toggle(key="masked").set_value(False).run()
    assert (matrices(at)["after"][future] > 0).all()


@EVERY_LANGUAGE
def test_one_score_is_changed(language):
    at = opened(language, query="1", key="0")
    at.toggle(key="newscore").set_value(True).run()
    slider = next(one for one in at.slider if one.key.startswith("selfattention.value"))
    slider.set_value(slider.max).run()
    shown = matrices(at)
    assert shown["changed"][1, 0] == pytest.approx(slider.max)
    assert shown["after"][1, 0] > 0.99
    np.testing.assert_allclose(np.delete(shown["after"], 1, 0), np.delete(shown["weights"], 1, 0), atol=1e-6)


def test_a_changed_score_is_in_the_link_and_belongs_to_its_pair(model):
    at = opened("en", query="1", key="0", newscore="true", score="-7.5")
    assert matrices(at)["changed"][1, 0] == pytest.approx(-7.5)
    assert float(at.query_params["score"]) == -7.5
    slider = next(one for one in at.slider if one.key.startswith("selfattention.value"))
    slider.set_value(3.2).run()
    assert float(at.query_params["score"]) == 3.2
    at.selectbox(key="query").set_value("2").run()
    own = all_heads(readings(model, TEXT).sublayers["encoder_self"][0], projections(model, "encoder_self", 0))[0]
    assert matrices(at)["changed"][2, 0] == pytest.approx(own.scores[2, 0], abs=0.051)
    at.toggle(key="newscore").set_value(False).run()
    assert "score" not in at.query_params


def test_another_sentence_begins_with_its_own_score(model):
    """The same places hold other words there, and a slider that kept its key would keep its number."""
    at = opened("en", query="1", key="0", newscore="true")
    slider = next(one for one in at.slider if one.key.startswith("selfattention.value"))
    slider.set_value(3.2).run()
    at.text_input(key="sentence").set_value("Where is my blue book?").run()
    reading = readings(model, "Where is my blue book?").sublayers["encoder_self"][0]
    own = all_heads(reading, projections(model, "encoder_self", 0))[0]
    assert matrices(at)["changed"][1, 0] == pytest.approx(own.scores[1, 0], abs=0.051)


@pytest.mark.parametrize("score", ["", "x", "1e9", "nan", "inf", "99999", "--1", "٣"])
def test_a_bad_score_in_the_link_is_the_heads_own(score, model):
    at = opened("en", query="1", key="0", newscore="true", score=score)
    own = all_heads(readings(model, TEXT).sublayers["encoder_self"][0], projections(model, "encoder_self", 0))[0]
    assert matrices(at)["changed"][1, 0] == pytest.approx(own.scores[1, 0], abs=0.051)


def test_a_long_sentence_has_a_window_that_moves(model):
    text = "go " * 70
    at = opened("en", text=text, query="0", **{"from": "11"})
    weights = trace(model, text)["encoder_self"].head(0, 0)
    seen = slice(10, 10 + SHOWN)
    np.testing.assert_allclose(matrices(at)["weights"], weights[seen, seen], atol=1e-5)
    at.slider(key="from").set_value(1).run()
    np.testing.assert_allclose(matrices(at)["weights"], weights[:SHOWN, :SHOWN], atol=1e-5)
    at.selectbox(key="query").set_value("69").run()  # brings the window along
    np.testing.assert_allclose(matrices(at)["weights"], weights[-SHOWN:, -SHOWN:], atol=1e-5)
    at.text_input(key="sentence").set_value(TEXT).run()
    assert not at.exception
    assert [one for one in at.slider if one.key == "from"] == []


@EVERY_LANGUAGE
def test_a_score_is_the_sum_of_its_products(language, model):
    at = opened(language, query="2", key="1")
    one = all_heads(readings(model, TEXT).sublayers["encoder_self"][0], projections(model, "encoder_self", 0))[0]
    product = f"{one.q[2] @ one.k[1]:.2f}".replace("-", "−")
    assert f"**{product}**" in said(at)


@EVERY_LANGUAGE
def test_the_workbench_opens_on_i_am_good_and_says_what_is_wrong(language):
    at = opened(language, selfattention__part="bench")
    shown = matrices(at)
    # The workbench's panels come last and share names with the walk's.
    np.testing.assert_array_equal(
        np.round(shown["weights"], 3), np.float32([[0.001, 0.996, 0.003], [0.942, 0.057, 0.001]])
    )
    assert translate(language, "selfattention.bench.deck") in said(at)
    at.text_area(key="benchK").set_value("1 0 x").run()
    assert not at.exception
    wrong = translate(language, "error.matrix_number", name="K", row=1, cell="x")
    assert ui.md(wrong) in said(at)
    assert at.text_area(key="benchK").value == "1 0 x"
    assert translate(language, "selfattention.bench.deck") not in said(at)


@EVERY_LANGUAGE
def test_the_same_word_in_another_sentence(language):
    at = opened(language, selfattention__part="same", second="They like me.")
    assert at.selectbox(key="word").value == "like"
    assert "1.00 → " in said(at)
    at.text_input(key="second").set_value("Nobody").run()
    assert translate(language, "selfattention.same.none") in said(at)
    at.text_input(key="second").set_value("").run()
    assert not at.exception
    assert ui.md(translate(language, "error.empty")) in said(at)


def test_changing_what_is_seen_never_runs_the_model_again(monkeypatch):
    at = opened("en", text="You are very kind.")

    def never(*args, **kwargs):
        raise AssertionError("the model ran again")

    monkeypatch.setattr("core.lab.selfattention.readings", never)
    at.selectbox(key="layer").set_value("2").run()
    at.selectbox(key="head").set_value("5").run()
    at.selectbox(key="query").set_value("0").run()
    at.slider(key="selfattention.temperature").set_value(0.5).run()
    assert not at.exception


@EVERY_LANGUAGE
@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("go " * 600, "too_long"), ("Я иду домой", "script")])
def test_what_cannot_be_read_gets_a_sentence_and_the_workbench_stays(language, text, code):
    at = opened(language)
    at.text_input(key="sentence").set_value(text).run()
    assert not at.exception
    assert at.text_input(key="sentence").value == text
    values = {"empty": {}, "too_long": {"n": 600, "limit": 511}, "script": {"found": "Cyrillic", "expected": "Latin"}}
    assert ui.md(sentence(language, UserError(code, **values[code]))) in said(at)
    assert matrices(at).keys() >= {"q", "k", "v", "weights"}


@pytest.mark.parametrize("name", ["kind", "layer", "head", "query", "key", "selfattention.part", "other", "word", "dk"])
@pytest.mark.parametrize("value", ["99", "", "<b>", "-1"])
def test_a_bad_link_falls_back(name, value):
    part = {"other": "heads", "word": "same", "dk": "dk"}.get(name, "whatif")
    at = opened("en", **{"selfattention.part": part, name: value})
    assert len(matrices(at)) >= 15


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "$x$ :red[y] **z**", "</s>", "hi"])
@pytest.mark.parametrize("part", PARTS)
def test_hostile_and_tiny_text_is_shown_as_text(text, part):
    at = opened("ko", text=text, selfattention__part=part)
    assert len(matrices(at)) >= 15
    assert not any("<script" in element.proto.spec for element in at.get("plotly_chart"))
