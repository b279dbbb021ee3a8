"""The page Inside a layer, run as streamlit runs it, in both languages."""

from __future__ import annotations

import json
import math
import struct
import sys

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core.ui.layer_parts  # noqa: F401 - before its names are patched
from core import ui
from core.config import TransformerConfig
from core.errors import UserError
from core.i18n import LANGUAGES, sentence, translate
from core.lab.layers import layers
from core.lab.lens import lens, wish
from core.models import load_model, save_model
from core.nn.transformer import Transformer
from core.tracing import trace

MODEL, TEXT = "transformer-en-fr", "I like your idea."
PARTS = ("norms", "batch", "units", "linear", "lens", "last")


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


@pytest.fixture(scope="module")
def ids(model):
    return tuple(step.written.id for step in trace(model, TEXT).steps)


@pytest.fixture(scope="module")
def found(model, ids):
    return layers(model, TEXT, ids)


@pytest.fixture(params=LANGUAGES)
def language(request, monkeypatch):
    """AppTest looks up an option's text outside the page, where nobody has chosen a language."""
    monkeypatch.setattr(sys.modules["core.ui.language"], "language", lambda: request.param)
    return request.param


def opened(language, **query):
    """The page with what a link says: `layer__side` for `layer.side`."""
    at = AppTest.from_file("../../pages/layer.py", default_timeout=120)
    at.query_params.update({"lang": language, "sentence": TEXT} | {k.replace("__", "."): v for k, v in query.items()})
    at.run()
    assert not at.exception
    return at


def boxes(at):
    """Every strip on the page by its name."""
    strips = {}
    for element in at.get("bidi_component"):
        data = element.proto.bytes
        size = struct.unpack("<I", data[:4])[0] if data else 0
        header = json.loads(data[4 : 4 + size]) if data else {}
        values, start = np.frombuffer(data[4 + size :], np.float32) if "groups" in header else (), 0
        for box in (box for group in header.get("groups", ()) for box in group["boxes"]):
            strips[box["name"]] = values[start : start + box["n"]]
            start += box["n"]
    return strips


def said(at):
    kinds = (at.markdown, at.caption, at.info, at.warning)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_the_picture_is_there_before_anything_is_typed(language):
    at = AppTest.from_file("../../pages/layer.py", default_timeout=120)
    at.query_params["lang"] = language
    at.run()
    assert not at.exception
    assert at.title[0].value == translate(language, "layer.title")
    assert {"token", "self.add", "ffn.hidden", "memory"} <= boxes(at).keys()


@pytest.mark.parametrize(("side", "layer"), [("encoder", 2), ("decoder", 1), ("decoder", 3)])
def test_every_box_follows_from_those_before_it(language, side, layer, found, model, ids):
    shown = boxes(opened(language, layer__side=side, layer=str(layer), token="2"))
    own = found.side(side)
    np.testing.assert_allclose(shown["token"] + shown["position"], shown["sum"], atol=1e-5)
    before = shown["sum"] if layer == 1 else shown[f"layer-{layer - 1}"]
    for one in own.layers[layer - 1]:
        kind = one.kind
        np.testing.assert_array_equal(shown[f"{kind}.before"], before)
        np.testing.assert_array_equal(shown[f"{kind}.add"], before + shown[f"{kind}.out"])
        assert abs(shown[f"{kind}.standard"].mean()) < 1e-5
        assert shown[f"{kind}.standard"].var() == pytest.approx(1, abs=1e-3)
        affine = one.norm.gain * shown[f"{kind}.standard"] + one.norm.bias
        np.testing.assert_allclose(shown[f"{kind}.norm"], affine, atol=1e-5)
        before = shown[f"{kind}.norm"]
    np.testing.assert_array_equal(shown["ffn.hidden"], own.hidden(layer - 1)[2])
    assert ("self.add" in shown, "cross.add" in shown) == (True, side == "decoder")
    if side == "encoder":
        np.testing.assert_array_equal(shown["memory"], own.last[2])
    else:
        top = [step.log_prob for step in trace(model, TEXT).steps[2].top[:5]]
        np.testing.assert_allclose(np.log(shown["words"]), top, atol=1e-3)


def test_every_box_has_its_arithmetic(language, found):
    at = opened(language, layer__side="decoder", token="1")
    texts = set()
    for box in ("token", "position", "sum", "layer-2", "self.before", "cross.out", "cross.add", "ffn.hidden", "words"):
        at.session_state["box"] = box
        at.run()
        assert not at.exception
        texts.add(said(at))
        if box == "cross.add":
            one = found.decoder.layers[0][1]
            best = int(np.sort(np.argsort(-np.abs(one.out[1]))[:6])[0])
            numbers = [f"{values[1, best]:.3f}".replace("-", "−") for values in (one.before, one.out, one.added)]
            assert f"| {best + 1} | {' | '.join(numbers)} |" in said(at)
        if box == "ffn.hidden":
            assert f"**{(found.decoder.hidden(0)[1] > 0).sum()}**" in said(at)
    assert len(texts) == 9


def test_the_norm_says_its_two_steps(language, found):
    at = opened(language, token="0", box="ffn.norm")
    one = found.encoder.layers[0][1]
    assert f"μ = {one.added[0].mean():.2f}".replace("-", "−") in said(at)
    assert f"σ² = {one.added[0].var():.2f}" in said(at)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_from_a_link(language, part):
    other = {"ko": "decoder", "en": "encoder"}[language]
    at = opened(language, layer__part=part, layer__side=other, layer="2")
    assert len(said(at)) > 200


def test_the_lens_ends_in_the_models_own_answer(language, model, ids, found):
    at = opened(language, layer__side="decoder", layer__part="lens", token="1")
    expected = lens(model, found, ids)
    numbers = " → ".join(f"{math.exp(value):.2f}" for value in expected.written[:, 1])
    assert numbers in said(at)
    assert translate(language, "layer.lens.note.post") in said(at)


def test_a_wished_word_gets_its_loss(language, model, found):
    at = opened(language, layer__side="decoder", layer__part="last", token="1")
    at.text_input(key="wish").set_value("chat").run()
    assert not at.exception
    one = wish(model, found, 1, "chat")
    assert f"**{one.loss:.2f}**" in said(at)
    at.text_input(key="wish").set_value("<script>").run()
    assert not at.exception


def test_another_sentence_in_the_batch_moves_batch_norm_alone(language):
    at = opened(language, layer__part="batch")
    first = said(at)
    at.text_input(key="second_sentence").set_value("You are very kind and I like you.").run()
    assert not at.exception
    assert said(at) != first
    assert translate(language, "layer.batch.how") in said(at)
    at.text_input(key="second_sentence").set_value("").run()
    assert not at.exception
    assert ui.md(translate(language, "error.empty")) in said(at)


@pytest.fixture
def two_models(tmp_path, monkeypatch, tokenizer):
    """A shelf with two random models: post-norm and pre-norm, of other widths and depths."""
    for name, norm, layers_, width in (("two-post", "post", 3, 32), ("two-pre", "pre", 2, 64)):
        config = TransformerConfig(
            len(tokenizer), d_model=width, n_heads=4, n_encoder_layers=layers_, n_decoder_layers=layers_, d_ff=64,
            max_len=48, norm=norm,
        )  # fmt: skip
        record = {"architecture": "transformer", "src": "en", "tgt": "fr", "model": config.as_dict()}
        save_model(tmp_path / name, Transformer(config), tokenizer, record)
    monkeypatch.setenv("HEADLIGHT_MODELS", str(tmp_path))


def test_one_norm_alone_says_that_the_other_is_missing(language):
    from core.ui.layer_parts import others_of

    if others_of(MODEL):
        assert opened(language).selectbox(key="other").value in others_of(MODEL)
    else:
        alone = translate(language, "layer.growth.alone", norm=translate(language, "layer.norm.post"))
        assert alone in said(opened(language))


@pytest.mark.parametrize("name", ["two-post", "two-pre"])
def test_models_of_two_norms_stand_side_by_side(two_models, language, name):
    at = opened(language, model=name)
    other = {"two-post": "two-pre", "two-pre": "two-post"}[name]
    assert at.selectbox(key="other").value == other
    for one in ("two-post", "two-pre"):
        assert f"**{ui.md(one)} " in said(at)
    at.selectbox(key="other").set_value("none").run()
    assert not at.exception
    assert f"**{ui.md(other)} " not in said(at)


@pytest.mark.parametrize("side", ["encoder", "decoder"])
def test_a_pre_norm_model_normalises_first_and_once_more_at_the_end(two_models, side):
    at = opened("en", model="two-pre", layer__side=side, box="final.norm", layer__part="lens", token="1")
    shown = boxes(at)
    names = list(shown)
    assert names.index("self.norm") < names.index("self.out") < names.index("self.add")
    np.testing.assert_array_equal(shown["self.before"] + shown["self.out"], shown["self.add"])
    assert names.index("final.norm") == len(names) - (2 if side == "decoder" else 1)
    assert translate("en", "layer.lens.note.pre") in said(at)
    assert at.session_state["box"] == "final.norm"


def test_another_layers_box_opens_that_layer(monkeypatch):
    from core.ui import layer_walk

    state = {"layer": "1", "box": "self.norm"}
    monkeypatch.setattr(
        layer_walk.st, "session_state", type("State", (dict,), {"__setattr__": dict.__setitem__})(state)
    )
    layer_walk._open("layer-3")
    assert layer_walk.st.session_state == {"layer": "3", "box": "self.before"}
    layer_walk._open("ffn.add")
    assert layer_walk.st.session_state["box"] == "ffn.add"


def test_changing_what_is_seen_never_runs_the_model_again(monkeypatch):
    at = opened("en", sentence="You are very kind.")

    def never(*args, **kwargs):
        raise AssertionError("the model ran again")

    monkeypatch.setattr("core.lab.layers.layers", never)
    monkeypatch.setattr("core.tracing.trace", never)
    at.selectbox(key="layer").set_value("2").run()
    at.selectbox(key="token").set_value("0").run()
    assert not at.exception


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("go " * 600, "too_long"), ("Я иду домой", "script")])
def test_what_cannot_be_read_gets_a_sentence(language, text, code):
    at = opened(language, sentence=text)
    if not text:
        at.text_input(key="sentence").set_value(text).run()
    assert not at.exception
    values = {"empty": {}, "too_long": {"n": 600, "limit": 511}, "script": {"found": "Cyrillic", "expected": "Latin"}}
    assert ui.md(sentence(language, UserError(code, **values[code]))) in said(at)


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("layer__side", "99", "norms"), ("layer", "99", "norms"), ("token", "-1", "norms"), ("box", "<b>", "norms"),
        ("layer__part", "", "norms"), ("norm", "cross", "batch"), ("units", "<b>", "units"), ("depth", "9", "linear"),
        ("other", "../x", "norms"), ("step", "99", "lens"),
    ],
)  # fmt: skip
def test_a_bad_link_falls_back(name, value, part):
    at = opened("en", **{"layer__part": part, name: value})
    assert {"self.norm", "memory"} <= boxes(at).keys()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("<script>alert(1)</script>", "norms"), ("<script>alert(1)</script>", "units"), ("$x$ :red[y] **z**", "lens"),
        ("</s>", "last"), ("hi", "linear"), ("😀", "batch"),
    ],
)  # fmt: skip
def test_hostile_and_tiny_text_is_shown_as_text(text, part):
    at = opened("ko", sentence=text, layer__part=part, layer__side="decoder")
    assert not any("<script" in element.proto.spec for element in at.get("plotly_chart"))
