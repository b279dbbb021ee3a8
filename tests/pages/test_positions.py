"""The page Positions, run as streamlit runs it, in both languages."""

from __future__ import annotations

import base64
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.io
import pytest
from streamlit.testing.v1 import AppTest

from core import ui
from core.i18n import LANGUAGES, translate
from core.lab.positions import Encoding, backwards, cosines
from core.lab.reordered import added, shuffle
from core.models import load_model, save_model
from core.nn.transformer import Transformer
from core.shelf import SHIPPED
from core.ui.positions import LONGEST, Order, to_csv
from tests.pages.seen import matrices, said

MODEL, TEXT = "transformer-en-fr", "Tom loves Mary."
PARTS = ("waves", "distance", "turn", "sum", "order", "models")
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


def opened(language, **query):
    """The page with what a link says: `positions.<name>`, but for the sentence."""
    at = AppTest.from_file("../../pages/positions.py", default_timeout=90)
    at.query_params.update({"lang": language, "sentence": query.pop("sentence", TEXT)})
    at.query_params.update({f"positions.{name}": value for name, value in query.items()})
    at.run()
    assert not at.exception
    return at


def figures(at):
    """Plotly's own check of a figure keeps arrays as the browser gets them: read them."""
    return [plotly.io.from_json(_read(chart.proto.spec)) for chart in at.get("plotly_chart")]


def _read(spec):
    def array(node):
        if "bdata" not in node:
            return node
        values = np.frombuffer(base64.b64decode(node["bdata"]), node["dtype"])
        return values.reshape([int(n) for n in str(node.get("shape", len(values))).split(",")]).tolist()

    return json.dumps(json.loads(spec, object_hook=array))


@EVERY_LANGUAGE
def test_the_first_picture_is_the_formula_under_the_examples_words(language):
    at = AppTest.from_file("../../pages/positions.py", default_timeout=90)
    at.query_params["lang"] = language
    at.run()
    assert not at.exception
    assert at.title[0].value == translate(language, "positions.title")
    curves, matrix, waves = figures(at)
    np.testing.assert_allclose(matrix.data[0].z, Encoding(16, 10000.0, 32).table, atol=1e-6)
    assert curves.data[-1].text[:2] == ("A", "dog")
    np.testing.assert_allclose(waves.data[0].y, Encoding(16).wavelengths)
    assert "6.28" in said(at)
    assert "(0.00, 1.00, 0.00, 1.00)" in said(at)
    assert "(0.84, 0.54, 0.01, 1.00)" in said(at)
    claim = translate(language, "positions.claim11.answer", n=2, first="6.28", second="628.32")
    assert claim in said(at)


def test_the_sliders_make_the_encoding():
    at = opened("en", d="8", base="100", length="20", pair="3", part="distance", p="7")
    _, matrix, alike, fall = figures(at)
    one = Encoding(8, 100.0, 20)
    np.testing.assert_allclose(matrix.data[0].z, one.table, atol=1e-6)
    np.testing.assert_allclose(alike.data[0].z, cosines(one.table), atol=1e-6)
    assert [line.name for line in fall.data] == ["p = 0", "p = 7", "p = 19"]
    at.slider(key="positions.length").set_value(5).run()
    assert not at.exception
    assert at.slider(key="positions.p").value == 4, "a position goes along with the end of the slider"
    at.select_slider(key="positions.d").set_value("4").run()
    assert not at.exception
    assert at.slider(key="positions.pair").value == 1
    assert np.shape(figures(at)[1].data[0].z) == (5, 4)


@EVERY_LANGUAGE
def test_a_rotation_carries_every_position_on(language):
    at = opened(language, part="turn", p="3", k="4")
    assert translate(language, "positions.turn", p=3, k=4, sum=7) in said(at)
    arrows = [trace for trace in figures(at)[2].data if trace.mode == "lines+markers"]
    one = Encoding(16).at(np.array([3.0, 7.0]))
    for i, arrow in enumerate(arrows):
        pair, row = divmod(i, 2)
        sin, cos = arrow.y[1] - arrow.y[0], arrow.x[1] - arrow.x[0]
        np.testing.assert_allclose([sin, cos], one[row, 2 * pair : 2 * pair + 2], atol=1e-9)


@EVERY_LANGUAGE
def test_the_sum_is_the_models_own(language, model):
    text = "The big dog saw the small dog."
    at = opened(language, part="sum", sentence=text)
    shown, found = matrices(at), added(model, text)
    np.testing.assert_allclose(shown["token"] + shown["position"], shown["total"], atol=1e-5)
    np.testing.assert_allclose(shown["total"], found.total, atol=1e-5)
    change = f"{np.abs(found.on - found.off).max():.2f}"
    assert translate(language, "positions.claim2.answer", change=change) in said(at)
    a, b = found.total[2], found.total[6]
    cosine = f"{a @ b / np.linalg.norm(a) / np.linalg.norm(b):.3f}"
    assert translate(language, "positions.sum.twice", token="dog", i=2, j=6, cosine=cosine) in said(at)


@EVERY_LANGUAGE
def test_backwards_both_translations_are_shown_and_what_moved(language, model):
    at = opened(language, part="order", order="backwards")
    found = shuffle(model, TEXT, backwards(added(model, TEXT).src))
    bars = figures(at)[2]
    np.testing.assert_allclose(bars.data[0].y, found.on.cosine[-1], atol=1e-5)
    np.testing.assert_allclose(bars.data[1].y, found.off.cosine[-1], atol=1e-5)
    text = said(at)
    for written in (found.straight_on, found.shuffled_on, found.straight_off, found.straight_neither):
        assert ui.md(written) in text
    assert f"**{ui.md('Mary loves Tom.')}**" in text
    assert translate(language, "positions.text.same") in text


def test_an_order_by_hand_is_obeyed_or_told():
    at = opened("en", part="order", order="hand", hand="3 2 1")
    assert f"**{ui.md('Mary loves Tom.')}**" in said(at)
    for typed, code, values in (("9", "order_number", {"typed": "9", "n": 4}), ("1 1", "order_twice", {"typed": "1"})):
        at.text_input(key="positions.hand").set_value(typed).run()
        assert ui.md(translate("en", f"error.{code}", **values)) in [box.value for box in at.warning]
    at.text_input(key="positions.hand").set_value("1 2").run()
    assert translate("en", "positions.moved.same") in [box.value for box in at.info]


def test_changing_the_view_never_runs_the_model_again(monkeypatch):
    at = opened("en", part="order")

    def never(*args, **kwargs):
        raise AssertionError("the model ran again")

    monkeypatch.setattr("core.lab.reordered.shuffle", never)
    monkeypatch.setattr("core.lab.reordered.added", never)
    at.slider(key="positions.length").set_value(60).run()
    at.select_slider(key="positions.base").set_value("10").run()
    at.slider(key="positions.pair").set_value(5).run()
    assert not at.exception
    for part in PARTS[:4]:
        next(group for group in at.get("button_group") if group.key == "positions.part").set_value(part).run()
        assert not at.exception


@EVERY_LANGUAGE
def test_models_that_are_not_there_are_named(language, monkeypatch, tmp_path):
    shutil.copytree(SHIPPED / MODEL, tmp_path / MODEL)
    monkeypatch.setenv("HEADLIGHT_MODELS", str(tmp_path))
    at = opened(language, part="models")
    names = "positions-sinusoidal-en-fr, positions-learned-en-fr, positions-none-en-fr, positions-prenorm-en-fr"
    assert translate(language, "positions.models.missing", names=names) in [box.value for box in at.info]
    assert ui.md(MODEL) in said(at)


def small(root: Path, model, positions: str) -> None:
    """A random translator of the page's kind."""
    config = replace(model.info.config, d_model=32, n_heads=4, d_ff=48, max_len=64, n_encoder_layers=1,
                     n_decoder_layers=1, positions=positions)  # fmt: skip
    record = {"architecture": "transformer", "src": "en", "tgt": "fr", "model": config.as_dict()}
    record |= {"progress": {"epoch": 4, "best": 1.25}}
    save_model(root / f"positions-{positions}-en-fr", Transformer(config), model.tokenizer, record)


@EVERY_LANGUAGE
def test_small_translators_stand_beside_each_other(language, monkeypatch, tmp_path, model):
    shutil.copytree(SHIPPED / MODEL, tmp_path / MODEL)
    for positions in ("sinusoidal", "learned", "none"):
        small(tmp_path, model, positions)
    monkeypatch.setenv("HEADLIGHT_MODELS", str(tmp_path))
    at = opened(language, part="models", order="backwards")
    assert at.selectbox(key="model").value == MODEL, "a small model is nobody's first choice"
    text = said(at)
    for positions in ("sinusoidal", "learned", "none"):
        assert ui.md(f"positions-{positions}-en-fr") in text
    assert ui.md("1.250") in text
    names = [line for line in text.splitlines() if line.startswith("|") and "none" in line]
    assert ui.md("1.000") in names[1], "its encoder has not noticed the new order"
    assert translate(language, "positions.models.nothing") in text
    assert translate(language, "positions.models.blind", names=ui.md("positions-none-en-fr")) in text
    assert len(figures(at)) == 2 + 2  # sinusoidal and learned


def test_bad_links_fall_back():
    at = opened("en", d="7", base="-1", length="99999", pair="x", part="<b>", p="²", order="no", seed="0")
    assert at.select_slider(key="positions.d").value == "16"
    assert at.slider(key="positions.length").value == LONGEST or at.slider(key="positions.length").value == 32
    assert not at.exception


@pytest.mark.parametrize("text", ["", "나는 집에 간다", "go " * 2000, "Hello", "🙂 <script>alert(1)</script> **x**"])
def test_any_sentence_gives_a_picture_and_a_sentence(text):
    at = opened("ko", sentence=text)
    assert len(figures(at)) == 3
    for part in PARTS[3:]:
        next(group for group in at.get("button_group") if group.key == "positions.part").set_value(part).run()
        assert not at.exception
        assert len(figures(at)) >= 2
        assert "<script" not in said(at).replace("\\<", "")


def test_the_table_goes_to_a_file_with_its_words():
    lines = to_csv(Encoding(4, 10000.0, 3), ["=a", "b"]).splitlines()
    assert lines[0] == "position,token,sin 0,cos 1,sin 2,cos 3"
    assert lines[1] == "0,'=a,0.0,1.0,0.0,1.0"
    assert lines[3].startswith("2,,0.909")
    assert json.loads(f"[{lines[2].split(',', 2)[2]}]") == Encoding(4, 10000.0, 3).table[1].tolist()


def test_an_order_is_the_same_for_the_same_words(model):
    src = added(model, TEXT).src
    assert Order("shuffled", 3, "").places(src) == Order("shuffled", 3, "1 2").places(src)
    assert Order("backwards", 1, "").places(src) == backwards(src)
    assert Order("hand", 1, "2").places(src)[0] == 1
