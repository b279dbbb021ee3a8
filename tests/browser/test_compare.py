"""The page Compare as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from core.figures.labels import tokens
from core.i18n import translate
from core.measures import by_word, difference, measured, pooled
from core.models import load_model
from core.tracing import trace
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a busy machine
MODEL, TEXT = "transformer-en-fr", "I like your idea."
LINK = "compare?lang=en&sentence=I%20like%20your%20idea.&layer=1&head=2&compare.layer=3&compare.head=5"


@pytest.fixture(scope="module")
def attn():
    return by_word(trace(load_model(MODEL), TEXT)["encoder_self"])


def panel(page, number):
    """A map of the row, from 0: its canvas, the number read out above it, and its outlined cell."""
    item = page.locator(".compare .item").nth(number)
    return item.locator("canvas"), item.locator(".reading"), item.locator(".mark.cell")


def point(page, number, query, key):
    """Move to a cell with the keys: they need no pixels."""
    canvas, _, _ = panel(page, number)
    canvas.focus()
    page.keyboard.press("Escape")
    for name, count in (("ArrowDown", query + 1), ("ArrowRight", key)):
        for _ in range(count):
            page.keyboard.press(name)


def signed(value):
    text = f"{abs(value):.3f}"
    sign = "" if text == "0.000" else "−" if value < 0 else "+"
    return f"{sign}{text}"


def test_pointing_at_a_cell_reads_it_in_both_maps_and_in_the_difference_without_the_server(open_app, attn):
    page = open_app(LINK)
    page.locator(".compare canvas").nth(2).wait_for()
    one, two = pooled(attn, 0, 1), pooled(attn, 2, 4)
    moved = difference(one, two)
    page.evaluate("""() => { const send = WebSocket.prototype.send; window.sent = 0;
        WebSocket.prototype.send = function (data) { window.sent += 1; return send.call(this, data); } }""")
    for number, query, key in ((0, 0, 1), (1, 2, 3), (2, 4, 5)):
        point(page, number, query, key)
        expect(panel(page, 0)[1]).to_have_text(f"{one.head(0, 0)[query, key]:.3f}")
        expect(panel(page, 1)[1]).to_have_text(f"{two.head(0, 0)[query, key]:.3f}")
        expect(panel(page, 2)[1]).to_have_text(signed(moved[query, key]))
        told = page.locator(".compare .told").inner_text()
        assert tokens(attn.queries)[query] in told
        assert tokens(attn.keys)[key] in told
        for other in range(3):
            expect(panel(page, other)[2]).to_be_visible()

    # By mouse: the outlined cell lies under the pointer, in this map and at the same place of the other.
    canvas, _, cell = panel(page, 0)
    canvas.scroll_into_view_if_needed()
    box = cell.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - box["height"] / 2)  # one row up: query 3, key 5
    expect(panel(page, 1)[1]).to_have_text(f"{two.head(0, 0)[3, 5]:.3f}")
    expect(page.locator(".compare .tip")).to_contain_text(f"{one.head(0, 0)[3, 5]:.3f}")
    page.mouse.move(2, 2)
    expect(panel(page, 1)[1]).to_have_text("")
    assert page.evaluate("window.sent") == 0

    ranges = page.locator(".compare .range").all_inner_texts()
    assert [text.split() for text in ranges] == [["0", "1"], ["0", "1"], ["−1.0", "1.0"]]

    # The numbers of all three maps, and the picture.
    with page.expect_download() as waiting:
        page.locator(".compare .foot button", has_text="JSON").click()
    saved = json.loads(Path(waiting.value.path()).read_text("utf-8"))
    np.testing.assert_allclose(saved[2]["values"], moved, atol=1e-5)
    with page.expect_download() as waiting:
        page.locator(".compare .foot button", has_text="PNG").click()
    assert Path(waiting.value.path()).read_bytes()[:4] == b"\x89PNG"

    # Stretched, the difference ends at its own largest on both sides.
    page.get_by_text(translate("en", "stretch"), exact=True).click()
    settle(page)
    most = f"{np.abs(moved).max():.1f}"
    expect(page.locator(".compare .range").nth(2)).to_have_text(f"−{most}{most}")


def test_heads_are_chosen_for_both_sides_and_the_link_opens_them_again(open_app, attn):
    page = open_app(f"{LINK}&compare.view=multiples&compare.side=b")
    page.locator(".compare canvas").nth(7).wait_for(timeout=90000)
    page.locator(".compare canvas").nth(7).click()
    settle(page)
    expect(page.locator(".compare .badge").nth(7)).to_have_text("B")
    page.get_by_role("radio", name=translate("en", "compare.view.measures"), exact=True).click()
    settle(page)
    page.get_by_role("radio", name=translate("en", "compare.side.a"), exact=True).click()
    settle(page)
    page.get_by_text(translate("en", "measure.sorted"), exact=True).click()
    settle(page)
    order = np.argsort(-measured(attn)["entropy"].ravel(), kind="stable")
    canvas = page.locator(".overview canvas")
    canvas.click(position={"x": 8, "y": 8})  # the first head in order of entropy
    settle(page)
    layer, head = divmod(int(order[0]), attn.n_heads)
    page.get_by_role("radio", name=translate("en", "compare.view.pair"), exact=True).click()
    settle(page)
    one, two = pooled(attn, layer, head), pooled(attn, 2, 7)
    for _ in range(2):
        point(page, 0, 1, 2)
        expect(panel(page, 0)[1]).to_have_text(f"{one.head(0, 0)[1, 2]:.3f}")
        expect(panel(page, 1)[1]).to_have_text(f"{two.head(0, 0)[1, 2]:.3f}")
        page.reload()  # the address holds both sides
        settle(page)
        page.locator(".compare canvas").nth(2).wait_for()


def test_on_a_phone_in_korean_a_changed_word_is_named(open_app):
    query = "compare?lang=ko&sentence=I%20like%20your%20idea.&compare.sentence=I%20like%20your%20dog."
    page = open_app(query, width=400, height=800, dark=True)
    where = translate("ko", "compare.differ.token", place=4, a="‘idea’", b="‘dog’")
    page.get_by_text(where, exact=False).first.wait_for()
    page.locator(".compare canvas").nth(1).wait_for()
    point(page, 0, 0, 2)
    expect(panel(page, 1)[1]).not_to_have_text("")
    point(page, 0, 0, 3)  # a column that B does not have: its row alone is outlined there
    expect(panel(page, 1)[1]).to_have_text("")
    expect(page.locator(".compare .item").nth(1).locator(".mark.row")).to_be_visible()
    assert np.isclose(page.evaluate("document.documentElement.scrollWidth"), 400, atol=1), "nothing sticks out"
