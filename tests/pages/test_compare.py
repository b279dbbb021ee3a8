"""The page Compare, run as streamlit runs it, in both languages."""

from __future__ import annotations

import json
import shutil
import struct
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from streamlit.testing.v1 import AppTest

import core.ui.compare_heads
import core.ui.compare_shown  # noqa: F401 - before names of core.ui.language are patched
from core import ui
from core.config import Seq2SeqConfig
from core.contrast import contrast, disagreement
from core.errors import UserError
from core.i18n import LANGUAGES, sentence, translate
from core.measures import (
    by_word,
    difference,
    head_distances,
    measured,
    measures_of,
    mismatches,
    plane,
    pooled,
    shared,
)
from core.models import WEIGHTS, load_model, save_model
from core.nn.build import build
from core.samples import samples
from core.tracing import trace, trace_output

MODEL, TEXT, OTHER = "transformer-en-fr", "I like your idea.", "I like your dog."


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


@pytest.fixture(params=LANGUAGES)
def language(request, monkeypatch):
    """AppTest looks up an option's text outside the page, where nobody has chosen a language."""
    monkeypatch.setattr(sys.modules["core.ui.language"], "language", lambda: request.param)
    return request.param


def opened(language="en", **query):
    """The page with what a link says: `compare__view` for `compare.view`."""
    at = AppTest.from_file("../../pages/compare.py", default_timeout=120)
    at.query_params.update({"lang": language, "sentence": TEXT} | {k.replace("__", "."): v for k, v in query.items()})
    at.run()
    assert not at.exception
    return at


def headers(at, name):
    """The headers and values of the components of a name."""
    for element in at.get("bidi_component"):
        if element.proto.component_name.endswith(name):
            data = element.proto.bytes
            size = struct.unpack("<I", data[:4])[0]
            yield json.loads(data[4 : 4 + size]), data[4 + size :]


def maps(at):
    """Every panel by its name: header and values [rows, columns]."""
    header, data = next(headers(at, "headlight_compare"))
    values, found, start = np.frombuffer(data, np.float32), {}, 0
    for panel in header["panels"]:
        n, m = panel["shape"]
        found[panel["name"]] = (panel, values[start : start + n * m].reshape(n, m))
        start += n * m
    return found


def link(at):
    for component in at.get("bidi_component"):
        if component.proto.component_name.endswith("headlight_link"):
            return json.loads(component.proto.json)[0]["choices"]
    raise AssertionError("no link on the page")


def said(at):
    return "\n".join(element.value for kind in (at.markdown, at.caption, at.warning, at.info) for element in kind)


def choose(at, key, value):
    """AppTest knows segmented controls as button groups."""
    next(group for group in at.get("button_group") if group.key == key).set_value(value).run()
    assert not at.exception


def pick(at, key, code):
    box = at.selectbox(key=key)
    box.select_index({"mean": len(box.options) - 2, "max": len(box.options) - 1}.get(code) or int(code) - 1).run()
    assert not at.exception


def test_two_heads_stand_beside_their_difference(language, model):
    at = opened(language, layer="1", head="2", compare__layer="3", compare__head="5")
    assert at.title[0].value == translate(language, "compare.title")
    attn = by_word(trace(model, TEXT)["encoder_self"])
    one, two = pooled(attn, 0, 1), pooled(attn, 2, 4)
    found = maps(at)
    np.testing.assert_allclose(found["A"][1], one.head(0, 0), atol=1e-5)
    np.testing.assert_allclose(found["B"][1], two.head(0, 0), atol=1e-5)
    np.testing.assert_allclose(found["B − A"][1], difference(one, two), atol=1e-5)
    assert {panel["limit"] for panel, _ in found.values()} == {1}
    assert found["B − A"][0]["scale"] == "signed"
    assert found["A"][0]["rowLinks"] == found["B"][0]["rowLinks"] == found["B − A"][0]["rowLinks"]
    assert ui.md(contrast(one, two, language)) in said(at)


def test_stretched_colours_end_at_the_largest_of_both_maps_and_stay_symmetric(model):
    at = opened("en", layer="mean", head="mean", compare__layer="3", compare__head="mean", stretch="true")
    attn = by_word(trace(model, TEXT)["encoder_self"])
    one, two = pooled(attn, "mean", "mean"), pooled(attn, 2, "mean")
    found = maps(at)
    most = max(one.weights.max(), two.weights.max())
    assert found["A"][0]["limit"] == found["B"][0]["limit"] == pytest.approx(most, abs=1e-5)
    assert found["B − A"][0]["limit"] == pytest.approx(np.abs(difference(one, two)).max(), abs=1e-5)


def test_the_future_is_grey_in_a_decoders_maps_and_in_their_difference():
    at = opened(kind="decoder_self")
    for _, values in maps(at).values():
        np.testing.assert_array_equal(np.isnan(values), np.triu(np.ones(values.shape, bool), 1))


def test_kinds_whose_axes_differ_get_a_sentence_in_place_of_a_difference(language, model):
    at = opened(language, kind="encoder_self", compare__kind="cross")
    run = trace(model, TEXT)
    one, two = (pooled(by_word(run[kind]), 0, 0) for kind in ("encoder_self", "cross"))
    assert list(maps(at)) == ["A", "B"]
    assert ui.md(disagreement(mismatches(one, two), language)) in said(at)
    (_, (b, _)) = maps(at).values()
    assert b["colLinks"] == list(range(len(two.keys))), "the keys are the same words, and are linked"


def test_another_sentence_is_compared_where_both_have_the_same_words(language, model):
    at = opened(language, compare__sentence=OTHER, compare__layer="1", compare__head="1")
    one, two = (pooled(by_word(trace(model, text)["encoder_self"]), 0, 0) for text in (TEXT, OTHER))
    assert list(maps(at)) == ["A", "B"]
    text = said(at)
    assert ui.md("‘idea’") in text
    assert ui.md("‘dog’") in text
    at.toggle(key="compare.shared").set_value(True).run()
    panel, values = maps(at)["B − A"]
    assert panel["rows"] == panel["cols"] == ["I", "like", "your", ".", "</s>"]
    np.testing.assert_allclose(values, difference(*shared(one, two)), atol=1e-5)
    assert panel["rowLinks"] == [0, 1, 2, 4, 5], "cells are linked by their places in A"


def test_b_writes_what_a_wrote_so_that_the_rows_agree(model):
    query = {"kind": "cross", "compare.sentence": OTHER, "unit": "piece", "compare.layer": "2", "compare.head": "3"}
    at = opened("en", **query)
    assert "B − A" not in maps(at)
    at.toggle(key="compare.forced").set_value(True).run()
    assert not at.exception
    written = trace(model, TEXT)
    forced = trace_output(model, OTHER, [step.written.id for step in written.steps])
    found = maps(at)["B"]
    np.testing.assert_allclose(found[1], forced["cross"].head(1, 2), atol=1e-5)
    assert found[0]["rows"] == maps(at)["A"][0]["rows"]


@pytest.fixture
def shelf(models, tokenizer, monkeypatch):
    """Two tiny Transformers, a recurrent translator with one layer, one head and one kind of attention, and one without
    any: all random, of one tokenizer. Their names are their own, since loaded models are kept by name."""
    (models / "tiny").rename(models / "compare-one")
    shutil.copytree(models / "compare-one", models / "compare-two")
    path = models / "compare-two" / WEIGHTS
    save_file({name: value + 0.3 * torch.randn_like(value) for name, value in load_file(path).items()}, path)
    for name, attention in (("compare-rnn", "bahdanau"), ("compare-blind", "none")):
        config = Seq2SeqConfig(len(tokenizer), 48, 48, attention=attention, max_len=48)
        record = {"architecture": "seq2seq", "src": "en", "tgt": "fr", "model": config.as_dict()}
        save_model(models / name, build(config), tokenizer, record)
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    return models


@pytest.mark.parametrize("other", ["compare-two", "compare-rnn"])
def test_two_models_on_one_sentence_are_forced_to_one_output(shelf, other):
    at = opened("en", model="compare-one", compare__model=other, kind="cross", sentence="good", unit="piece",
                compare__layer="1", compare__head="1")  # fmt: skip
    assert "compare-blind" not in at.selectbox(key="compare.model").options
    first, second = load_model("compare-one", shelf), load_model(other, shelf)
    wrote = trace(first, "good")
    assert wrote.tgt_text != trace(second, "good").tgt_text
    assert "B − A" not in maps(at)
    at.toggle(key="compare.forced").set_value(True).run()
    forced = trace_output(second, "good", [step.written.id for step in wrote.steps])
    moved = forced["cross"].head(0, 0) - wrote["cross"].head(0, 0)
    np.testing.assert_allclose(maps(at)["B − A"][1], moved, atol=1e-5)


def test_a_model_with_one_map_of_one_head_has_every_view(shelf):
    at = opened("en", model="compare-rnn", sentence="good", compare__model="compare-one")
    np.testing.assert_allclose(maps(at)["A"][1].sum(-1), 1, atol=1e-5)
    for view in ("multiples", "measures", "plane"):
        choose(at, "compare.view", view)
    assert translate("en", "compare.plane.alone") in [box.value for box in at.info]
    at.selectbox(key="compare.kind").select_index(1).run()  # an encoder's map beside it
    choose(at, "compare.view", "pair")
    assert not at.exception
    assert list(maps(at)) == ["A", "B"]


def test_the_same_map_twice_is_called_so(language):
    at = opened(language, layer="2", head="2", compare__layer="2", compare__head="2")
    assert ui.md(translate(language, "compare.same_maps", smallest=0.005)) in said(at)
    np.testing.assert_array_equal(maps(at)["B − A"][1], 0)


def test_changing_the_view_never_runs_the_model_again(monkeypatch):
    at = opened()

    def never(*args, **kwargs):
        raise AssertionError("the model ran again")

    monkeypatch.setattr("core.tracing.trace", never)
    pick(at, "compare.layer", "2")
    pick(at, "compare.head", "max")
    pick(at, "head", "mean")
    for view in ("multiples", "measures", "plane", "pair"):
        choose(at, "compare.view", view)


@pytest.mark.parametrize(("over", "count"), [("layers", 3), ("heads", 8)])
def test_small_multiples_are_one_head_over_layers_or_one_layer_over_heads(model, over, count):
    at = opened("en", compare__view="multiples", compare__over=over, compare__side="b", compare__kind="cross",
                compare__layer="2", compare__head="3")  # fmt: skip
    attn = by_word(trace(model, TEXT)["cross"])
    found = list(maps(at).values())
    assert len(found) == count
    for i, (panel, values) in enumerate(found):
        place = (i, 2) if over == "layers" else (1, i)
        np.testing.assert_allclose(values, attn.head(*place), atol=1e-5)
        assert panel["mark"] == ("B" if place == (1, 2) else "")
    header, _ = next(headers(at, "headlight_compare"))
    assert header["chooses"]


def test_the_table_and_the_overview_hold_every_measure_of_every_head(model):
    at = opened("en", compare__view="measures", **{"measure": "previous", "measure.sorted": "true"})
    attn = by_word(trace(model, TEXT)["encoder_self"])
    expected = measured(attn)
    table = at.dataframe[0].value
    assert list(table.columns) == ["layer", "head", *measures_of("encoder_self")]
    for name, values in expected.items():
        np.testing.assert_allclose(table[name].to_numpy().reshape(values.shape), values, atol=1e-5)
    header, _ = next(headers(at, "headlight_overview"))
    assert header["tint"]["order"] == np.argsort(-expected["previous"].ravel(), kind="stable").tolist()


def test_cross_attention_says_which_measures_have_no_meaning(language):
    at = opened(language, compare__view="measures", kind="cross", measure="next")
    assert translate(language, "measure.cross") in said(at)
    assert list(at.dataframe[0].value.columns) == ["layer", "head", *measures_of("cross")]


def test_the_map_of_heads_is_the_scaling_and_says_what_it_leaves_out(language, model):
    at = opened(language, compare__view="plane", layer="2", head="4", compare__layer="3", compare__head="1")
    attn = by_word(trace(model, TEXT)["encoder_self"])
    flat = plane(head_distances(attn)[0])
    points, ring_a, ring_b = json.loads(at.get("plotly_chart")[0].proto.spec)["data"]
    assert len(points["x"]) == 24
    np.testing.assert_allclose(points["x"], flat.points[:, 0], atol=1e-4)
    assert [ring["text"][0][:1] for ring in (ring_a, ring_b)] == ["A", "B"]
    about = translate(language, "compare.plane.about", explained=f"{flat.explained:.0%}", stress=f"{flat.stress:.2f}")
    assert about in said(at)


def test_the_link_holds_both_sides_and_opens_the_same_picture():
    at = opened("en")
    pick(at, "layer", "2")
    pick(at, "head", "mean")
    pick(at, "compare.layer", "max")
    pick(at, "compare.head", "7")
    at.text_input(key="compare.sentence").set_value(OTHER).run()
    at.toggle(key="compare.forced").set_value(True).run()
    at.toggle(key="stretch").set_value(True).run()
    choose(at, "unit", "piece")
    choices = link(at)
    expected = {
        "sentence": TEXT, "layer": "2", "head": "mean", "compare.layer": "max", "compare.head": "7",
        "compare.sentence": OTHER, "compare.forced": "true", "stretch": "true", "unit": "piece", "lang": "en",
    }  # fmt: skip
    assert expected.items() <= choices.items()
    again = opened(**choices)
    assert link(again) == choices
    for name, (panel, values) in maps(at).items():
        np.testing.assert_array_equal(maps(again)[name][1], values)
        assert maps(again)[name][0] == panel


@pytest.mark.parametrize("sample", samples("compare", "en"), ids=lambda sample: sample.name)
def test_each_example_shows_a_difference(sample):
    at = opened()
    at.button(key=f"sample.{sample.name}").click().run()
    assert not at.exception
    _, values = maps(at)["B − A"]
    assert np.nanmax(np.abs(values)) > 0.05


BAD = ("compare.view", "compare.kind", "compare.model", "compare.layer", "compare.head", "compare.side", "compare.over",
       "compare.colour", "compare.forced", "compare.shared", "measure", "measure.sorted", "kind", "unit")  # fmt: skip


@pytest.mark.parametrize("value", ["<b>", "99"])
def test_a_bad_link_falls_back(value):
    at = opened("en", **dict.fromkeys(BAD, value))
    assert list(maps(at)) == ["A", "B", "B − A"]


HOSTILE = ("<script>alert(1)</script>", "👨‍👩‍👧 hi 🇰🇷", "Hello", "</s>", "{query} %{z} {{}}", "go " * 60)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_on_either_side(text):
    at = opened("en", sentence=text, compare__sentence=f"I {text}")
    assert "A" in maps(at)
    for view in ("multiples", "measures", "plane"):
        choose(at, "compare.view", view)


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        ("한국어", "script", {"found": "Hangul", "expected": "Latin"}),
        ("go " * 600, "too_long", {"n": 600, "limit": 511}),
    ],
)
def test_a_sentence_that_b_cannot_read_gets_a_sentence_and_stays_typed(language, text, code, values):
    at = opened(language, compare__sentence=text)
    assert not list(headers(at, "headlight_compare"))
    assert ui.md(sentence(language, UserError(code, **values))) in [box.value for box in at.warning]
    assert at.text_input(key="compare.sentence").value == text


def test_an_empty_sentence_is_asked_for(language):
    at = opened(language, sentence="")
    assert ui.md(translate(language, "error.empty")) in [box.value for box in at.info]
