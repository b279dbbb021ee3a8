"""The page Decoding as a person uses it."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from core.i18n import translate
from core.lab.decoding import considered
from core.measures import pooled
from core.models import load_model
from core.search import Search
from core.tracing import trace, trace_output
from tests.browser import controls
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
MODEL, TEXT = "transformer-en-fr", "I like your idea."
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


@pytest.fixture
def visit(open_app):
    def go(query="", **options):
        page = open_app(f"decoding?lang=en&sentence={TEXT.replace(' ', '%20')}{query}", **options)
        page.locator(".decoding .film button").first.wait_for()
        return page

    return go


def count(page, step, steps):
    return expect(page.locator(".decoding .bar output")).to_have_text(
        translate("en", "strip.step", step=step, steps=steps)
    )


def bars(page):
    """[(token, probability)] of the frame."""
    rows = page.locator(".decoding .guess button")
    return list(zip(rows.locator("b").all_text_contents(), rows.locator(".number").all_text_contents(), strict=True))


def top(step):
    return [(one.token, f"{2.718281828459045**one.log_prob:.3f}") for one in step.top]


def close_to(shown, wanted):
    return [t for t, _ in shown] == [t for t, _ in wanted] and all(
        float(p) == pytest.approx(float(q), abs=2e-3) for (_, p), (_, q) in zip(shown, wanted, strict=True)
    )


def assert_weights(page, weights):
    """Pointing at a cell of the matrix shows its weight."""
    canvas = page.locator(".decoding .grid canvas")
    box, (n, m) = canvas.bounding_box(), weights.shape
    for query, key in ((0, 0), (n - 1, m - 1), (1, 2)):
        canvas.hover(position={"x": (key + 0.5) * box["width"] / m, "y": (query + 0.5) * box["height"] / n})
        expect(page.locator(".decoding .grid .tip .weight")).to_have_text(f"{weights[query, key]:.3f}")


def tokens(result):
    return [step.written.token for step in result.steps]


def test_steps_by_keyboard_then_another_word_and_back(visit, model):
    page = visit()
    result = trace(model, TEXT)
    n = len(result.steps)
    count(page, 1, n)
    assert_weights(page, pooled(result["cross"], 2, "mean").head(0, 0))
    page.locator(".decoding .stage-of-steps").focus()
    page.keyboard.press("ArrowRight")
    count(page, 2, n)
    assert close_to(bars(page), top(result.steps[1]))
    page.keyboard.press("End")
    count(page, n, n)
    page.keyboard.press("ArrowRight")
    count(page, n, n)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.locator(".decoding .so-far mark").inner_text() == result.steps[1].written.token.removeprefix("·")

    other = next(one for one in result.steps[1].top if one.id not in (result.steps[1].written.id, model.tokenizer.eos))
    page.locator(
        ".decoding .guess button", has=page.locator("b", has_text=re.compile(f"^{re.escape(other.token)}$"))
    ).first.click()
    prefix = (result.steps[0].written.id, other.id)
    forced = trace(model, TEXT, Search(prefix=prefix))
    expect(page.locator(".decoding .film b")).to_have_text(tokens(forced))
    settle(page)
    expect(page.get_by_text(f"→ {forced.tgt_text}", exact=True)).to_be_visible()
    assert page.locator(".decoding .film .forced").count() == 2
    count(page, 2, len(forced.steps))  # where the word was chosen
    assert f"forced={prefix[0]}.{prefix[1]}" in page.url
    page.get_by_role("button", name=translate("en", "decoding.free")).click()
    expect(page.locator(".decoding .film b")).to_have_text(tokens(result))
    assert "forced=" not in page.url


def test_space_plays_to_the_end_and_the_matrix_grows_with_it(visit, model):
    page = visit()
    n = len(trace(model, TEXT).steps)
    later = page.locator(".decoding .grid .row.later")
    expect(later).to_have_count(n - 1)
    page.locator(".decoding .stage-of-steps").focus()
    page.keyboard.press(" ")
    count(page, 3, n)
    expect(later).to_have_count(n - 3)
    page.keyboard.press(" ")  # pause
    shown = page.locator(".decoding .bar output").inner_text()
    page.wait_for_timeout(1200)
    assert page.locator(".decoding .bar output").inner_text() == shown
    page.locator(".decoding .grid .row").nth(n - 1).click()
    count(page, n, n)
    expect(later).to_have_count(0)
    page.locator(".decoding .bar .play").click()  # from the end it begins anew
    count(page, 1, n)


def test_a_branch_of_the_tree_is_chosen_by_click_and_by_keyboard(visit, model):
    page = visit("&decoding.how=beam&width=3")
    tree = considered(model, TEXT, Search(3), lambda *_: None)
    expect(page.locator(".tree .node")).to_have_count(len(tree.nodes))
    assert page.locator(".tree .node.pruned").count() == sum(node.fate == "pruned" for node in tree.nodes)
    pruned = next(i for i, node in enumerate(tree.nodes) if node.fate == "pruned" and node.step == 2)
    order = [i for i, _ in enumerate(tree.nodes)]
    page.locator(".tree .node").nth(order.index(pruned)).click()
    wanted = trace_output(model, TEXT, tree.tokens(pruned))
    expect(page.locator(".decoding .film b")).to_have_text(tokens(wanted))
    assert page.locator(".tree .node.way").count() == 2
    page.locator(".tree .scroll").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator(".decoding .film b")).to_have_text(tokens(wanted)[:1])
    page.locator(".tree ol button").nth(1).click()
    second = trace_output(model, TEXT, tree.tokens(tree.found[1]))
    expect(page.locator(".decoding .film b")).to_have_text(tokens(second))
    page.locator(".tree input[type=checkbox]").check()
    assert page.locator(".tree .node.pruned").count() == 0


def test_a_measurement_shows_how_far_it_is_and_can_be_stopped(open_app):
    # Long enough for a slow browser to show that it is being measured.
    long = "%20".join(["I went to the station with my sister and my brother."] * 7).replace(" ", "%20")
    page = open_app(f"decoding?lang=ko&reference=Merci.&sentence={long}")
    page.get_by_role("button", name=translate("ko", "decoding.measure")).click()
    page.get_by_test_id("stMain").get_by_role("button", name=translate("ko", "run.stop")).click()
    expect(page.get_by_text(translate("ko", "run.stopped"))).to_be_visible()
    assert page.get_by_label(translate("ko", "decoding.reference"), exact=True).input_value() == "Merci."
    settle(page)
    assert page.get_by_text(" ms").count() == 0


def test_on_a_telephone_nothing_is_wider_than_the_screen(visit):
    page = visit("&decoding.how=beam&width=2", width=400, dark=True)
    for name in (".decoding", ".tree"):
        box = page.locator(name).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 400


def saved(page, root, kind):
    with page.expect_download() as waiting:
        page.locator(f"{root} .foot button", has_text=kind).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def assert_saves(page, root, stem, wanted):
    """Both files open; the SVG holds these texts, the PNG has its size in whole pixels and is not empty."""
    name, data = saved(page, root, "SVG")
    assert name == f"{stem}.svg"
    picture = ET.fromstring(data)
    assert {"".join(text.itertext()).strip() for text in picture.iter(f"{SVG}text")} >= wanted
    name, data = saved(page, root, "PNG")
    assert name == f"{stem}.png"
    image = Image.open(io.BytesIO(data))
    image.load()
    width, height = (float(picture.get(side)) for side in ("width", "height"))
    ratio = 2 * page.evaluate("devicePixelRatio")
    assert image.size == pytest.approx((width * ratio, height * ratio), abs=2)
    assert len(image.convert("L").getcolors()) > 20  # grounds, lines, letters with their soft edges


def test_film_and_tree_are_saved_as_pictures_that_open(visit, model):
    page = visit("&decoding.how=beam&width=3&step=3")
    tree = considered(model, TEXT, Search(3), lambda *_: None)
    best = trace_output(model, TEXT, tree.tokens(tree.found[0]))
    words = {node.text for node in tree.nodes if len(node.text) <= 10}
    assert_saves(page, ".tree", "I-like-your-idea_transformer-en-fr_beam-3", {*words, "1.", "2.", "3."})
    assert_saves(
        page, ".decoding", "I-like-your-idea_transformer-en-fr_film",
        {*tokens(best), *best["cross"].keys.tokens, *(number for _, number in top(best.steps[2]))},
    )  # fmt: skip


def test_a_link_holds_all_that_was_chosen(visit, open_app, model):
    """Turned by hand, then opened by somebody else, who reads the other language."""
    page = visit()
    controls.press(page, translate("en", "decoding.how.sampling"))
    for name in ("temperature", "top_k", "top_p"):
        controls.slide(page, translate("en", f"decoding.{name}"), "ArrowLeft" if name == "top_p" else "ArrowRight")
    page.get_by_role("button", name=translate("en", "decoding.again")).click()
    settle(page)
    controls.press(page, translate("en", "decoding.unit.word"))
    controls.pick(page, translate("en", "term.head"), translate("en", "pick.max"))
    controls.write(page, translate("en", "decoding.reference"), "Ton idée me plaît.")
    page.locator(".decoding .stage-of-steps").press("ArrowRight")
    page.wait_for_timeout(600)
    assert controls.held(page) == {
        "sentence": [TEXT], "decoding.how": ["sampling"], "temperature": ["1.1"], "top_k": ["1"], "top_p": ["0.95"],
        "seed": ["2"], "decoding.unit": ["word"], "strip.head": ["max"], "reference": ["Ton idée me plaît."],
        "step": ["2"],
    }  # fmt: skip
    shown = page.locator(".decoding .film b").all_text_contents()
    other = open_app(controls.in_language(page, "ko"))
    expect(other.locator(".decoding .film b")).to_have_text(shown)
    expect(other.locator(".decoding .film .now small").first).to_have_text("2")
    assert controls.held(other) == controls.held(page)
    assert [one for one in controls.said(other) if one != translate("ko", "pick.max")] == [
        one for one in controls.said(page) if one != translate("en", "pick.max")
    ]

    page.get_by_role("button", name=translate("en", "share.link")).click()
    page.get_by_text(translate("en", "share.copied"), exact=True).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert all(f"{name}=" in copied for name in (*controls.held(page), "model", "lang"))

    other.get_by_role("combobox", name="Language").first.click()
    other.get_by_role("option", name="English").click()
    settle(other)
    assert controls.said(other) == controls.said(page)  # names and all, and nothing fell back
