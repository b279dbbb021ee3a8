"""The page Masks, run as streamlit runs it, in both languages."""

from __future__ import annotations

import sys
from functools import partial

import numpy as np
import pytest

import core.ui.masks_shown  # noqa: F401 - before its names are patched
from core import ui
from core.errors import UserError
from core.i18n import LANGUAGES, sentence, translate
from core.lab import masked_runs
from core.lab.masks import apply, build, causal, to_code, zeroed_after
from core.models import load_model
from core.tracing import trace
from tests.pages import seen
from tests.pages.seen import matrices, said

MODEL, TEXT, PADS = "transformer-en-fr", "I like your idea.", 2


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


opened = partial(seen.opened, "masks")


def choose(at, key, value):
    """AppTest knows segmented controls as button groups."""
    next(group for group in at.get("button_group") if group.key == key).set_value(value).run()
    assert not at.exception


@pytest.fixture(params=LANGUAGES)
def language(request, monkeypatch):
    """AppTest looks up an option's text outside the page, where nobody has chosen a language."""
    monkeypatch.setattr(sys.modules["core.ui.language"], "language", lambda: request.param)
    return request.param


def test_the_squares_are_the_models_own(language, model):
    at = opened(language)
    assert at.title[0].value == translate(language, "masks.title")
    shown = matrices(at)
    one = masked_runs.scores(model, TEXT, PADS)["decoder_self"]
    np.testing.assert_allclose(shown["scores"], one.scores[0, 0], atol=1e-5)
    assert shown["mask"].astype(bool).tolist() == one.own.tolist()
    assert np.isneginf(shown["masked"][~one.own]).all()
    weights = trace(model, TEXT)["decoder_self"].head(0, 0)
    n = len(weights)
    np.testing.assert_allclose(np.nan_to_num(shown["weights"])[:n, :n], weights, atol=1e-5)
    assert translate(language, "masks.own") in said(at).replace("\\", "")


@pytest.mark.parametrize("kind", ["decoder_self", "encoder_self", "cross"])
@pytest.mark.parametrize("mask", ["padding", "window", "none"])
def test_each_mask_gives_the_weights_of_its_softmax(kind, mask, model):
    at = opened("en", masks__kind=kind, masks__mask=mask, layer="2", head="5")
    shown = matrices(at)
    one = masked_runs.scores(model, TEXT, PADS)[kind]
    expected = apply(one.scores[1, 4], build(mask, one, 2))
    assert shown["mask"].astype(bool).tolist() == expected.mask.tolist()
    np.testing.assert_allclose(shown["weights"][expected.mask], expected.weights[expected.mask], atol=1e-5)


def test_changing_the_view_never_runs_the_model_again(language, monkeypatch):
    at = opened(language)

    def never(*args, **kwargs):
        raise AssertionError("the model ran again")

    monkeypatch.setattr("core.lab.masked_runs.scores", never)
    choose(at, "masks.mask", "window")
    at.slider(key="masks.d").set_value(1).run()
    at.selectbox(key="layer").set_value("3").run()
    at.selectbox(key="head").set_value("8").run()
    choose(at, "masks.kind", "cross")
    choose(at, "masks.view", "after")
    assert not at.exception


def test_a_query_left_with_nothing_is_named_and_no_number_is_lost(language):
    at = opened(language, masks__mask="strict")
    assert [box.value for box in at.warning] != []
    assert "‘<s> → " in at.warning[0].value.replace("\\", "")
    shown = matrices(at)
    assert not shown["mask"][0].any()
    assert np.isfinite(shown["weights"][np.tri(len(shown["mask"]), k=-1, dtype=bool)]).all()


def test_another_kind_begins_with_its_own_mask(language):
    at = opened(language)
    choose(at, "masks.mask", "none")
    choose(at, "masks.kind", "encoder_self")
    mask = matrices(at)["mask"]
    assert mask[:, :-PADS].all()
    assert not mask[:, -PADS:].any()


def test_a_drawn_mask_comes_back_from_a_link(language, model):
    one = masked_runs.scores(model, TEXT, PADS)["decoder_self"]
    drawn = one.own.copy()
    drawn[3, :3] = False
    at = opened(language, masks__mask="drawn", masks__drawn=to_code(drawn))
    shown = matrices(at)
    assert shown["mask"].astype(bool).tolist() == drawn.tolist()
    assert shown["weights"][3, 3] == pytest.approx(1)


def test_rows_zeroed_after_the_softmax_are_shown_with_their_sums(language, model):
    at = opened(language, masks__view="after")
    one = masked_runs.scores(model, TEXT, PADS)["decoder_self"]
    sums = zeroed_after(one.scores[0, 0], one.own).sums
    assert f"**{sums.min():.3f}**" in said(at)
    assert translate(language, "masks.claim6") in said(at).replace("\\", "")
    shown = matrices(at)
    assert shown["strict"].astype(bool).tolist() == causal(len(one.own), strict=True).tolist()


def test_the_batch_agrees_with_its_sentences_alone(language, model):
    at = opened(language, masks__view="batch")
    lines = at.text_area(key="masks.lines").value.splitlines()
    rows = masked_runs.batch(model, tuple(lines))
    table = at.dataframe[0].value
    assert table.iloc[:, 0].tolist() == lines
    assert table.iloc[:, 1].tolist() == table.iloc[:, 2].tolist() == [row.alone for row in rows]
    assert all(float(cell) < 1e-4 for cell in table.iloc[:, 3])
    assert matrices(at)["padding"].sum(-1).tolist() == [row.n for row in rows]


@pytest.mark.parametrize(
    ("lines", "code", "line"),
    [("Hello!\n나는 집에 간다", "script", 2), ("", "empty", 0), ("Hi.\n" * 9, "too_many_sentences", 0)],
)
def test_a_batch_that_cannot_be_read_is_told_and_stays_typed(language, lines, code, line):
    at = opened(language, masks__view="batch")
    at.text_area(key="masks.lines").set_value(lines).run()
    values = {"found": "Hangul", "expected": "Latin", "n": 9, "limit": 8}
    told = sentence(language, UserError(code, **values))
    told = f"{translate(language, 'masks.line', n=line)} {told}" if line else told
    assert ui.md(told) in [box.value for box in (*at.warning, *at.info)]
    assert at.text_area(key="masks.lines").value == lines


def test_a_typed_reference_is_scored_with_the_mask_and_without(language, model):
    at = opened(language, masks__view="leak")
    at.text_input(key="masks.reference").set_value("J'aime votre idée.").run()
    assert not at.exception
    found = masked_runs.leak(model, TEXT, "J'aime votre idée.")
    losses = translate(
        language, "masks.leak.losses", on=f"{found.loss.mean():.2f}", off=f"{found.loss_open.mean():.2f}"
    )
    assert losses in said(at)
    shown = matrices(at)
    np.testing.assert_allclose(shown["off"], found.weights_open[0, 0], atol=1e-5)
    np.testing.assert_allclose(np.nan_to_num(shown["on"]), found.weights[0, 0], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [("masks.mask", "<b>"), ("masks.view", "99"), ("masks.kind", ""), ("masks.drawn", "3-3-1"), ("masks.d", "x"),
     ("masks.pads", "-1"), ("layer", "mean"), ("head", "77")],
)  # fmt: skip
def test_a_bad_link_falls_back(name, value):
    at = opened("en", **{name: value, "masks__mask" if name == "masks.drawn" else "unused": "drawn"})
    assert matrices(at)


@pytest.mark.parametrize("text", ["", "Я иду домой", "go " * 600])
def test_a_sentence_that_cannot_be_read_is_told_in_every_view(language, text):
    at = opened(language)
    at.text_input(key="sentence").set_value(text).run()
    for view in ("after", "leak", "batch", "squares"):
        choose(at, "masks.view", view)
        assert view == "batch" or at.warning or at.info
    assert at.text_input(key="sentence").value == text


def test_a_text_too_long_for_the_picture_is_told(language, monkeypatch):
    monkeypatch.setattr("core.ui.masks.LARGEST", (20, 20))
    at = opened(language, masks__kind="encoder_self")
    at.text_input(key="sentence").set_value("go " * 20).run()
    assert not at.exception
    assert translate(language, "masks.too_large", n=20 + 1 + PADS, limit=20) in said(at)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "$x$ :red[y] **z**", "[x](javascript:alert(1))"])
def test_hostile_text_is_shown_as_text(text):
    at = opened("en")
    at.text_input(key="sentence").set_value(text).run()
    for view in ("after", "leak", "squares"):
        choose(at, "masks.view", view)
    choose(at, "masks.view", "batch")
    at.text_area(key="masks.lines").set_value(f"{text}\nHello!").run()
    assert not at.exception
    grid = at.get("html")[-1].proto.body
    assert "<script" not in grid
    assert "&lt;pad&gt;" in grid
