"""The page The whole model as a person uses it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest

from core.figures.labels import query_names
from core.i18n import translate
from core.lab.whole import whole
from core.models import load_model
from core.tracing import trace
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
MODEL, TEXT = "transformer-en-fr", "I like your idea."
LINK = "whole?sentence=I%20like%20your%20idea."


@pytest.fixture(scope="module")
def run():
    model = load_model(MODEL)
    found = trace(model, TEXT)
    return found, whole(model, TEXT, [step.written.id for step in found.steps], 64)


def opened(open_app, query, **screen):
    page = open_app(LINK + query, **screen)
    canvas = page.locator(".whole canvas.over")
    canvas.scroll_into_view_if_needed()
    return page, canvas


def in_link(page, name, value):
    """Python hears of a choice after the screen; then it is in the link."""
    page.wait_for_function(
        "([name, value]) => new URL(location.href).searchParams.get(name) === value", arg=[f"whole.{name}", value],
        timeout=60000,
    )  # fmt: skip
    settle(page)


def test_hovering_follows_a_click_holds_and_numbers_are_the_models(open_app, run):
    page, canvas = opened(open_app, "&lang=en&whole.token=src-0")
    found_trace, found = run
    said, tip = page.locator(".whole .said"), page.locator(".whole .tip")
    assert "‘I’" in said.inner_text()
    box = canvas.bounding_box()
    x, y = box["x"] + 84, box["y"] + 112  # the first strip, above its first row
    while "like" not in said.inner_text():
        y += 4
        page.mouse.move(x, y)
        page.wait_for_timeout(30)
    part = {translate("en", f"whole.part.{name}"): name for name in ("token", "position", "sum")}
    strip = tip.locator("small").first.inner_text().split(" · ")[-1]
    length = np.linalg.norm(found[f"src/{part[strip]}"][1])
    assert translate("en", "whole.norm", norm=f"{length:.2f}") in tip.inner_text()
    assert "whole.token" not in page.url.replace("whole.token=src-0", ""), "pointing tells the server nothing"
    page.mouse.click(x, y)
    page.mouse.move(x, y + 60)
    assert "like" in said.inner_text(), "a held token stays"
    in_link(page, "token", "src-1")
    in_link(page, "hold", "1")
    weight = found_trace["cross"].weights.mean((0, 1))[:, 1].max()
    page.get_by_text(f"(weight {weight:.2f}", exact=False).first.wait_for()


def test_keys_open_a_block_whose_heads_strips_and_links_are_those_of_the_token(open_app, run):
    page, canvas = opened(open_app, "&lang=en&whole.token=tgt-1")
    found_trace, found = run
    canvas.focus()
    for key in ("ArrowDown", "ArrowRight", "5", "Enter"):  # the third input, from masked self-attention on to cross
        page.keyboard.press(key)
    card = page.locator(".whole .card")
    assert card.locator("h4").inner_text() == "Decoder · layer 1 · cross-attention"
    row = found_trace["cross"].weights[0, 4, 2]
    chosen = card.locator(".head[aria-pressed=true]")
    best = f"{found_trace['cross'].keys.tokens[int(row.argmax())]} {row.max():.2f}"
    assert chosen.inner_text().split("\n") == ["head 5", best]
    lengths = re.findall(r"length ([\d.]+)", card.inner_text())
    names = ("d1.self/after", "d1.cross/out", "d1.cross/after")
    assert {f"{np.linalg.norm(found[name][2]):.2f}" for name in names} <= set(lengths)
    card.locator(".band").last.hover(position={"x": 1, "y": 10})
    shown = re.search(r"dimension 1: (−?[\d.]+)", page.locator(".whole .tip").inner_text())
    value = found["d1.cross/after"][2]
    assert float(shown[1].replace("−", "-")) == pytest.approx(
        float(value[0]), abs=float(np.abs(value).max()) / 254 + 0.006
    )
    link = parse_qs(urlparse(card.locator("nav a").first.get_attribute("href")).query)
    assert (link["kind"], link["layer"], link["head"], link["sentence"]) == (["cross"], ["1"], ["5"], [TEXT])
    in_link(page, "open", "d1.cross")
    in_link(page, "head", "5")
    page.reload()
    settle(page)
    assert card.locator("h4").inner_text() == "Decoder · layer 1 · cross-attention"
    assert f"‘{query_names(found_trace['cross'].queries)[2]}’" in page.locator(".whole .said").inner_text()
    canvas.focus()
    page.keyboard.press("Escape")
    assert not card.is_visible()
    page.keyboard.press("?")
    page.get_by_role("heading", name=translate("en", "whole.keys")).wait_for()


def test_the_picture_is_saved_with_every_number_and_a_phone_scrolls_inside(open_app, run, tmp_path):
    page, _ = opened(open_app, "&lang=ko&whole.open=e1.ffn", width=400, height=800, dark=True)
    assert np.isclose(page.evaluate("document.documentElement.scrollWidth"), 400, atol=1), "nothing sticks out"
    assert page.locator(".whole .scroller").evaluate("e => e.scrollWidth > e.clientWidth")
    with page.expect_download() as saved:
        page.locator(".whole .foot button").last.click()
    saved.value.save_as(tmp_path / "whole.svg")
    root = ET.parse(tmp_path / "whole.svg").getroot()
    numbers = [value for one in root.iter() for name, value in one.attrib.items() if name != "href"]
    assert not [value for value in numbers if "NaN" in value or "undefined" in value]
    images = root.findall(".//{http://www.w3.org/2000/svg}image")
    assert len(images) == sum(len(one.values) for one in run[1].vectors)
    words = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"like", "idea", "K", "V"} <= set(words)
