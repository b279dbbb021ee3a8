"""The page Inside a layer as a person uses it."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from core.i18n import translate
from core.lab.layers import layers
from core.models import load_model
from core.tracing import trace
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
MODEL, TEXT = "transformer-en-fr", "I like your idea."
LINK = "layer?lang=en&sentence=I%20like%20your%20idea.&token=3"


def t(key, **values):
    return translate("en", key, **values)


@pytest.fixture(scope="module")
def found():
    model = load_model(MODEL)
    ids = tuple(step.written.id for step in trace(model, TEXT).steps)
    return layers(model, TEXT, ids)


@pytest.fixture
def patient(open_app):
    """Opens the app, and waits as long for a box as a busy machine needs."""

    def go(*args, **options):
        page = open_app(*args, **options)
        page.set_default_timeout(120000)
        page.locator(".walk .box").first.wait_for()
        settle(page)
        return page

    return go


def box_of(page, group, title):
    """The first box of that title in a group."""
    return page.locator(".walk .group").filter(has=page.get_by_role("heading", name=group)).locator(".box").filter(
        has_text=title
    ).first  # fmt: skip


def test_a_sentence_is_typed_a_box_opened_and_its_sum_read(patient, found):
    page = patient("layer?lang=en&token=3")
    field = page.get_by_label(t("ask.sentence")).first
    field.fill(TEXT)
    field.press("Enter")
    page.get_by_text("‘idea’", exact=False).first.wait_for()
    settle(page)
    box_of(page, t("layer.group.sub", layer=1, sub=t("layer.sub.self")), t("layer.box.add")).click()
    one = found.encoder.layers[0][0]
    lengths = [f"{np.linalg.norm(values[3]):.2f}" for values in (one.before, one.out, one.added)]
    page.get_by_text(f"lengths {lengths[0]} and {lengths[1]} make {lengths[2]}", exact=False).wait_for()
    assert "box=self.add" in page.url


def test_keys_step_and_follow_one_dimension(patient, found):
    page = patient(LINK)
    walk = page.locator(".walk").first
    first = walk.locator(".box").first
    first.focus()
    page.keyboard.press("Home")
    assert walk.locator(".box.later").count() == walk.locator(".box").count() - 1
    page.keyboard.press("ArrowRight")
    assert walk.locator(".box.later").count() == walk.locator(".box").count() - 2
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")  # dimension 2
    expected = [values[3, 1] for values in (found.encoder.token, found.encoder.position)]
    notes = walk.locator(".box .note").all_inner_texts()[:3]
    assert notes == [*(f"{value:.3f}".replace("-", "−") for value in expected), ""]  # the third is yet to come
    page.keyboard.press("Escape")
    assert walk.locator(".box .note").first.inner_text() != notes[0]
    page.get_by_text(t("layer.say.position", token="idea", place=3, p="11.31").split("**")[1], exact=False).wait_for()
    assert "box=position" in page.url
    page.reload()
    settle(page)
    assert page.locator(".walk .box.open b").inner_text() == t("layer.box.position")  # the link keeps it


def test_a_pointed_strip_shows_that_number_in_every_box(patient, found):
    page = patient(LINK)
    canvas = page.locator(".walk canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.5)
    note = page.locator(".walk .box .note").first.inner_text()
    assert note == f"{found.encoder.token[3, 0]:.3f}".replace("-", "−")


def test_another_layers_box_opens_it_and_the_numbers_can_be_saved(patient, found):
    page = patient(LINK)
    page.locator(".walk .group").filter(has=page.get_by_role("heading", name=t("pick.layer", n=2))).locator(
        ".box"
    ).first.click()
    page.get_by_role("heading", name=t("layer.group.sub", layer=2, sub=t("layer.sub.ffn"))).wait_for()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=t("save.json"), exact=True).click()
    record = json.load(io.BytesIO(download.value.path().read_bytes()))
    assert (record["layer"], record["token"]) == (2, "idea")
    np.testing.assert_allclose(record["vectors"]["ffn.add"], found.encoder.layers[1][1].added[3], atol=1e-4)


def test_each_layers_answer_is_read_in_korean_on_a_phone(patient):
    page = patient("layer?lang=ko&sentence=I%20like%20your%20idea.&layer.side=decoder&layer.part=lens", width=400)
    page.get_by_text(translate("ko", "layer.lens.note.post")[:20], exact=False).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    for group in page.locator(".walk .group").all():
        assert group.bounding_box()["width"] <= 400
