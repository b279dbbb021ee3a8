"""A model that somebody named, on the pages of our own: the same pictures, from its own numbers."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st
import torch

from core.hub import files, loading, naming, reading, tracing, vision
from core.i18n import LANGUAGES, translate
from core.ui import named
from tests.hub.conftest import MAKERS, TEXT
from tests.hub.test_hub_vision import picture
from tests.pages.seen import component, matrices, opened, said

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
WRITERS = ("gpt2", "t5")
KINDS = {"bert": "encoder_self", "gpt2": "decoder_self", "llama": "decoder_self", "t5": "cross"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A server's folder of tiny random models."""
    from transformers import ViTConfig, ViTForImageClassification

    path = tmp_path_factory.mktemp("allowed")
    torch.manual_seed(0)
    for name in ("bert", "llama", *WRITERS):
        make, words = MAKERS[name]
        tokenizer = words()
        make(tokenizer).save_pretrained(path / name)
        tokenizer.save_pretrained(path / name)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    ViTForImageClassification(ViTConfig(image_size=8, patch_size=4, **size)).save_pretrained(path / "vit")
    return path


@pytest.fixture(autouse=True)
def _server(root, monkeypatch):
    """Its settings allow that folder, and nobody has loaded anything yet."""
    st.cache_resource.clear()
    st.cache_data.clear()
    monkeypatch.setenv("HEADLIGHT_FOLDERS", str(root))
    monkeypatch.setenv("HEADLIGHT_HUB", "off")


def expected(root, name, text=TEXT):
    return tracing.trace(loading.load(files.found(naming.named(str(root / name))), name), text)


def model(root, name):
    return f"hf:{root / name}"


@EVERY_LANGUAGE
def test_heads_reads_a_pair_as_the_link_says(language, root):
    at = opened("heads", language, "the dog", model=model(root, "bert"), unit="piece", anymodel__pair="it ate")
    header, values = component(at, "overview")
    found = loading.load(files.found(naming.named(str(root / "bert"))), "bert")
    own = tracing.trace(found, "the dog", "it ate")["encoder_self"]
    assert header["queries"]["tokens"] == ["[CLS]", "the", "dog", "[SEP]", "it", "ate", "[SEP]"]
    np.testing.assert_allclose(values / 255, own.weights, atol=1 / 255)
    assert at.text_input(key="anymodel.pair").value == "it ate"


@EVERY_LANGUAGE
def test_heads_shows_the_patches_of_a_picture(language, root):
    asks = opened("heads", language, model=model(root, "vit"))
    assert component(asks, "overview") is None
    assert asks.get("file_uploader")
    assert not asks.warning
    asks.session_state["named.picture"] = named.Beside(picture=picture(8, 8)[0], name="noise.png")
    at = asks.run()
    header, values = component(at, "overview")
    vit = loading.load(files.found(naming.named(str(root / "vit"))), "vit")
    own = vision.trace_picture(vit, picture(8, 8)[0])["encoder_self"]
    assert header["keys"]["tokens"] == ["[CLS]", "r1c1", "r1c2", "r2c1", "r2c2"]
    np.testing.assert_allclose(values / 255, own.weights, atol=1 / 255)
    assert "noise.png" in said(at).replace("\\", "")


def test_heads_says_what_is_no_picture(root):
    at = opened("heads", "en", model=model(root, "vit"))
    at.session_state["named.picture"] = named.Beside(picture=b"no picture", name="noise.png")
    at.run()
    assert at.warning[0].value.replace("\\", "") == translate("en", "error.hub_no_image")


@EVERY_LANGUAGE
@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_heads_shows_a_named_model(language, name, kind, root):
    at = opened("heads", language, TEXT, model=model(root, name), kind=kind, unit="piece", layer="2", head="3")
    header, values = component(at, "overview")
    own = expected(root, name)[kind]
    assert header["queries"]["tokens"] == list(own.queries.tokens)
    np.testing.assert_allclose(values / 255, own.weights, atol=1 / 255)
    assert at.selectbox(key="model").value == model(root, name)


@EVERY_LANGUAGE
def test_compare_reads_a_pair_as_heads_does(language, root):
    link = {"unit": "piece", "anymodel__pair": "it ate", "compare__layer": "2", "compare__head": "3"}
    at = opened("compare", language, "the dog", model=model(root, "bert"), **link)
    found = loading.load(files.found(naming.named(str(root / "bert"))), "bert")
    own, shown = tracing.trace(found, "the dog", "it ate")["encoder_self"], matrices(at)
    np.testing.assert_allclose(shown["A"], own.head(0, 0), atol=1e-6)
    np.testing.assert_allclose(shown["B"], own.head(1, 2), atol=1e-6)
    assert "**A**: the dog it ate" in said(at), "it writes nothing: what it read stands there"


@EVERY_LANGUAGE
def test_compare_sets_two_heads_of_a_picture_side_by_side(language, root):
    asks = opened("compare", language, model=model(root, "vit"), unit="piece", compare__layer="2", compare__head="2")
    assert asks.get("file_uploader")
    assert not matrices(asks)
    asks.session_state["named.picture"] = named.Beside(picture=picture(8, 8)[0], name="noise.png")
    at, vit = asks.run(), loading.load(files.found(naming.named(str(root / "vit"))), "vit")
    own = vision.trace_picture(vit, picture(8, 8)[0])["encoder_self"]
    np.testing.assert_allclose(matrices(at)["A"], own.head(0, 0), atol=1e-6)
    np.testing.assert_allclose(matrices(at)["B"], own.head(1, 1), atol=1e-6)
    assert not at.warning


def test_compare_asks_for_a_picture_where_only_the_second_model_reads_one(root):
    at = opened("compare", "en", TEXT, model=model(root, "bert"))
    at.session_state["named"] |= {named.place(str(root / "vit"), root / "vit"): root / "vit"}
    at.run().selectbox(key="compare.model").select(model(root, "vit")).run()
    assert not at.exception
    assert len(at.get("file_uploader")) == 1
    at.session_state["named.picture"] = named.Beside(picture=picture(8, 8)[0], name="noise.png")
    assert matrices(at.run())["B"].shape == (5, 5)


def test_compare_sets_two_models_side_by_side(root):
    at = opened("compare", "en", TEXT, model=model(root, "t5"), kind="cross", unit="piece")
    found = matrices(at)
    np.testing.assert_allclose(found["A"], expected(root, "t5")["cross"].head(0, 0), atol=1e-6)
    assert not at.warning


@EVERY_LANGUAGE
@pytest.mark.parametrize("name", [*WRITERS, "llama"])
def test_decoding_shows_what_a_named_model_writes(language, name, root):
    at = opened("decoding", language, TEXT, model=model(root, name))
    header, values = component(at, "strip")
    own = expected(root, name)
    assert [step["written"][0] for step in header["steps"]] == [step.written.token for step in own.steps]
    rows = own.maps[-1].weights[-1].mean(0)
    np.testing.assert_allclose(values, rows, atol=1e-6)
    given = len(own.steps) - reading.NEW_TOKENS if name != "t5" else 0
    assert header["forced"] == given, "the text itself was nobody's choice but the person's"
    assert (translate(language, "decoding.given") in said(at)) == bool(given)


@EVERY_LANGUAGE
def test_a_model_without_an_encoder_is_asked_for_a_continuation(language, root):
    """It translates nothing, and what a translator's example had for a reference is not its reference."""
    at = opened("decoding", language)
    at.session_state["named"] = {model(root, "gpt2"): root / "gpt2"}
    named.place(str(root / "gpt2"), root / "gpt2")
    at.text_input(key="sentence").set_value("Hello!").run()
    assert at.text_input(key="reference").value == "Bonjour !"
    at.selectbox(key="model").select(model(root, "gpt2")).run()
    assert not at.exception
    reference = at.text_input(key="reference")
    assert reference.value == ""
    assert reference.label == translate(language, "decoding.reference.continuation")
    translation = {"en": "translat", "ko": "번역"}[language]
    shown = "\n".join(element.value for element in (*at.info, *at.caption, *at.markdown[:-1]))  # the lesson comes last
    assert translation not in f"{shown} {reference.placeholder} {reference.label}".lower()
    names = [button.key for button in at.button if (button.key or "").startswith("sample.")]
    assert names
    assert all(name.startswith("sample.continuation_") for name in names)


@pytest.mark.parametrize("name", WRITERS)
def test_a_beam_of_a_named_model_has_a_tree(name, root):
    at = opened("decoding", "en", "the dog", model=model(root, name), decoding__how="beam", width="3")
    header, _ = component(at, "tree") or ({}, None)
    assert header or "considered" in said(at).lower() or at.get("bidi_component")


@pytest.mark.parametrize("page", ["heads", "compare", "decoding"])
def test_what_is_not_loaded_is_one_sentence(page, root, monkeypatch):
    monkeypatch.delenv("HEADLIGHT_FOLDERS")
    at = opened(page, "en", TEXT, model=model(root, "t5"))
    (warning,) = at.warning
    assert warning.value.replace("\\", "") == translate("en", "error.named_not_loaded", name=str(root / "t5"))
    assert at.selectbox(key="model").value == "transformer-en-fr"


@pytest.mark.parametrize("asked", ["hf:", "hf:<script>", "hf:../../etc", "hf:/etc", "hf:nobody/nothing"])
def test_a_hostile_name_opens_nothing(asked):
    at = opened("heads", "en", TEXT, model=asked)
    assert len(at.warning) == 1
    assert at.selectbox(key="model").value == "transformer-en-fr"


def test_decoding_names_what_it_shows(root):
    """A decoder-only model has no source: its strip is of self-attention, and keys have one name."""
    for name, title in (("gpt2", "strip.matrix.self"), ("t5", "strip.matrix")):
        header, _ = component(opened("decoding", "en", TEXT, model=model(root, name)), "strip")
        assert header["words"]["strip.matrix"] == translate("en", title)
        assert header["sources"]["writes"] == []
        n, m = header["shape"]
        assert header["seen"] == ([m] * n if name == "t5" else list(range(1, n + 1)))


def test_a_frame_of_a_decoder_only_model_shows_what_it_has_read_and_no_more(root):
    """By word, too, where a word's first pieces have been read while its last is written."""
    header, weights = component(
        opened("decoding", "en", TEXT, model=model(root, "gpt2"), decoding__unit="word"), "strip"
    )
    assert len(header["seen"]) == header["shape"][0]
    for i, (seen, row) in enumerate(zip(header["seen"], weights.reshape(header["shape"]), strict=True)):
        assert i < seen <= header["shape"][1]
        assert row[:seen].sum() == pytest.approx(1, abs=1e-4)
        assert seen == i + 1 or row[seen - 1] > 0


def test_a_large_one_is_not_loaded_by_a_link(root, monkeypatch):
    monkeypatch.setattr(named, "LARGE", 1)
    at = opened("heads", "en", TEXT, model=model(root, "bert"))
    assert "not loaded" in at.warning[0].value


@EVERY_LANGUAGE
@pytest.mark.parametrize("name", ["bert", "vit"])
def test_a_reader_does_not_write(language, name, root):
    at = opened("decoding", language, TEXT, model=model(root, name))
    (warning,) = at.warning
    wanted = translate(language, "named.reads", name=str(root / name))
    assert warning.value.replace("\\", "") == wanted.replace("\\", "")


def test_one_such_model_is_in_memory_at_a_time(root, monkeypatch):
    loaded = []
    load = loading.load
    monkeypatch.setattr(loading, "load", lambda folder, name: loaded.append(folder.name) or load(folder, name))
    for name in ("bert", "t5"):
        opened("heads", "en", TEXT, model=model(root, name))
    opened("heads", "en", "the dog", model=model(root, "bert"))
    assert loaded == ["bert", "t5", "bert"]


def test_the_servers_models_are_offered(root):
    at = opened("anymodel", "en", TEXT)
    at.button(key="anymodel.server.t5").click().run()
    assert at.text_input(key="hf").value == str(root / "t5")


def test_the_other_pages_are_opened_with_the_model(root):
    """A link from Any model names it by `open`; the picker has it, and the link then says `model`."""
    opened("anymodel", "en", TEXT, hf=str(root / "t5"))
    at = opened("heads", "en", TEXT, model=model(root, "t5"))
    at.selectbox(key="model").select("transformer-en-fr").run()
    at.query_params["open"] = model(root, "t5")
    at.run()
    assert not at.exception
    assert at.selectbox(key="model").value == model(root, "t5")
    assert "open" not in at.query_params
