"""The page Any model as a person uses it: a tiny random model of each family, saved to a folder."""

from __future__ import annotations

import re
from urllib.parse import quote

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from core.hub import files, loading, naming, tracing
from core.i18n import translate
from tests.browser.conftest import settle
from tests.hub.conftest import MAKERS, TEXT

pytestmark = pytest.mark.browser
FAMILIES = {"bert": "encoder", "gpt2": "decoder", "t5": "encoder_decoder", "vit": "vision"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    from PIL import Image
    from transformers import ViTConfig, ViTForImageClassification

    path = tmp_path_factory.mktemp("families")
    torch.manual_seed(0)
    for name in ("bert", "gpt2", "t5"):
        make, words = MAKERS[name]
        tokenizer = words()
        make(tokenizer).save_pretrained(path / name)
        tokenizer.save_pretrained(path / name)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    ViTForImageClassification(ViTConfig(image_size=8, patch_size=4, **size)).save_pretrained(path / "vit")
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    Image.fromarray(noise).save(path / "noise.png")
    return path


def opened(open_app, folder):
    return open_app(f"anymodel?lang=en&sentence={quote(TEXT)}&hf={quote(str(folder))}")


def test_every_family_is_named_and_shown_and_goes_on_to_other_pages(open_app, root):
    page = opened(open_app, root / "bert")
    page.set_default_timeout(90000)
    box = page.get_by_label(translate("en", "anymodel.model"), exact=True)
    for name, family in FAMILIES.items():
        box.fill(str(root / name))
        box.press("Enter")
        expect(page.get_by_text(translate("en", f"anymodel.family.{family}"))).to_be_visible(timeout=90000)
        if name == "vit":
            page.locator("input[type=file]").set_input_files(root / "noise.png")
        settle(page)
        expect(page.locator(".overview canvas, .overview .grid, .overview").first).to_be_visible(timeout=90000)
        expect(page.get_by_text(re.compile("Layer 1, head 1")).first).to_be_visible()
        if name == "t5":  # and its own pages, by a click
            page.get_by_test_id("stMain").get_by_role("link", name=translate("en", "decoding.nav")).click()
            page.locator(".decoding .film button").first.wait_for(timeout=90000)
            settle(page)
            model = loading.load(files.found(naming.named(str(root / name))), name)
            found = tracing.trace(model, TEXT)
            expect(page.locator(".decoding .film button")).to_have_count(len(found.steps))
            assert "model=hf" in page.url
            page.get_by_test_id("stSidebar").get_by_role("link", name=translate("en", "anymodel.nav")).click()
            box = page.get_by_label(translate("en", "anymodel.model"), exact=True)
    # The last one reads a picture: Compare sets its heads side by side, and has the picture already.
    page.get_by_test_id("stMain").get_by_role("link", name=translate("en", "compare.nav")).click()
    page.locator(".compare canvas").first.wait_for(timeout=90000)
    settle(page)
    shown = translate("en", "anymodel.picture.shown", name="noise.png")
    expect(page.get_by_text(shown)).to_be_visible()
    expect(page.locator(".compare").get_by_text("B · Layer")).to_be_visible()
    assert "model=hf" in page.url


def test_nothing_leaves_the_machine_before_a_person_says_so(open_app):
    page = opened(open_app, "nobody/nothing-of-this-name")
    expect(page.get_by_text("huggingface.co")).to_be_visible()
    expect(page.get_by_role("button", name=translate("en", "anymodel.ask"))).to_be_visible()
