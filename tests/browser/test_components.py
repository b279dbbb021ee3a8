"""The overview and the links in a real browser, on maps whose weights are known."""

from __future__ import annotations

import runpy
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.figures.theme import weight_scale
from tests.browser.serve import serve

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "apps" / "components_app.py"
MAPS = runpy.run_path(str(APP))
# A theme in [theme] alone pins the page to the light one; these two let it follow the system.
THEMES = ("--theme.light.primaryColor", "#6a51a3", "--theme.dark.primaryColor", "#9c90e0")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def address():
    with serve(APP, *THEMES) as url:
        yield url


@pytest.fixture(scope="module")
def context(chromium, address):
    """One for all tests, so that streamlit's own files are loaded once."""
    context = chromium.new_context(device_scale_factor=2)
    yield context
    context.close()


@pytest.fixture
def visit(address, context):
    """Opens the app on a scene, `dark` where the system is; at the end no page may have thrown."""
    opened, errors = [], []

    def go(query="", width=1280, dark=False):
        page = context.new_page()
        opened.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/?{query}")
        page.locator(".links svg" if "only=links" in query else ".overview canvas").wait_for()
        page.locator('[data-testid="stStatusWidget"]').wait_for(state="detached")
        return page

    yield go
    for page in opened:
        page.close()
    assert not errors


def cell(page, layer, head, query, key, layers=2, heads=3, n=3):
    """The middle of a cell of the known map, from the picture's left upper corner."""
    box = page.locator(".overview canvas").bounding_box()
    gap = 6
    w, h = (box["width"] - gap * (heads - 1)) / heads, (box["height"] - gap * (layers - 1)) / layers
    return {"x": head * (w + gap) + (key + 0.5) * w / n, "y": layer * (h + gap) + (query + 0.5) * h / n}


def token(page, side, name):
    return page.locator(f'.links .token[aria-label="{side}: {name}"]')


def numbers(page, side):
    """The number beside each token of a side, in order."""
    return page.locator(f'.links .token[aria-label^="{side}:"] .number').all_text_contents()


def opened_png(download):
    """Width and height, after the signature is proven."""
    data = Path(download.path()).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def save(page, root, label):
    with page.expect_download() as waiting:
        page.locator(f"{root} .foot button", has_text=label).click()
    return waiting.value


def test_pointing_at_a_cell_shows_the_weight_of_the_map_and_who_looks_where(visit):
    page = visit("only=overview")
    attn = MAPS["known"]()
    tip = page.locator(".overview .tip")
    for layer, head, query, key in ((0, 0, 0, 0), (0, 1, 2, 1), (1, 2, 1, 0)):
        page.locator(".overview canvas").hover(position=cell(page, layer, head, query, key))
        weight = attn.weights[layer, head, query, key]
        expect(tip).to_contain_text(f"Layer {layer + 1}, head {head + 1}")
        said = f"“{attn.queries.tokens[query]}” gives {weight:.2f} to “{attn.keys.tokens[key]}”"
        assert tip.text_content().replace("≈ ", "").startswith(said)


def test_a_click_chooses_a_head_and_python_hears_of_it(visit):
    page = visit("only=overview")
    page.locator(".overview canvas").click(position=cell(page, 1, 2, 0, 0))
    expect(page.get_by_text("chosen 1 2 from (1, 2)")).to_be_visible()


def test_arrows_home_and_end_choose_a_head_and_stop_at_the_edges(visit):
    page = visit("only=overview")
    canvas = page.locator(".overview canvas")
    canvas.focus()
    for keys, said in (("ArrowRight ArrowDown", "1 1"), ("End ArrowRight", "1 2"), ("Home ArrowUp", "0 0")):
        for key in keys.split():
            canvas.press(key)
        expect(page.get_by_text(f"chosen {said} from")).to_be_visible()
    expect(page.locator(".overview .live")).to_have_text("Layer 1, head 1 is chosen")


def test_a_head_the_page_chooses_outranks_an_earlier_click(visit):
    page = visit("only=overview&controls=1")
    page.locator(".overview canvas").click(position=cell(page, 0, 1, 0, 0))
    expect(page.get_by_text("chosen 0 1 from (0, 1)")).to_be_visible()
    page.get_by_role("button", name="last head").click()
    expect(page.get_by_text("chosen 1 2 from None")).to_be_visible()
    expect(page.locator(".overview .heads .on")).to_have_text("3")
    expect(page.locator(".overview .layers .on")).to_have_text("2")


def test_a_page_may_go_back_to_the_head_it_had_before_a_click(visit):
    page = visit("only=overview&controls=1")
    page.get_by_role("button", name="last head").click()
    expect(page.get_by_text("chosen 1 2 from None")).to_be_visible()
    page.locator(".overview canvas").click(position=cell(page, 0, 1, 0, 0))
    expect(page.get_by_text("chosen 0 1 from (0, 1)")).to_be_visible()
    page.get_by_role("button", name="last head").click()
    expect(page.get_by_text("chosen 1 2 from None")).to_be_visible()
    expect(page.locator(".overview .heads .on")).to_have_text("3")


def test_question_mark_shows_the_keys_and_escape_closes_them(visit):
    page = visit("only=overview")
    canvas = page.locator(".overview canvas")
    expect(canvas).to_have_attribute("aria-label", "All heads: 2 layers down, 3 heads across. Arrow keys choose one.")
    canvas.press("?")
    expect(page.locator(".overview .keys")).to_be_visible()
    canvas.press("Escape")
    expect(page.locator(".overview .keys")).to_be_hidden()


def test_enter_looks_closer_and_back(visit):
    page = visit("only=overview")
    canvas = page.locator(".overview canvas")
    before = canvas.bounding_box()["width"]
    canvas.press("Enter")
    assert canvas.bounding_box()["width"] > 1.4 * before
    canvas.press("Enter")
    assert canvas.bounding_box()["width"] == before


def test_a_sharp_weight_is_seen_where_a_head_has_more_tokens_than_pixels(visit):
    page = visit("only=overview&scene=limit", width=400)
    shares = page.locator(".overview canvas").evaluate("""canvas => {
        const side = Math.floor((canvas.height - 6) / 2);
        const red = canvas.getContext("2d").getImageData(0, 0, side, side).data.filter((_, i) => i % 4 === 0);
        let dark = 0;
        for (let i = 0; i < side; i++)
            if (Math.min(red[i * side + i], red[i * side + Math.max(0, i - 1)]) < 190) dark++;
        return dark / side }""")
    assert shares > 0.9


def test_a_grid_of_144_heads_is_painted_soon_after_its_data(visit):
    page = visit("only=overview&scene=big")
    spent = page.evaluate("""() => { const at = name => performance.getEntriesByName(name).at(-1).startTime;
        return at("headlight-overview-painted") - at("headlight-overview-arrived") }""")
    assert 0 < spent < 300  # 30 on an idle machine; the limit leaves room for a busy one


def test_the_overview_is_saved_as_png_and_svg(visit):
    page = visit("only=overview")
    png = save(page, ".overview", "PNG")
    assert png.suggested_filename == "heads.png"
    assert opened_png(png)[0] > 4 * page.locator(".overview canvas").bounding_box()["width"]
    svg = save(page, ".overview", "SVG")
    assert svg.suggested_filename == "heads.svg"
    rects = ET.parse(svg.path()).getroot().iter(f"{SVG}rect")
    assert sum(1 for _ in rects) == 1 + 6 + 54  # page, heads, cells


def test_many_cells_are_not_offered_as_svg(visit):
    page = visit("only=overview&scene=big")
    expect(page.locator(".overview .foot button")).to_have_text(["?", "PNG"])


def test_pointing_at_a_query_leaves_its_row_with_numbers(visit):
    page = visit("only=links")
    assert page.locator(".links path").count() == 3  # like weights share a path
    token(page, "query", "dog").hover()
    expect(token(page, "key", "dog").locator(".number")).to_have_text("0.620")
    assert numbers(page, "key") == ["0.070", "0.620", "0.310"]
    assert page.locator(".links path").count() == 3
    said = "“dog” gives 0.620 to “dog”, 0.310 to “<b>x</b>”, 0.070 to “it”."
    expect(page.locator(".links .said")).to_contain_text(said)


def test_a_click_holds_a_token_and_escape_lets_it_go(visit):
    page = visit("only=links")
    token(page, "key", "it").click()
    page.mouse.move(1, 1)
    expect(token(page, "key", "it")).to_have_attribute("aria-pressed", "true")
    assert numbers(page, "query") == ["0.620", "0.070", "0.310"]
    token(page, "query", "dog").hover()
    assert numbers(page, "query") == ["0.620", "0.070", "0.310"]
    page.keyboard.press("Escape")
    page.mouse.move(1, 1)
    expect(page.locator(".links .said")).to_contain_text("Point at a token")
    expect(token(page, "key", "it")).to_have_attribute("aria-pressed", "false")


def test_a_held_token_stays_held_when_the_head_changes(visit):
    page = visit()
    token(page, "query", "it").click()
    assert numbers(page, "key") == ["0.620", "0.310", "0.070"]
    page.locator(".overview canvas").click(position=cell(page, 0, 1, 0, 0))
    expect(token(page, "key", "dog").locator(".number")).to_have_text("0.620")
    expect(token(page, "query", "it")).to_have_attribute("aria-pressed", "true")


def test_the_keyboard_alone_moves_over_tokens_and_holds_one(visit):
    page = visit("only=links")
    token(page, "query", "it").focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(token(page, "key", "dog")).to_have_attribute("aria-pressed", "true")
    assert page.locator('.links .token[tabindex="0"]').count() == 2


def test_less_mass_draws_fewer_lines(visit):
    page = visit("only=links")
    page.locator(".links input[type=range]").fill("60")
    expect(page.locator(".links output")).to_have_text("top 60 % of each row")
    expect(page.locator(".links path")).to_have_count(1)  # 0.62 alone holds 60 %
    page.locator(".links input[type=range]").fill("65")
    expect(page.locator(".links path")).to_have_count(2)


def test_special_tokens_are_hidden_by_one_switch_but_a_decoder_input_that_writes_stays(visit):
    page = visit("only=links&scene=cross")
    expect(token(page, "key", "</s>")).to_have_count(1)
    page.get_by_label("hide special tokens").check()
    expect(token(page, "key", "</s>")).to_have_count(0)
    expect(token(page, "query", "<s> → Un")).to_have_count(1)
    expect(token(page, "key", "·ry")).to_have_count(1)


def test_markup_and_foreign_scripts_show_as_they_are(visit):
    page = visit("only=links&scene=odd", width=400)
    shown = page.locator('.links .token[aria-label^="query:"] text:not(.number)').all_text_contents()
    assert shown[:5] == ["<b>x</b>", "<script>", "שלום", "한국어", "🙂"]
    assert shown[5].endswith("…")
    assert token(page, "query", "antidisestablishmentarianism-and-more").locator("title").count() == 1
    assert page.locator(".links b").count() == page.locator(".links script").count() == 0


def test_a_long_sentence_says_how_many_lines_are_left_out(visit):
    page = visit("only=links&scene=crowd")
    expect(page.locator(".links .note")).to_have_text("The 20,000 heaviest of 22,500 lines are drawn.")


def test_the_links_are_saved_as_png_and_svg_with_headings_and_tokens(visit):
    page = visit("only=links")
    png = save(page, ".links", "PNG")
    assert png.suggested_filename == "lines.png"
    assert opened_png(png)[0] > 2 * page.locator(".links svg").bounding_box()["width"]
    svg = save(page, ".links", "SVG")
    assert svg.suggested_filename == "lines.svg"
    texts = ["".join(text.itertext()) for text in ET.parse(svg.path()).getroot().iter(f"{SVG}text")]
    assert texts[:2] == ["query", "key"]
    assert texts.count("<b>x</b>") == 2


@pytest.mark.parametrize("dark", [False, True])
def test_pictures_follow_the_page_into_the_dark(visit, dark):
    page = visit(dark=dark)
    picture = page.locator(".overview")
    ground = weight_scale(True)[0][1]
    rgb = ", ".join(str(int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    assert (f"rgb({rgb})" in picture.locator(".legend i").evaluate("i => i.style.background")) is dark
    # 0.62 of layer 2, head 1 stands in its lower left corner: neither end of the colours, in both themes.
    corner = "c => c.getContext('2d').getImageData(3, c.height - 3, 1, 1).data[0]"
    assert MAPS["known"]().weights[1, 0, 2, 0] == pytest.approx(0.62)
    assert 90 < picture.locator("canvas").evaluate(corner) < 160
    text = picture.evaluate("e => parseInt(getComputedStyle(e).color.slice(4))")
    assert (text > 200) is dark


def test_at_every_width_text_is_large_enough_and_the_page_no_wider(visit):
    page = visit("scene=cross")
    for width, least in ((1280, 12), (400, 12), (1920, 16)):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(150)
        token(page, "query", "Un → chien").hover()
        sizes = page.evaluate("""() => {
            const roots = [...document.querySelectorAll("*")].map(e => e.shadowRoot).filter(Boolean);
            const leaves = roots.flatMap(r => [...r.querySelectorAll("span, text, tspan, button, output, .said")]);
            return leaves.filter(e => e.textContent.trim()).map(e => parseFloat(getComputedStyle(e).fontSize)) }""")
        assert len(sizes) > 50
        assert min(sizes) >= least
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for picture in (".overview .foot", ".links svg"):
            box = page.locator(picture).bounding_box()
            assert box["x"] + box["width"] <= width
