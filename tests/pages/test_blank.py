"""The page Fill the blank, run as streamlit runs it, in both languages: with a tiny BERT, and without any."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.i18n import LANGUAGES, translate
from core.lab import blanks as lab
from core.models import Model, load_model
from core.nn.bert import Bert
from core.text.blanks import Rates
from core.text.stories import ends
from core.text.tokenizer import Tokenizer
from core.ui.blank import SEED
from core.ui.blank_next import STORY
from tests import berts
from tests.pages.seen import charts, opened, plain, said, sent, values

TEXT = "The cat is in the garden."
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
MANY = {"blank__rate": "50", "blank__seed": "7"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Path:
    root = tmp_path_factory.mktemp("models")
    berts.put(root, "blank-bert", tokenizer, seed=2, d_model=16)
    return root


@pytest.fixture
def shelf(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADLIGHT_MODELS", str(folder))
    return folder


@pytest.fixture
def bert(shelf: Path) -> Model[Bert]:
    return load_model("blank-bert", shelf)


def page(language: str = "en", text: str = TEXT, **query: str) -> AppTest:
    return opened("blank", language, text, **query)


def rows(at: AppTest) -> list[list[dict[str, Any]]]:
    """The tokens of each row on the page, with their looks."""
    found = []
    for header, looks in sent(at):
        if "looks" in header:
            names = [look["name"] for look in header["looks"]]
            found.append([{**one, "look": names[at]} for one, at in zip(header["tokens"], looks, strict=True)])
    return found


@EVERY_LANGUAGE
def test_the_row_says_what_became_of_each_token(bert: Model[Bert], language: str):
    at = page(language, **MANY)
    read = lab.read(bert.tokenizer, TEXT, "en", 48)
    what = lab.drawn(bert.tokenizer, read, 7, Rates(0.5))
    names = lab.seen(bert.tokenizer, read, what).tokens
    row = rows(at)[0]
    assert [one["text"] for one in row] == list(names)
    looks = {"kept": "plain", "masked": "mask", "random": "random", "unchanged": "same"}
    for one, fate, was in zip(row[1:-1], what.fates[1:-1], read.axis.tokens[1:-1], strict=True):
        assert one["look"] == looks[fate]
        assert one["badge"] == translate(language, f"blank.fate.{fate}")
        assert one["note"] == (translate(language, "blank.was", token=was) if fate in ("masked", "random") else "")
    assert row[0]["look"] == row[-1]["look"] == "special"
    assert translate(language, "lesson") in [one.label for one in at.expander]


@EVERY_LANGUAGE
def test_bars_are_the_models_probabilities_and_the_loss_that_of_the_chosen(bert: Model[Bert], language: str):
    at = page(language, **MANY)
    read = lab.read(bert.tokenizer, TEXT, "en", 48)
    found = lab.filled(bert, TEXT, read, lab.drawn(bert.tokenizer, read, 7, Rates(0.5)))
    shown = charts(at)
    for chart, place in zip(shown, found.places[:6], strict=False):
        expected = [one.log_prob for one in place.top[:5]]
        if place.rank > 5:
            expected.append(place.was.log_prob)
            assert f"({place.rank}.)" in chart["layout"]["yaxis"]["ticktext"][-1]
        np.testing.assert_allclose(values(chart["data"][0]["x"]), np.exp(expected), rtol=1e-3)
        assert sum("✔" in name for name in chart["layout"]["yaxis"]["ticktext"]) == 1
    assert f"**{found.loss:.2f}**" in said(at)
    assert str(found.places[0].rank) in plain(said(at))


@EVERY_LANGUAGE
def test_ten_thousand_draws_stand_beside_what_was_expected(bert: Model[Bert], language: str):
    at = page(language, blank__rate="30", blank__seed="7")
    rates, read = Rates(0.3), lab.read(bert.tokenizer, TEXT, "en", 48)
    found = lab.tally(bert.tokenizer, read, 7, rates)
    assert found.draws == 10_000
    for fate, p in lab.expected(rates).items():
        name = translate(language, f"blank.many.{fate}")
        assert f"| {name} | {p:.2%} | {found.share(fate):.2%} | {found.counts[fate]:,} |" in said(at)


def test_the_three_shares_come_from_one_line(bert: Model[Bert]):
    at = page(blank__rate="50")
    split = next(one for one in at.slider if one.key == "blank.split")
    split.set_value((20, 50)).run()
    assert not at.exception
    text = translate("en", "blank.split.said", mask=20, random=30, same=50)
    assert text in said(at)
    read = lab.read(bert.tokenizer, TEXT, "en", 48)
    names = lab.seen(bert.tokenizer, read, lab.drawn(bert.tokenizer, read, SEED, Rates(0.5, 0.2, 0.3))).tokens
    assert [one["text"] for one in rows(at)[0]] == list(names)


def test_drawing_again_takes_the_next_seed(bert: Model[Bert]):
    at = page(**MANY)
    before = rows(at)[0]
    at.button(key="blank.redraw").click().run()
    assert not at.exception
    assert at.session_state["blank.seed"] == 8
    assert rows(at)[0] == rows(page(blank__rate="50", blank__seed="8"))[0] != before


@EVERY_LANGUAGE
def test_a_word_of_ones_own_is_hidden_and_predicted(bert: Model[Bert], language: str):
    at = page(language, blank__view="hide", blank__word="2")
    row = rows(at)[0]
    assert [i for i, one in enumerate(row) if one["look"] == "mask"] == [2]
    read = lab.read(bert.tokenizer, TEXT, "en", 48)
    place = lab.filled(bert, TEXT, read, lab.hidden(bert.tokenizer, read, 2)).places[0]
    bars = charts(at)[0]
    np.testing.assert_allclose(
        values(bars["data"][0]["x"])[:5], [math.exp(one.log_prob) for one in place.top[:5]], rtol=1e-3
    )
    key = "right" if place.rank == 1 else "wrong"
    assert translate(language, f"blank.aloud.{key}", **told(language, place)) in plain(said(at))


def told(language: str, place: lab.Place) -> dict[str, object]:
    def chance(one: Any) -> str:
        p = math.exp(one.log_prob)
        return f"{p:.2f}" if p >= 0.01 else translate(language, "blank.less", p="0.01")

    return {
        "token": "[MASK]", "n": place.at, "was": place.was.token, "chance": chance(place.was), "rank": place.rank,
        "first": place.top[0].token, "best": chance(place.top[0]),
    }  # fmt: skip


def test_another_view_runs_no_model(bert: Model[Bert], monkeypatch: pytest.MonkeyPatch):
    at = page(**MANY)

    def never(*args: object) -> None:
        raise AssertionError("the model ran again")

    for name in ("filled", "judged", "tally"):
        monkeypatch.setattr(lab, name, never)
    next(one for one in at.slider if one.key == "blank.k").set_value(9).run()
    for key, wanted in (("layer", "2"), ("head", "2"), ("layer", "mean")):
        at.selectbox(key=key).set_value(wanted).run()
    assert not at.exception
    assert len(values(charts(at)[0]["data"][0]["x"])) in (9, 10)
    assert "9" in at.query_params["blank.k"]


@EVERY_LANGUAGE
def test_the_blanks_attention_adds_up_left_and_right(bert: Model[Bert], language: str):
    at = page(language, blank__view="hide", blank__word="3", layer="2", head="1")
    read = lab.read(bert.tokenizer, TEXT, "en", 48)
    trace = lab.filled(bert, TEXT, read, lab.hidden(bert.tokenizer, read, 3)).trace
    row = trace["encoder_self"].head(1, 0)[3]
    for part in (row[:3].sum(), row[3], row[4:].sum()):
        assert f"{part:.2f}" in plain(said(at))
    assert translate(language, "blank.attention.note") in said(at)


@EVERY_LANGUAGE
def test_the_second_sentence_is_judged_and_the_segments_are_shown(bert: Model[Bert], language: str):
    at = page(language, blank__first="The cat is here.", blank__second="I like it.")
    one = lab.pair(bert.tokenizer, "The cat is here.", "I like it.", "en", 48)
    found = lab.judged(bert, one)
    assert f"**{found.follows:.1%}**" in said(at)
    row = rows(at)[1]
    assert [token["text"] for token in row] == list(one.axis.tokens)
    assert [token["look"] for token in row] == ["ab"[segment] for segment in one.segments]
    *_, answer, vectors = charts(at)
    np.testing.assert_allclose(values(answer["data"][0]["x"]), [found.follows, 1 - found.follows], rtol=1e-3)
    shown = np.asarray(values(vectors["data"][0]["z"])).reshape(5, -1)
    np.testing.assert_allclose(shown[2], found.segments[0], atol=1e-5)
    np.testing.assert_allclose(shown[:3].sum(0), shown[3], atol=1e-5)
    assert f"{np.linalg.norm(found.segments[0] - found.segments[1]):.2f}" in plain(said(at))


def test_stories_fill_both_fields(shelf: Path):
    at = page()
    story = ends(STORY)
    fields = [one.value for one in at.text_input if one.key in ("blank.first", "blank.second")]
    assert fields == [story.first, story.follows]
    at.button(key="blank.story.other").click().run()
    assert at.session_state["blank.second"] == story.other
    at.button(key="blank.story.swap").click().run()
    assert (at.session_state["blank.first"], at.session_state["blank.second"]) == (story.other, story.first)
    at.button(key="blank.story").click().run()
    assert at.session_state["blank.second"] == ends(STORY + 1).follows
    assert not at.exception


@EVERY_LANGUAGE
def test_without_a_bert_it_says_so_and_shows_what_needs_none(
    models: Path, monkeypatch: pytest.MonkeyPatch, tokenizer: Tokenizer, language: str
):
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    at = page(language, **MANY)
    assert translate(language, "blank.missing", folder="assets/models") in said(at)
    assert translate(language, "blank.next.missing") in said(at)
    own = tokenizer.with_mask()
    read = lab.read(own, TEXT, "en", 48)
    names = lab.seen(own, read, lab.drawn(own, read, 7, Rates(0.5))).tokens
    corrupted, pair = rows(at)
    assert [one["text"] for one in corrupted] == list(names)
    assert {one["look"] for one in pair} == {"a", "b"}
    assert f"{lab.tally(own, read, 7, Rates(0.5)).counts['masked']:,}" in said(at)
    assert len(charts(at)) == 1, "the draws alone"


def test_with_an_empty_shelf_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEADLIGHT_MODELS", str(tmp_path))
    assert page().error


@EVERY_LANGUAGE
@pytest.mark.parametrize("text", ["", "   ", "cat " * 60, "고양이가 정원에 있어요"])
def test_what_cannot_be_read_gets_a_sentence(shelf: Path, language: str, text: str):
    at = page(language, text)
    assert at.warning or at.info
    assert len(rows(at)) == 1, "the two sentences below have fields of their own"


@pytest.mark.parametrize(("text", "view"), [
    ("cat", "hide"), ("<script>alert(1)</script> **x** $y$", "draw"), ("🐱 a cat 🐱", "hide"),
    ("<mask> [MASK] </s>", "draw"),
])  # fmt: skip
def test_strange_texts_are_text(shelf: Path, text: str, view: str):
    at = page("en", text, blank__view=view, blank__rate="50")
    assert not at.warning
    assert "<script>" not in "".join(str(chart["layout"]) for chart in charts(at))
    typed = [one for one in rows(at)[0] if one["text"] in ("[MASK]", "</s>")]
    assert all(one["look"] in ("mask", "special") for one in typed), "typed text is no special token"


@pytest.mark.parametrize("query", [
    {"blank__seed": "-4", "blank__rate": "900", "blank__k": "x", "blank__token": "-1", "blank__split": "90"},
    {"blank__view": "hide", "blank__word": "99", "blank__seed": "no", "layer": "77"}, {"blank__view": "zzz"},
])  # fmt: skip
def test_links_that_say_nonsense_fall_back(shelf: Path, query: dict[str, str]):
    at = page("en", **query)
    assert rows(at)


def test_a_draw_that_chose_nothing_says_so(bert: Model[Bert]):
    read = lab.read(bert.tokenizer, TEXT, "en", 48)
    seed = next(i for i in range(1, 999) if not lab.drawn(bert.tokenizer, read, i, Rates(0.05)).chosen)
    at = page(blank__seed=str(seed), blank__rate="5")
    assert translate("en", "blank.none_chosen", n=len(read.own)) in plain(said(at))


@EVERY_LANGUAGE
@pytest.mark.parametrize(("right", "weak"), [("61.0", True), ("93.2", False)])
def test_a_bert_that_cannot_tell_what_follows_says_so(bert: Model[Bert], language: str, right: str, weak: bool):
    card = bert.info.folder / "README.md"
    card.write_text(f"| does the second sentence follow? | {right} % | 2,000 |\n")
    told = translate(language, "blank.next.weak", right="61") in plain(said(page(language)))
    card.unlink()
    assert told == weak
