"""The page The whole model, run as streamlit runs it, in both languages."""

from __future__ import annotations

import json
import re
import struct

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import ui
from core.components.whole import View
from core.errors import UserError
from core.i18n import LANGUAGES, sentence, translate
from core.lab.whole import whole
from core.models import load_model
from core.tracing import trace
from core.ui.whole import VIEW

MODEL, TEXT = "transformer-en-fr", "I like your idea."
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


@pytest.fixture(scope="module")
def expected(model):
    """The trace and the vectors that the page has to show."""
    found = trace(model, TEXT)
    return found, whole(model, TEXT, [step.written.id for step in found.steps], 64)


def opened(language, text=TEXT, **query):
    """The page with what a link says; `token` for `whole.token` and so on."""
    at = AppTest.from_file("../../pages/whole.py", default_timeout=120)
    at.query_params.update({"lang": language, "sentence": text} | {f"whole.{name}": v for name, v in query.items()})
    at.run()
    assert not at.exception
    return at


def picture(at):
    """Header and bytes of the picture, or None."""
    for element in at.get("bidi_component"):
        data = element.proto.bytes
        if data:
            size = struct.unpack("<I", data[:4])[0]
            return json.loads(data[4 : 4 + size]), np.frombuffer(data[4 + size :], np.uint8)
    return None


def said(at):
    return "\n".join(element.value for element in (*at.markdown, *at.info, *at.warning))


@EVERY_LANGUAGE
def test_every_strip_and_every_line_is_of_this_run(language, expected):
    at = opened(language)
    assert at.title[0].value == translate(language, "whole.title")
    header, sent = picture(at)
    found_trace, found = expected
    start = 0
    assert [strip["name"] for strip in header["strips"]] == [one.name for one in found.vectors]
    for strip, one in zip(header["strips"], found.vectors, strict=True):
        peaks = np.array(strip["peaks"])[:, None]
        values = (sent[start : start + one.values.size].reshape(one.values.shape) - 128.0) / 127 * peaks
        assert (np.abs(values - one.values) <= peaks / 254 * 1.01 + 1e-3).all(), one.name
        np.testing.assert_allclose(strip["norms"], np.linalg.norm(one.values, axis=-1), rtol=1e-3)
        start += one.values.size
    for kind, *shape in header["maps"]:
        weights = sent[start : start + int(np.prod(shape))].reshape(shape) / 255
        np.testing.assert_allclose(weights, found_trace[kind].weights, atol=1 / 510 + 1e-6)
        start += weights.size
    assert start == len(sent)
    for shown, step in zip(header["steps"], found_trace.steps, strict=True):
        assert shown["written"][0] == step.written.token
        assert [p for _, p in shown["top"]] == pytest.approx([np.exp(one.log_prob) for one in step.top], rel=1e-3)


@EVERY_LANGUAGE
@pytest.mark.parametrize("token", ["src-1", "tgt-2"])
def test_the_sentence_and_the_table_say_what_the_lines_show(language, token, expected):
    found_trace, found = expected
    side, i = token.split("-")
    at = opened(language, token=token)
    cross = found_trace["cross"].weights.mean((0, 1))
    weight = cross[:, 1].max() if side == "src" else cross[2].max()
    first = found_trace["encoder_self" if side == "src" else "decoder_self"].weights[0, :, int(i)].mean(0).max()
    phrase = {"en": r"weight ([\d.]+), mean", "ko": r"평균 가중치 ([\d.]+)"}[language]
    assert re.search(phrase, said(at))[1] == f"{weight:.2f}"
    assert f"{first:.3f}" in said(at)
    block = "e3.ffn" if side == "src" else "d3.cross"
    assert f"{np.linalg.norm(found[f'{block}/after'][int(i)]):.2f} |" in said(at)


@EVERY_LANGUAGE
def test_a_link_opens_what_it_says(language):
    header, _ = picture(opened(language, token="src-2", head="3", open="d2.cross", hold="1"))
    assert header["start"] == {"token": "src-2", "head": 3, "open": "d2.cross", "locked": True}


@pytest.mark.parametrize("value", ["99", "", "<b>", "-1", "src-99", "tgt--1", "d9.cross", "999999999999"])
def test_a_bad_link_falls_back(value):
    header, _ = picture(opened("en", token=value, head=value, open=value, hold=value))
    start = header["start"]
    assert (start["head"], start["open"], start["locked"]) == (0, "", False)
    assert start["token"].startswith("tgt-")


def test_what_a_person_chose_reaches_sentence_table_and_link_without_the_model(monkeypatch):
    at = opened("en", text="You are very kind.")
    header, _ = picture(at)

    def never(*args, **kwargs):
        raise AssertionError("the model ran again")

    monkeypatch.setattr("core.lab.whole.whole", never)
    before = said(at)
    about = at.session_state["whole.start"][0]
    at.session_state[VIEW] = about, View("src-3", 2, "e1.self", True)
    at.run()
    assert not at.exception
    assert said(at) != before
    assert "kind" in said(at)
    linked = [at.query_params.get(f"whole.{name}") for name in ("token", "head", "open", "hold")]
    assert linked == ["src-3", "2", "e1.self", "1"]
    assert picture(at)[0] == header, "nothing new for the browser"
    at.text_input(key="sentence").set_value("You are very kind").run()
    assert at.exception, "the check would see a run"


@EVERY_LANGUAGE
@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("go " * 600, "too_long"), ("Я иду домой", "script")])
def test_what_cannot_be_read_gets_a_sentence(language, text, code):
    at = opened(language)
    at.text_input(key="sentence").set_value(text).run()
    assert not at.exception
    values = {"empty": {}, "too_long": {"n": 600, "limit": 511}, "script": {"found": "Cyrillic", "expected": "Latin"}}
    assert ui.md(sentence(language, UserError(code, **values[code]))) in said(at)


@pytest.mark.parametrize("text", ["Hello!", "<script>alert(1)</script>", "I am 😀 happy.", "go " * 90])
def test_any_text_has_its_picture_and_says_where_it_is_cut(text):
    header, _ = picture(opened("en", text=text))
    source, target = header["counts"]
    assert len(header["src"]["tokens"]) == min(64, source)
    assert len(header["tgt"]["tokens"]) == len(header["steps"]) == min(64, target)
