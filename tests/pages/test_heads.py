"""The page Heads, run as streamlit runs it, without a browser."""

import base64
import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import streamlit
import torch
from safetensors.torch import load_file, save_file
from streamlit.testing.v1 import AppTest

from core import ui
from core.errors import UserError
from core.i18n import LANGUAGES, sentence, translate
from core.measures import by_word, measured, measures_of, pooled
from core.models import TOKENIZER, WEIGHTS, load_model
from core.promises import hoped
from core.samples import samples
from core.shelf import CONFIG, read_info
from core.tracing import trace

MODEL = "transformer-en-fr"
APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture(params=LANGUAGES)
def app(request):
    """The page in each language."""
    streamlit.session_state.language = request.param  # AppTest names options outside the app's session
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["lang"] = request.param
    at.run()
    at.language = request.param
    return at


def shown_matrix(at):
    """The z values of the page's heat map; masked cells are NaN."""
    data = json.loads(at.get("plotly_chart")[0].proto.spec)["data"][0]["z"]
    values = np.frombuffer(base64.b64decode(data["bdata"]), data["dtype"])
    return values.reshape([int(n) for n in data["shape"].split(",")])


def choose(at, key, value):
    """AppTest knows segmented controls as button groups."""
    group = next(g for g in at.get("button_group") if g.key == key)
    group.set_value(value).run()


def pick(at, key, code):
    """A layer or head by its code; AppTest would look for `mean` among names in the person's language."""
    box = at.selectbox(key=key)
    box.select_index({"mean": len(box.options) - 2, "max": len(box.options) - 1}.get(code) or int(code) - 1).run()


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
        ("Я иду домой", "script", {"found": "Cyrillic", "expected": "Latin"}),
        ("go " * 600, "too_long", {"n": 600, "limit": 511}),
        ("a" * 20000, "too_long_characters", {"n": 20000, "limit": 16352}),
    ],
)
def test_what_cannot_be_read_gets_a_sentence_and_stays_typed(app, text, code, values):
    app.text_input(key="sentence").set_value(text).run()
    assert not app.exception
    said = [box.value for box in (*app.info, *app.warning)]
    assert ui.md(sentence(app.language, UserError(code, **values))) in said
    assert app.text_input(key="sentence").value == text
    assert not app.get("plotly_chart")


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "link": "[x](javascript:alert(1))",
    "markdown": "$x$ :red[y] **z** `c` ![i](http://x/y.png) <img src=x onerror=alert(1)>",
    "emoji": "👨‍👩‍👧 hi 🇰🇷",
    "nul": "a\x00b",
    "control": "go\x07 \x1b[31mhome\x7f",
    "special": "</s> <s> <pad>",
    "special only": "</s>",
    "a few": "I like 한국 and שלום.",
    "combining": "Z͑̓̆a̴lgo café",
    "bidi": "abc ‮def‬ ghi",
    "hundred": "go " * 100,
    "long word": "a" * 400,
    "braces": "{query} {0} %s {{}} %{z}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_and_shown_as_text(app, name):
    text = HOSTILE[name]
    app.text_input(key="sentence").set_value(text).run()
    assert not app.exception
    assert app.text_input(key="sentence").value == text
    expected = trace(load_model(MODEL), text)["encoder_self"]
    np.testing.assert_allclose(shown_matrix(app), by_word(expected).head(0, 0), atol=1e-5)
    spec = app.get("plotly_chart")[0].proto.spec
    assert "<script" not in spec
    assert "<img" not in spec
    for kind in ("cross", "decoder_self"):
        choose(app, "kind", kind)
        assert not app.exception
    choose(app, "view", "numbers")
    choose(app, "view", "links")
    assert not app.exception


@pytest.mark.parametrize(
    ("text", "found"),
    [("Мой дом", "Cyrillic"), ("Мо\u0438\u0306 дом", "Cyrillic"), ("שלום עולם", "Hebrew"), ("مرحبا", "Arabic")],
)
def test_another_script_decomposed_or_from_right_to_left_is_named(app, text, found):
    app.text_input(key="sentence").set_value(text).run()
    assert not app.exception
    assert ui.md(sentence(app.language, UserError("script", found=found, expected="Latin"))) in [
        w.value for w in app.warning
    ]
    assert app.text_input(key="sentence").value == text


@pytest.mark.parametrize("text", ["\x00\x01\x02", "　  \t", "\n"])
def test_what_nobody_can_see_is_nothing_to_read(app, text):
    app.text_input(key="sentence").set_value(text).run()
    assert not app.exception
    assert ui.md(translate(app.language, "error.empty")) in [box.value for box in app.info]


def test_a_text_longer_than_any_the_model_learned_from_says_so(app):
    trained = read_info(MODEL).trained
    for words, said in ((trained, False), (trained + 1, True)):
        app.text_input(key="sentence").set_value("go " * words).run()
        note = translate(app.language, "output.beyond", n=words, trained=trained)
        assert (f"⚠️ {note}" in [c.value for c in app.caption]) is said


def test_five_hundred_pieces_are_drawn_and_the_thinned_labels_explained(app):
    app.text_input(key="sentence").set_value("go " * 500).run()
    assert not app.exception
    assert shown_matrix(app).shape == (501, 501)
    assert translate(app.language, "heads.crowded", n=501) in [c.value for c in app.caption]
    assert len(app.get("plotly_chart")[0].proto.spec) < 2_500_000


def said(at):
    return [box.value for box in at.info]


@pytest.mark.parametrize("sample", samples("heads", "en"), ids=lambda sample: sample.name)
def test_each_example_says_what_it_promises_and_whether_a_head_keeps_it(app, sample):
    app.button(key=f"sample.{sample.name}").click().run()
    assert app.text_input(key="sentence").value == sample.text
    assert app.session_state.kind == sample.kind
    run = trace(load_model(MODEL), sample.text)
    expected = hoped(run, sample.kind, "en", app.language)
    assert expected.startswith(translate(app.language, f"sample.{sample.name}.help"))
    assert len(expected) > len(translate(app.language, f"sample.{sample.name}.help"))
    assert said(app) == [ui.md(expected)]


def test_a_typed_pronoun_is_followed_in_the_encoder_alone(app):
    app.text_input(key="sentence").set_value("My sister said that she was tired.").run()
    run = trace(load_model(MODEL), "My sister said that she was tired.")
    assert said(app) == [ui.md(hoped(run, "encoder_self", "en", app.language))]
    choose(app, "kind", "cross")
    assert said(app) == []


def overview_header(at):
    buffer = at.get("bidi_component")[0].proto.bytes
    (length,) = struct.unpack_from("<I", buffer)
    return json.loads(buffer[4 : 4 + length])


@pytest.mark.parametrize(
    ("layer", "head", "marked"), [("2", "mean", [1, None]), ("max", "3", [None, 2]), ("mean", "mean", [None, None])]
)
def test_pooled_heads_are_shown_and_marked_as_the_row_or_column_they_are(app, layer, head, marked):
    pick(app, "layer", layer)
    pick(app, "head", head)
    assert overview_header(app)["selected"] == marked
    attn = by_word(trace(load_model(MODEL), app.text_input(key="sentence").value)["encoder_self"])
    picks = [int(p) - 1 if p.isdigit() else p for p in (layer, head)]
    np.testing.assert_allclose(shown_matrix(app), pooled(attn, *picks).head(0, 0), atol=1e-5)


@pytest.mark.parametrize(("kind", "measure"), [("encoder_self", "previous"), ("cross", "distance")])
def test_heads_are_coloured_and_sorted_by_a_measure(app, kind, measure):
    choose(app, "kind", kind)
    app.selectbox(key="measure").select_index(1 + measures_of(kind).index(measure)).run()
    attn = by_word(trace(load_model(MODEL), app.text_input(key="sentence").value)[kind])
    values = measured(attn)[measure].ravel()
    tint = overview_header(app)["tint"]
    assert tint["title"] == translate(app.language, f"measure.{measure}")
    np.testing.assert_allclose(tint["values"], values, atol=1e-5)
    assert tint["order"] is None
    app.toggle(key="measure.sorted").set_value(True).run()
    order = overview_header(app)["tint"]["order"]
    assert sorted(order) == list(range(values.size))
    assert (np.diff(values[order]) <= 1e-6).all()
    assert (link(app)["measure"], link(app)["measure.sorted"]) == (measure, "true")


def link(at):
    """The choices of the copy-link button."""
    for component in at.get("bidi_component"):
        if component.proto.component_name.endswith("headlight_link"):
            return json.loads(component.proto.json)[0]["choices"]
    raise AssertionError("no link on the page")


def test_the_copied_link_holds_every_choice_and_opens_the_same_view(app):
    app.text_input(key="sentence").set_value("I saw a black dog.").run()
    choose(app, "beam", "4")
    app.selectbox(key="hypothesis").select_index(1).run()
    choose(app, "kind", "cross")
    choose(app, "unit", "piece")
    pick(app, "layer", "3")
    pick(app, "head", "max")
    app.toggle(key="stretch").set_value(True).run()
    assert link(app) == {
        "sentence": "I saw a black dog.", "model": MODEL, "beam": "4", "hypothesis": "1", "kind": "cross",
        "unit": "piece", "layer": "3", "head": "max", "view": "heatmap", "stretch": "true", "measure": "none",
        "lang": app.language,
    }  # fmt: skip
    again = AppTest.from_file(APP, default_timeout=60)
    again.query_params.update(link(app))
    again.run()
    assert not again.exception
    assert link(again) == link(app)
    np.testing.assert_array_equal(shown_matrix(again), shown_matrix(app))


def test_choices_left_alone_are_in_the_link_too(app):
    assert set(link(app)) == {
        "sentence", "model", "beam", "kind", "unit", "layer", "head", "view", "stretch", "measure", "lang",
    }  # fmt: skip


def test_the_link_chooses_the_view():
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params.update({"lang": "en", "kind": "cross", "layer": "3", "head": "mean", "sentence": "Hello!"})
    at.run()
    assert at.text_input(key="sentence").value == "Hello!"
    assert at.selectbox(key="layer").value == "3"
    assert at.selectbox(key="head").value == "mean"
    assert at.session_state.kind == "cross"


LINKED = ("kind", "unit", "view", "layer", "head", "beam", "hypothesis", "model", "stretch", "measure", "lang")


@pytest.mark.parametrize(
    "bad",
    [*({name: value} for name in LINKED for value in ("99", "<b>")), *(dict.fromkeys(LINKED, v) for v in ("", "-1"))],
    ids=str,
)
def test_a_bad_link_falls_back(bad):
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params.update(bad)
    at.run()
    assert not at.exception
    text = at.text_input(key="sentence").value
    np.testing.assert_allclose(
        shown_matrix(at), by_word(trace(load_model(MODEL), text)["encoder_self"]).head(0, 0), atol=1e-5
    )


# ---- a shelf with damaged models on it --------------------------------------


def truncated(folder):
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def no_weights(folder):
    (folder / WEIGHTS).unlink()
    return folder / WEIGHTS


def foreign(folder):
    save_file({"embed.weight": torch.zeros(3, 2)}, folder / WEIGHTS)
    return folder / WEIGHTS


def not_finite(folder):
    tensors = load_file(folder / WEIGHTS)
    next(iter(tensors.values())).view(-1)[0] = torch.nan
    save_file(tensors, folder / WEIGHTS)
    return folder / WEIGHTS


def overflowing(folder):
    """Every weight is a number; their products are not."""
    tensors = load_file(folder / WEIGHTS)
    save_file({name: tensor.float().fill_(3e38) for name, tensor in tensors.items()}, folder / WEIGHTS)
    return folder / WEIGHTS


def bad_tokenizer(folder):
    (folder / TOKENIZER).write_text("{}", "utf-8")
    return folder / TOKENIZER


@pytest.fixture(params=LANGUAGES)
def shelf(request, models, monkeypatch):
    """A sound model, `tiny`, and a way to put others beside it; `open_page` shows the page with that shelf."""
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))

    def open_page(**query):
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params.update({"lang": request.param, **query})
        at.run()
        at.language = request.param
        return at

    return models, open_page


@pytest.mark.parametrize("damage", [truncated, no_weights, foreign, not_finite, overflowing, bad_tokenizer])
def test_a_damaged_model_gets_a_sentence_naming_the_file_and_the_next_one_works(shelf, damage):
    root, open_page = shelf
    name = f"broken-{damage.__name__}"
    shutil.copytree(root / "tiny", root / name)
    path = damage(root / name)
    at = open_page(model=name)
    assert not at.exception
    assert not at.get("plotly_chart")
    assert any(ui.md(str(path)) in warning.value for warning in at.warning)
    assert at.text_input(key="sentence").value == samples("heads", "en")[0].text
    at.sidebar.selectbox(key="model").set_value("tiny").run()
    assert not at.exception
    assert not at.warning
    assert at.get("plotly_chart")


@pytest.mark.parametrize("config", ["", "{", "[]", '{"architecture": "transformer"}', '{"model": 3}'])
def test_a_damaged_config_is_named_and_the_next_model_works(shelf, config):
    root, open_page = shelf
    (root / "broken").mkdir()
    (root / "broken" / CONFIG).write_text(config, "utf-8")
    at = open_page(model="broken")
    assert not at.exception
    assert any(ui.md(str(root / "broken" / CONFIG)) in warning.value for warning in at.sidebar.warning)
    assert at.sidebar.selectbox(key="model").value == "tiny"
    assert at.get("plotly_chart")


def test_an_empty_shelf_names_the_folder(shelf):
    root, open_page = shelf
    shutil.rmtree(root / "tiny")
    at = open_page()
    assert not at.exception
    assert at.error[0].value == translate(at.language, "model.none", folder=ui.md(str(root)))


def test_a_model_of_an_unknown_language_has_no_examples_but_reads(shelf):
    root, open_page = shelf
    shutil.copytree(root / "tiny", root / "martian")
    record = json.loads((root / "tiny" / CONFIG).read_text("utf-8"))
    (root / "martian" / CONFIG).write_text(json.dumps({**record, "src": "xx"}), "utf-8")
    at = open_page(model="martian")
    assert not at.exception
    at.text_input(key="sentence").set_value("good").run()
    assert not at.exception
    assert at.get("plotly_chart")
