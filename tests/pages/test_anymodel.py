"""The page Any model, run as streamlit runs it, in both languages."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.hub import files, loading, naming, tracing
from core.i18n import LANGUAGES, translate
from core.measures import by_word, pooled
from core.models import load_model
from core.tracing import trace
from core.ui import named
from tests.hub.conftest import TEXT, bert, word_pieces
from tests.pages.seen import matrices as panels
from tests.pages.seen import sent

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny random BERT."""
    path, tokenizer = tmp_path_factory.mktemp("bert"), word_pieces()
    bert(tokenizer).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch):
    def never(*args):
        raise AssertionError("the Hub was asked")

    monkeypatch.setattr(files, "download_size", never)
    monkeypatch.setattr(files, "fetch", never)


def opened(language, **query):
    at = AppTest.from_file("../../pages/anymodel.py", default_timeout=120)
    at.query_params.update({"lang": language} | query)
    at.run()
    assert not at.exception
    return at


def matrices(at):
    """The values of each heat map; masked cells are NaN."""
    found = []
    for chart in at.get("plotly_chart"):
        data = json.loads(chart.proto.spec)["data"][0]["z"]
        values = np.frombuffer(base64.b64decode(data["bdata"]), data["dtype"])
        found.append(values.reshape([int(n) for n in data["shape"].split(",")]))
    return found


def said(at):
    return "\n".join(element.value for element in (*at.markdown, *at.info, *at.warning, *at.caption))


@EVERY_LANGUAGE
def test_first_a_translator_shows_the_three_ways(language):
    at = opened(language)
    assert at.title[0].value == translate(language, "anymodel.title")
    found = trace(load_model("transformer-en-fr"), "A dog ate the food because it was hungry.")
    shown = panels(at)
    for kind in found.kinds:
        what = translate(language, f"kind.{kind}")
        mask, seen = (shown[f"{what}, {translate(language, f'anymodel.{one}')}"] for one in ("mask", "map"))
        expected = pooled(by_word(found[kind]), "mean", "mean").head(0, 0)
        np.testing.assert_allclose(np.nan_to_num(seen), expected, atol=1e-6)
        rows, columns = np.indices(mask.shape)
        assert (mask == ((columns <= rows) if kind == "decoder_self" else 1)).all()
        assert (np.isnan(seen) == (mask == 0)).all()
        assert translate(language, f"anymodel.mask.{kind}") in said(at)


def test_maps_too_large_for_three_in_a_line_stand_beside_their_masks():
    short, long = (opened("en", sentence=text) for text in ("A dog ate.", "I like your idea because it is good. " * 3))
    mask, seen = (translate("en", f"anymodel.{one}") for one in ("mask", "map"))
    for at, lines, order in ((short, [3], [mask] * 3 + [seen] * 3), (long, [6, 4, 2], [mask, seen] * 3)):
        ((header, _),) = sent(at)
        assert [panel["name"].rsplit(", ", 1)[1] for panel in header["panels"]] == order
        assert header["lines"] == lines


@EVERY_LANGUAGE
def test_a_folder_in_the_link_is_read_and_shown(language, folder):
    at = opened(
        language, sentence=TEXT, hf=str(folder), layer="2", head="3", unit="piece", **{"anymodel.pair": "it ate"}
    )
    model = loading.load(files.found(naming.named(str(folder))), "bert")
    expected = tracing.trace(model, TEXT, "it ate")["encoder_self"].head(1, 2)
    np.testing.assert_allclose(matrices(at)[0], expected, atol=1e-6)
    assert translate(language, "anymodel.family.encoder") in said(at)


@EVERY_LANGUAGE
def test_before_the_hub_is_asked_the_page_says_so(language, monkeypatch):
    at = opened(language, hf="nobody/nothing")
    assert "huggingface.co" in at.info[0].value
    monkeypatch.setattr(files, "download_size", lambda name: 12_300_000)
    at.button(key="anymodel.ask").click().run()
    assert "12.3 MB" in at.info[0].value, "the size comes before the download"
    assert [button.key for button in at.button if button.key == "anymodel.fetch"]


@EVERY_LANGUAGE
def test_a_large_model_is_loaded_only_when_asked(language, folder, monkeypatch):
    monkeypatch.setattr(named, "LARGE", 1)
    at = opened(language, sentence=TEXT, hf=str(folder))
    assert matrices(at) == []
    at.button(key="anymodel.load").click().run()
    assert len(matrices(at)) == 1


@pytest.mark.parametrize(
    ("name", "code"), [("two words", "hub_name"), ("<script>", "hub_name"), ("/no/such/folder", "hub_folder")]
)
def test_a_wrong_name_is_one_sentence(name, code):
    at = opened("en", hf=name)
    assert len(at.warning) == 1
    assert at.warning[0].value.replace("\\", "") == translate("en", f"error.{code}", name=name)


@EVERY_LANGUAGE
def test_a_model_without_attention_is_one_sentence_and_what_was_typed_stays(language, tmp_path):
    from transformers import MambaConfig, MambaForCausalLM

    config = MambaConfig(vocab_size=16, hidden_size=16, num_hidden_layers=1, state_size=4)
    MambaForCausalLM(config).save_pretrained(tmp_path)
    at = opened(language, sentence=TEXT, hf=str(tmp_path))
    (warning,) = at.warning
    assert warning.value.replace("\\", "") == translate(language, "error.hub_no_attention", name=str(tmp_path))
    assert at.text_input(key="hf").value == str(tmp_path)
    assert at.text_input(key="sentence").value == TEXT


def test_a_server_without_the_hub_says_so(monkeypatch):
    monkeypatch.setenv("HEADLIGHT_HUB", "off")
    at = opened("en", hf="nobody/nothing")
    assert "does not ask" in at.warning[0].value
    assert not [button for button in at.button if button.key == "anymodel.ask"]


@EVERY_LANGUAGE
def test_nobody_at_the_other_end_is_said_and_can_be_tried_again(language, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.undo()  # here the Hub may be asked, at an address where nobody is
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    at = opened(language, hf="nobody/nothing")
    at.button(key="anymodel.ask").click().run()
    assert at.warning[0].value.replace("\\", "") == translate(language, "error.hub_offline", name="nobody/nothing")
    at.button(key="anymodel.retry").click().run()
    assert at.warning, "asked once more, by the button alone"
    assert at.text_input(key="hf").value == "nobody/nothing"
