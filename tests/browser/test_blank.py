"""The page Fill the blank as a person uses it, with a BERT on the shelf or without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.i18n import translate
from core.lab import blanks as lab
from core.shelf import SHIPPED
from core.text.blanks import Rates
from core.text.tokenizer import Tokenizer
from core.ui.blank import SEED
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
TEXT = "The cat sleeps on the sofa."


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """A BERT's of ours has the same pieces."""
    return Tokenizer.load(SHIPPED / "transformer-en-fr" / "tokenizer.json").with_mask()


def drawn(tokenizer: Tokenizer, seed: int) -> list[str]:
    read = lab.read(tokenizer, TEXT, "en", 128)
    return list(lab.seen(tokenizer, read, lab.drawn(tokenizer, read, seed, Rates())).tokens)


def cards(page):
    """Of the first row."""
    return page.locator(".tokens").first.locator(".card .text")


def test_a_sentence_is_typed_and_drawn_again(open_app, tokenizer):
    page = open_app("blank?lang=en")
    page.get_by_label(translate("en", "ask.sentence"), exact=True).fill(TEXT)
    page.keyboard.press("Enter")
    expect(cards(page)).to_have_text(drawn(tokenizer, SEED))
    settle(page)
    page.get_by_role("button", name=translate("en", "blank.redraw")).click()
    expect(cards(page)).to_have_text(drawn(tokenizer, SEED + 1))
    page.wait_for_function("() => new URL(location.href).searchParams.get('blank.seed')")
    again = open_app(page.url.split("/")[-1])
    expect(cards(again)).to_have_text(drawn(tokenizer, SEED + 1))


def hiding(tokenizer: Tokenizer, word: str) -> list[str]:
    read = lab.read(tokenizer, TEXT, "en", 128)
    return list(lab.seen(tokenizer, read, lab.hidden(tokenizer, read, read.axis.words.index(word))).tokens)


def test_a_clicked_word_is_hidden_and_the_arrows_hide_the_next(open_app, tokenizer):
    page = open_app(f"blank?lang=en&sentence={TEXT}&blank.view=hide")
    cards(page).filter(has_text="cat").click()
    expect(cards(page)).to_have_text(hiding(tokenizer, "cat"))
    settle(page)
    page.keyboard.press("ArrowRight")
    assert hiding(tokenizer, "sleeps").count("[MASK]") == 2
    expect(cards(page)).to_have_text(hiding(tokenizer, "sleeps"))
    settle(page)
    page.keyboard.press("End")
    expect(cards(page)).to_have_text(hiding(tokenizer, "."))
    settle(page)
    again = open_app(page.url.split("/")[-1])
    expect(cards(again)).to_have_text(hiding(tokenizer, "."))
