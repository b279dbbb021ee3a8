"""The page Heads as a person uses it: a few long journeys, since each page load costs seconds."""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from core.errors import UserError
from core.figures.labels import query_names, tokens
from core.i18n import sentence, translate
from core.measures import by_word, pooled
from core.models import load_model, read_info
from core.trace import Trace
from core.tracing import Search, trace
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a busy machine
MODEL = "transformer-en-fr"
# What Plotly has drawn: numbers, not pixels.
DRAWN = """() => {
  const plot = document.querySelector('.st-key-heads-map .js-plotly-plot');
  if (!plot?._fullData) return '[]'; // between two pictures
  return JSON.stringify(Array.from(plot._fullData[0].z, row => Array.from(row)));
}"""
# Every text in view that is smaller than 16 px, in shadow roots too.
SMALL = """() => {
  const all = root => [...root.querySelectorAll('*')].flatMap(e => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  const texts = e => [...e.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  const seen = e => e.getClientRects().length && getComputedStyle(e).visibility === 'visible';
  return all(document.querySelector('[data-testid=stMain]'))
    .filter(e => texts(e) && seen(e) && !e.closest('style, .katex'))
    .map(e => [parseFloat(getComputedStyle(e).fontSize), e.textContent.slice(0, 30)]).filter(([size]) => size < 16);
}"""
SVG = "{http://www.w3.org/2000/svg}"


def t(key, language="en", **values):
    return translate(language, key, **values)


def sentence_box(page, language="en"):
    return page.get_by_label(t("ask.sentence", language), exact=True)


def type_sentence(page, text, language="en"):
    box = sentence_box(page, language)
    box.fill(text)
    box.press("Enter")
    page.wait_for_timeout(200)
    settle(page)


def choose(page, name):
    page.get_by_role("radio", name=name, exact=True).click()
    settle(page)


def drawn(page):
    page.locator(".st-key-heads-map .js-plotly-plot").first.wait_for()
    return json.loads(page.evaluate(DRAWN))


def close_to(shown, true):
    """Masked cells are drawn as gaps."""
    return len(shown) == len(true) and all(
        cell is None or cell == pytest.approx(weight, abs=1e-4)
        for row, weights in zip(shown, true, strict=True)
        for cell, weight in zip(row, weights, strict=True)
    )


def wait_for_map(page, true):
    """A click or key in the overview moves the heat map soon after."""
    for _ in range(40):
        if close_to(drawn(page), true.tolist()):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the heat map does not show this head")


def cell(page, attn, layer, head, query, key):
    """The middle of a cell, from the overview's left upper corner."""
    box, gap = page.locator(".overview canvas").bounding_box(), 6
    w = (box["width"] - gap * (attn.n_heads - 1)) / attn.n_heads
    h = (box["height"] - gap * (attn.n_layers - 1)) / attn.n_layers
    n, m = len(attn.queries), len(attn.keys)
    return {"x": head * (w + gap) + (key + 0.5) * w / m, "y": layer * (h + gap) + (query + 0.5) * h / n}


def test_a_student_points_clicks_and_moves_by_keys_and_sees_the_models_numbers(open_app):
    text = "Where is my blue book?"
    page = open_app(f"?lang=en&sentence={text.replace(' ', '%20')}")
    run = trace(load_model(MODEL), text)
    expect(page.get_by_text(f"→ {run.tgt_text}", exact=True)).to_be_visible()
    for kind in run.kinds:
        choose(page, t(f"kind.{kind}"))
        assert close_to(drawn(page), by_word(run[kind]).head(0, 0).tolist()), kind
    attn = by_word(run["cross"])
    queries, keys = query_names(attn.queries), tokens(attn.keys)

    # Whatever the browser tells the server.
    page.evaluate("""() => { const send = WebSocket.prototype.send; window.sent = 0;
        WebSocket.prototype.send = function (data) { window.sent += 1; return send.call(this, data); } }""")
    tip = page.locator(".overview .tip")
    for layer, head, query, key in ((0, 0, 0, 0), (1, 3, 2, 1), (2, 7, len(queries) - 1, len(keys) - 1)):
        page.locator(".overview canvas").hover(position=cell(page, attn, layer, head, query, key))
        weight = float(attn.weights[layer, head, query, key])
        page.wait_for_timeout(60)
        said = tip.text_content()
        assert said.startswith(f"“{queries[query]}” gives ")
        assert f"to “{keys[key]}”" in said
        assert f"Layer {layer + 1}, head {head + 1}" in said
        assert float(said.split(" gives ")[1].removeprefix("≈ ").split(" ")[0]) == pytest.approx(weight, abs=0.0101)
    assert page.evaluate("window.sent") == 0

    page.locator(".overview canvas").click(position=cell(page, attn, 1, 3, 0, 0))
    wait_for_map(page, attn.head(1, 3))
    for press, (layer, head) in (("ArrowRight", (1, 4)), ("ArrowDown", (2, 4)), ("Home", (0, 0)), ("End", (2, 7))):
        page.keyboard.press(press)
        wait_for_map(page, attn.head(layer, head))
    settle(page)
    assert (page.evaluate("new URLSearchParams(location.search).get('layer')")) == "3"
    assert (page.evaluate("new URLSearchParams(location.search).get('head')")) == "8"

    choose(page, t("view.links"))
    page.evaluate("window.sent = 0")
    token = page.locator(f'.links .token[aria-label="query: {queries[1]}"]')
    token.hover()
    token.click()
    page.mouse.move(2, 2)
    shown = page.locator('.links .token[aria-label^="key:"] .number').all_text_contents()
    assert shown == [f"{weight:.3f}" for weight in attn.head(2, 7)[1]]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    shown = page.locator('.links .token[aria-label^="key:"] .number').all_text_contents()
    assert shown == [f"{weight:.3f}" for weight in attn.head(2, 7)[2]]
    assert page.evaluate("window.sent") == 0
    choose(page, t("view.numbers"))
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def saved(page, click):
    with page.expect_download() as waiting:
        click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def is_png(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert min(struct.unpack(">II", data[16:24])) >= 300


def test_every_file_opens_and_holds_what_is_shown(open_app):
    text = "We didn't know <b>it</b>."
    page = open_app(
        "?lang=en&unit=piece&kind=cross&layer=2&head=mean&sentence=We%20didn%27t%20know%20%3Cb%3Eit%3C%2Fb%3E."
    )
    run = trace(load_model(MODEL), text)
    attn = pooled(run["cross"], 1, "mean")
    stem = f"We-didn-t-know-b-it-b_{MODEL}_cross"
    queries, keys = query_names(attn.queries), tokens(attn.keys)
    assert close_to(drawn(page), attn.head(0, 0).tolist())

    def press(name):
        return lambda: page.get_by_role("button", name=name, exact=True).click()

    name, data = saved(page, press(t("save.csv")))
    assert name == f"{stem}_Layer-2-mean-over-heads.csv"
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    assert [cell.removeprefix("'") for cell in header[1:]] == keys
    np.testing.assert_allclose(np.array([row[1:] for row in rows], float), attn.head(0, 0), atol=1e-6)
    name, data = saved(page, press(t("save.json")))
    assert name == f"{stem}_Layer-2-mean-over-heads.json"
    assert json.loads(data)["queries"] == queries
    np.testing.assert_allclose(json.loads(data)["weights"], attn.head(0, 0), atol=1e-6)
    name, data = saved(page, press(t("save.npz")))
    assert name == f"We-didn-t-know-b-it-b_{MODEL}.npz"
    for kind in run.kinds:
        np.testing.assert_allclose(Trace.from_npz(data)[kind].weights, run[kind].weights, atol=1e-6)

    def picture(root, label):
        return lambda: page.locator(f"{root} .foot button", has_text=label).click()

    heat = ".st-key-heads-map-save"
    name, data = saved(page, picture(heat, "PNG"))
    assert name == f"{stem}_Layer-2-mean-over-heads.png"
    is_png(data)
    name, data = saved(page, picture(heat, "SVG"))
    assert name == f"{stem}_Layer-2-mean-over-heads.svg"
    words = {"".join(node.itertext()) for node in ET.fromstring(data).iter(f"{SVG}text")}
    assert words >= {*queries, *keys, "query", "key", "Cross · Layer 2, mean over heads"}
    name, data = saved(page, picture(".overview", "PNG"))
    assert name == f"{stem}.png"
    is_png(data)
    name, data = saved(page, picture(".overview", "SVG"))
    assert name == f"{stem}.svg"
    ET.fromstring(data)
    choose(page, t("view.links"))
    is_png(saved(page, picture(".links", "PNG"))[1])
    name, data = saved(page, picture(".links", "SVG"))
    assert name == f"{stem}_Layer-2-mean-over-heads.svg"
    words = {"".join(node.itertext()) for node in ET.fromstring(data).iter(f"{SVG}text")}
    assert words >= {*keys}


def test_a_link_opens_the_same_view_in_another_browser(open_app):
    text = "I like your idea."
    page = open_app("?lang=en&beam=4&hypothesis=1&sentence=I%20like%20your%20idea.")
    run = trace(load_model(MODEL), text, Search(4), chosen=1)
    expect(page.get_by_text(f"→ {run.tgt_text}", exact=True)).to_be_visible()
    choose(page, t("kind.cross"))
    page.get_by_role("button", name=t("share.link")).click()
    page.get_by_text(t("share.copied"), exact=True).wait_for()
    address = page.evaluate("navigator.clipboard.readText()")
    held = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert held == {
        "sentence": text, "model": MODEL, "beam": "4", "hypothesis": "1", "kind": "cross", "unit": "word", "layer": "1",
        "head": "1", "view": "heatmap", "stretch": "false", "measure": "none",
        "lang": "en",
    }  # fmt: skip
    other = open_app("?" + urlsplit(address).query, locale="ko-KR")
    expect(other.get_by_text(f"→ {run.tgt_text}", exact=True)).to_be_visible()
    expect(sentence_box(other)).to_have_value(text)
    assert drawn(other) == drawn(page)
    assert close_to(drawn(page), by_word(run["cross"]).head(0, 0).tolist())
    other.reload()
    settle(other)
    assert drawn(other) == drawn(page)

    # On plain http there is no clipboard: the address is shown, selected, and copied the old way or by hand.
    page.evaluate("navigator.clipboard.writeText('nothing yet')")
    page.evaluate("""() => { window.real = navigator.clipboard;
        Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }) }""")
    page.get_by_role("button", name=t("share.link")).click()
    page.get_by_text(t("share.copied"), exact=True).wait_for()
    assert page.evaluate("window.real.readText()") == address
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name=t("share.link")).click()
    page.get_by_text(t("share.press"), exact=True).wait_for()
    field = page.get_by_label(t("share.link.title"))
    assert field.input_value() == address
    assert field.evaluate("e => e.selectionEnd - e.selectionStart") == len(address)


def test_two_people_two_languages_and_neither_sees_the_other(open_app):
    one, two = open_app(locale="ko-KR"), open_app("?lang=en")
    expect(one.get_by_role("heading", name=t("heads.title", "ko"))).to_be_visible()
    expect(one.locator("html")).to_have_attribute("lang", "ko")
    type_sentence(one, "My secret is a cat.", "ko")
    type_sentence(two, "The weather is nice today.")
    assert "secret" not in two.content()
    assert "weather" not in one.content()
    one.get_by_label("언어 · Language").click()
    one.get_by_role("option", name="English").click()
    settle(one)
    expect(one.get_by_role("heading", name=t("heads.title"))).to_be_visible()
    expect(one.locator("html")).to_have_attribute("lang", "en")
    assert "lang=en" in one.url
    expect(sentence_box(one)).to_have_value("My secret is a cat.")
    one.reload()
    settle(one)
    expect(sentence_box(one)).to_have_value("My secret is a cat.")
    assert "weather" not in one.content()


def test_whatever_is_typed_is_a_picture_or_a_sentence_and_never_markup(open_app):
    page = open_app("?lang=ko&unit=piece")
    for text, said in (
        ("Я иду домой", sentence("ko", UserError("script", found="Cyrillic", expected="Latin"))),
        ("שלום עולם", sentence("ko", UserError("script", found="Hebrew", expected="Latin"))),
        ("word " * 2000, t("error.too_long", "ko", n=2000, limit=511)),
        ("   ", t("error.empty", "ko")),
    ):
        type_sentence(page, text, "ko")
        expect(page.get_by_text(said, exact=True)).to_be_visible()
        expect(sentence_box(page, "ko")).to_have_value(text)
    for text in (
        "<b>no</b> <script>title=1</script>",
        "<img src=x onerror=document.title=1>",
        "[x](javascript:alert(1)) $x$",
        ":red[y] **z** `c` {query}",
        "👨‍👩‍👧 is </s> <s>",
        "go\x07 \x1b[31mhome\x7f",
    ):
        type_sentence(page, text, "ko")
        labels = set(page.locator(".js-plotly-plot .xtick text").all_text_contents())
        wanted = tokens(trace(load_model(MODEL), text)["encoder_self"].keys)
        assert {label for label in wanted if len(label) < 14} <= labels
    assert page.title() == "Headlight"
    assert page.locator('a[href^="javascript"]').count() == 0
    for kind in ("code", "img", ".katex", "script", "b"):  # but for the lesson's own
        everywhere, lesson = page.locator(f".stMarkdown {kind}"), page.locator(f"details .stMarkdown {kind}")
        assert everywhere.count() == lesson.count(), kind


def test_five_hundred_pieces_can_still_be_pointed_at_chosen_and_read(open_app):
    page = open_app(f"?lang=en&sentence={'+'.join(['go'] * 500)}")
    _, data = saved(page, lambda: page.get_by_role("button", name=t("save.npz"), exact=True).click())
    run = by_word(Trace.from_npz(data)["encoder_self"])  # a second run here would take seconds
    expect(page.get_by_text(t("output.beyond", n=500, trained=read_info(MODEL).trained))).to_be_visible()
    assert page.get_by_text(t("heads.crowded", n=501)).count() == 1
    assert page.locator(".js-plotly-plot .xtick").count() <= 60
    hover = page.locator(".hoverlayer text").first
    for step in range(20):  # the page may still be moving
        box = page.locator(".st-key-heads-map .nsewdrag").first.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.3 + step, box["y"] + 100)
        page.wait_for_timeout(300)
        if hover.count():
            break
    assert re.fullmatch(r"query gokey goweight \d\.\d{3}", hover.text_content())
    page.locator(".overview canvas").focus()
    page.keyboard.press("End")
    wait_for_map(page, run.head(2, 7))
    choose(page, t("view.links"))
    assert page.locator(".links .token").count() == 1002


def test_it_fits_every_screen(open_app):
    page = open_app("?lang=ko&kind=cross", dark=True)
    for width, height in ((1280, 900), (1920, 1080), (400, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        overview, title = page.locator(".overview .scroller").bounding_box(), page.locator("h1").bounding_box()
        bar = page.get_by_test_id("stHeader").bounding_box()
        assert title["y"] >= bar["y"] + bar["height"] - 20 or width > 640
        if width >= 1280:  # both pictures begin, and the overview ends, before one scrolls
            assert overview["y"] + overview["height"] < height
            assert page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()["y"] < height * 0.62
        if width == 1920:
            assert page.evaluate(SMALL) == []
