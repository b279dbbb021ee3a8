"""The page Any model and a Hub of this machine: what leaves, how far a download is, its end by hand, and refusals."""

from __future__ import annotations

import re

import pytest
import torch
from playwright.sync_api import expect

from core.i18n import translate
from tests.browser.conftest import settle
from tests.browser.serve import ROOT, serve
from tests.hub.conftest import SIZE, word_pieces
from tests.hub.server import serving

pytestmark = pytest.mark.browser
NAME = "tiny/bert"
LONG = 180_000  # milliseconds: this server loads transformers and a model first, on a machine with other work


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """It has a BERT of four megabytes under several names."""
    from transformers import BertConfig, BertForMaskedLM

    folder, pickled = tmp_path_factory.mktemp("bert"), tmp_path_factory.mktemp("pickled")
    torch.manual_seed(0)
    tokenizer = word_pieces()
    BertForMaskedLM(BertConfig(vocab_size=len(tokenizer), **SIZE, intermediate_size=8192)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for name in ("config.json", "pytorch_model.bin"):
        (pickled / name).write_bytes((folder / "config.json").read_bytes())
    with serving() as server:
        server.repositories |= {NAME: folder, "tiny/gated": folder, "tiny/huge": folder, "tiny/pickled": pickled}
        server.claims["tiny/gated"] = {"gated": "manual"}
        server.claims["tiny/huge"] = {"safetensors": {"parameters": {"BF16": 10**12}, "total": 10**12}}
        server.answers["tiny/busy"] = 503
        yield server


@pytest.fixture(scope="module")
def app_address(hub, tmp_path_factory):
    """The app with that Hub for the only one, and nothing fetched yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", hub.address)
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("store")))
        with serve(ROOT / "app.py") as url:
            yield url


@pytest.fixture(scope="module")
def _pages_are_known(chromium, app_address):
    page = chromium.new_page()
    page.goto(app_address)
    settle(page)
    page.close()


def button(page, key):
    return page.get_by_test_id("stMain").get_by_role("button", name=translate("en", key), exact=True)


def megabytes(page):
    """How far the bar says it is."""
    return int(re.search(r"\d+", page.get_by_test_id("stProgress").inner_text())[0])


def test_a_download_is_agreed_to_watched_stopped_and_done_again(open_app, hub):
    hub.slow_from = 1_200_000
    page = open_app(f"anymodel?lang=en&sentence=the+dog+ate+the+food.&hf={NAME}")
    expect(page.get_by_text(hub.address.removeprefix("http://"))).to_be_visible()
    assert hub.asked == [], "the page says who will be asked, and asks nobody yet"
    button(page, "anymodel.ask").click()
    size = sum(path.stat().st_size for path in hub.repositories[NAME].iterdir()) / 1e6
    expect(page.get_by_text(f"{size:.1f} MB in all")).to_be_visible()
    assert not any("resolve" in path for path in hub.asked)
    button(page, "anymodel.fetch").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("of 5 MB")
    first = megabytes(page)
    expect(page.get_by_test_id("stProgress")).to_contain_text(f"{first + 1} of 5 MB")
    button(page, "run.stop").click()
    expect(page.get_by_text(translate("en", "run.stopped"))).to_be_visible()
    assert hub.cut.wait(30), "the server hears that nobody listens any more"
    hub.go.set()
    button(page, "run.again").click()
    expect(page.locator(".overview").first).to_be_visible(timeout=LONG)
    page.get_by_test_id("stMain").get_by_role("link", name=translate("en", "heads.nav")).click()
    expect(page.get_by_role("heading", name=translate("en", "heads.title"))).to_be_visible()
    settle(page)
    expect(page.locator(".overview").first).to_be_visible(timeout=LONG)
    assert "model=hf" in page.url
    assert page.get_by_role("textbox").first.input_value() == "the dog ate the food."


@pytest.mark.parametrize("language", ["en", "ko"])
def test_each_refusal_is_a_sentence_and_the_name_stays(open_app, hub, language):
    said = {"tiny/none": "missing", "tiny/gated": "gated", "tiny/huge": "memory", "tiny/pickled": "safetensors"}
    page = open_app(f"anymodel?lang={language}", width=400)
    box = page.get_by_label(translate(language, "anymodel.model"), exact=True)
    for name, code in {**said, "tiny/busy": "refused"}.items():
        box.fill(name)
        box.press("Enter")
        host = hub.address.removeprefix("http://")
        asks = translate(language, "anymodel.leaves", name=name, host=host)
        expect(page.get_by_text(asks)).to_be_visible()  # or the button of the name before it would be pressed
        page.get_by_role("button", name=translate(language, "anymodel.ask")).click()
        begins = translate(language, f"error.hub_{code}", name=name, needed="4000.0", there="", status=503)
        said_now = page.get_by_test_id("stAlert").filter(has_text=begins.split(name)[0] + name)
        expect(said_now.first).to_be_visible()  # the one before may still be going
        expect(box).to_have_value(name)
