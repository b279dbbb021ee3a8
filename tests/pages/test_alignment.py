"""The page Alignment, run as streamlit runs it, in both languages, with tiny random translators of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import ui
from core.config import Seq2SeqConfig
from core.errors import UserError
from core.i18n import LANGUAGES, sentence, translate
from core.lab.alignment_runs import looks, pieces_of
from core.models import load_model, save_model
from core.nn.build import build
from core.text.tokenizer import Tokenizer
from core.tracing import trace, trace_output
from tests.pages.seen import component, matrices, opened, said

TEXT = "Tom and Mary are here."
KINDS = {"al-none": "none", "al-bahdanau": "bahdanau", "al-luong": "general", "al-local": "local-p"}
TRANSFORMER = "al-transformer"
PARTS = ("steps", "window", "bottleneck", "difference", "cross", "length", "time")
CARD = "Greedy, by the number of words:\n\n| words | sentences | BLEU | chrF |\n| --- | --- | --- | --- |\n"


@pytest.fixture
def shelf(models: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Names of their own: loaded models are kept by name."""
    for name, attention in KINDS.items():
        torch.manual_seed(5)
        config = Seq2SeqConfig(len(tokenizer), 24, 24, attention=attention, window=2, max_len=48)
        record = {"architecture": "seq2seq", "src": "en", "tgt": "fr", "model": config.as_dict()}
        save_model(models / name, build(config), tokenizer, record)
    (models / "tiny").rename(models / TRANSFORMER)
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    return models


def page(language: str = "en", text: str = TEXT, **query: str) -> AppTest:
    return opened("alignment", language, text, **query)


def maps(at: AppTest) -> dict[str, np.ndarray]:
    """Every map of the first picture by its model."""
    header, values = component(at, "compare")
    found, start = {}, 0
    for panel in header["panels"]:
        n, m = panel["shape"]
        found[panel["name"]] = values[start : start + n * m].reshape(n, m)
        start += n * m
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_five_stand_side_by_side_with_their_own_translations(shelf: Path, language: str):
    at = page(language)
    assert at.title[0].value == translate(language, "alignment.title")
    shown = maps(at)
    assert list(shown) == [*KINDS, TRANSFORMER]
    assert np.isnan(shown["al-none"]).all(), "nothing to look at"
    for name in ("al-bahdanau", "al-luong"):
        expected = trace(load_model(name, shelf), TEXT)
        np.testing.assert_allclose(shown[name], expected["cross"].head(0, 0), atol=1e-6)
    expected = trace(load_model(TRANSFORMER, shelf), TEXT)["cross"].weights[-1].mean(0)
    np.testing.assert_allclose(shown[TRANSFORMER], expected, atol=1e-6)
    captions = [panel["caption"] for panel in component(at, "compare")[0]["panels"]]
    assert all(f"→ {trace(load_model(n, shelf), TEXT).tgt_text}" in c for n, c in zip(shown, captions, strict=True))


def test_the_window_of_local_attention_is_drawn(shelf: Path):
    at = page()
    model = load_model("al-local", shelf)
    tokens = tuple(step.written.id for step in trace(model, TEXT).steps)
    found = looks(model, TEXT, tokens)
    assert (np.isnan(maps(at)["al-local"]) == ~found.visible).all()
    panel = next(p for p in component(at, "compare")[0]["panels"] if p["name"] == "al-local")
    np.testing.assert_allclose(panel["points"], found.position, atol=1e-5)


@pytest.mark.parametrize("target", ["typed", "al-luong"])
def test_all_write_the_same_when_asked(shelf: Path, target: str):
    own = tuple(step.written.id for step in trace(load_model("al-luong", shelf), TEXT).steps)
    tokens = pieces_of(load_model("al-luong", shelf), "Tom et Mary sont ici.") if target == "typed" else own
    at = page(alignment__target=target, alignment__reference="Tom et Mary sont ici.")
    shown = maps(at)
    for name in ("al-bahdanau", TRANSFORMER):
        forced = trace_output(load_model(name, shelf), TEXT, tokens)["cross"].weights[-1].mean(0)
        np.testing.assert_allclose(shown[name], forced, atol=1e-6)
    links = [panel["rowLinks"] for panel in component(at, "compare")[0]["panels"]]
    assert all(link == links[0] for link in links), "the rows are the same words"
    assert all(
        panel["held"] == links[0].index(links[0][panel["held"]]) for panel in component(at, "compare")[0]["panels"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_in_both_languages(shelf: Path, language: str, part: str):
    at = page(language, alignment__part=part)
    assert not at.exception


def test_the_four_steps_are_the_models_own_numbers(shelf: Path):
    at = page(alignment__model="al-bahdanau", alignment__word="2")
    model = load_model("al-bahdanau", shelf)
    run = trace(model, TEXT)
    found = looks(model, TEXT, tuple(step.written.id for step in run.steps))
    shown = matrices(at)
    for name, values in (("previous", found.query), ("scores", found.scores), ("soft", found.weights),
                         ("context", found.context), ("readout", found.readout)):  # fmt: skip
        np.testing.assert_allclose(shown[name][0], values[1], atol=1e-5)
    np.testing.assert_allclose(shown["soft"] @ shown["values"], shown["context"], atol=1e-5)
    top = run.steps[1].top[0]
    assert ui.md(f"{np.exp(top.log_prob):.3f}") in said(at)
    assert "current" not in shown


def test_luong_asks_with_the_current_state_and_local_p_has_its_bell(shelf: Path):
    at = page(alignment__model="al-local", alignment__word="1")
    shown = matrices(at)
    assert "current" in shown
    assert "previous" not in shown
    np.testing.assert_allclose(shown["soft"].sum(), 1, atol=1e-6)
    np.testing.assert_allclose(shown["soft"] * shown["bell"], shown["weights"], atol=1e-6)
    assert shown["weights"].sum() < 1
    assert (shown["weights"][np.isneginf(shown["scores"])] == 0).all()


def test_at_temperature_0_one_word_alone_is_looked_up(shelf: Path):
    at = page(alignment__model="al-luong", alignment__temperature="0")
    shown = matrices(at)
    assert sorted(shown["soft"][0])[-2:] == [0, 1]
    np.testing.assert_allclose(shown["context"][0], shown["values"][shown["soft"][0].argmax()], atol=1e-6)


def test_a_difference_is_that_of_both_writing_the_same(shelf: Path):
    at = page(alignment__part="difference", alignment__a="al-bahdanau", alignment__b=TRANSFORMER)
    tokens = tuple(step.written.id for step in trace(load_model("al-bahdanau", shelf), TEXT).steps)
    a = trace_output(load_model("al-bahdanau", shelf), TEXT, tokens)["cross"].head(0, 0)
    b = trace_output(load_model(TRANSFORMER, shelf), TEXT, tokens)["cross"].weights[-1].mean(0)
    np.testing.assert_allclose(matrices(at)["B − A"], b - a, atol=1e-6)
    words = page(alignment__part="difference", unit="word")
    np.testing.assert_allclose(matrices(words)["B − A"].shape[1], len(TEXT.replace(".", " .").split()) + 1)


def test_a_window_wider_than_the_next_sentence_shrinks_to_it(shelf: Path):
    long = " ".join(["Tom"] * 20) + "."
    at = page(text=long, alignment__part="window", alignment__window="18")
    assert at.slider(key="alignment.window").value == 18
    at.text_input(key="sentence").set_value(TEXT).run()
    assert not at.exception
    assert at.slider(key="alignment.window").value == at.slider(key="alignment.window").max < 18


def test_another_window_is_grey_elsewhere(shelf: Path):
    at = page(alignment__part="window", alignment__window="1")
    shown = matrices(at)
    assert np.isnan(shown["D = 1"]).sum() > np.isnan(shown["D = 2"]).sum()
    assert (~np.isnan(shown["D = 1"])).sum(-1).max() <= 3


def test_the_one_vector_is_shown_with_its_shape(shelf: Path):
    at = page(alignment__part="bottleneck")
    assert {"h", "c"} <= matrices(at).keys()
    assert matrices(at)["h"].shape == (1, 24)
    assert ui.md("24 + 24 = 48") in said(at)
    steps = page(alignment__model="al-none")
    assert "h" in matrices(steps)


@pytest.mark.parametrize("language", LANGUAGES)
def test_scores_by_length_come_from_the_cards(shelf: Path, language: str):
    (shelf / "al-luong" / "README.md").write_text(
        f"{CARD}| 1-4 | 424 | 51.5 | 71.5 |\n| 5-7 | 9 | 12.5 | 68.9 |\n", "utf-8"
    )
    at = page(language, alignment__part="length")
    spec = at.get("plotly_chart")[1].proto.spec
    assert "51.5" in spec
    assert "circle-open" in spec, "few sentences are drawn hollow"
    assert ui.md(translate(language, "alignment.attention.bahdanau")) in said(at)


def test_steps_in_sequence_are_counted_and_time_is_measured_on_request(shelf: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.lab.sequential.SIZES", (8, 16))
    at = page(alignment__part="time")
    assert ui.md("512 steps") in said(at)
    assert translate("en", "alignment.time.ask") in said(at)
    next(b for b in at.button if b.label == translate("en", "alignment.time.measure")).click().run()
    assert not at.exception
    assert translate("en", "alignment.time.ask") not in said(at)
    assert "n \\= 16" in said(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translators_that_are_not_there_yet_are_named(shelf: Path, language: str):
    for name in list(KINDS)[:3]:
        (shelf / name / "config.json").unlink()
    at = page(language)
    named = ", ".join(translate(language, f"alignment.family.{one}") for one in ("none", "bahdanau", "luong"))
    assert named in said(at)
    assert list(maps(at)) == ["al-local", TRANSFORMER]


def test_a_transformer_alone_is_shown_in_every_part(models: Path, monkeypatch: pytest.MonkeyPatch):
    (models / "tiny").rename(models / "al-alone")
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))
    for part in PARTS:
        at = page(alignment__part=part)
        assert list(maps(at)) == ["al-alone"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("alignment__model", "../x"), ("alignment__word", "999"), ("alignment__part", "<b>"), ("alignment__target", "x"),
     ("alignment__layer", "-1"), ("alignment__temperature", "7"), ("alignment__a", "")],
)  # fmt: skip
def test_a_bad_link_falls_back(shelf: Path, name: str, value: str):
    assert len(maps(page(**{name: value}))) == 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_read_gets_a_sentence(shelf: Path, language: str):
    for text, code, values in (("나는 집에 간다", "script", {"found": "Hangul", "expected": "Latin"}),
                               ("cat " * 60, "too_long", {"n": 60, "limit": 47})):  # fmt: skip
        assert ui.md(sentence(language, UserError(code, **values))) in said(page(language, text))
    at = page(language, alignment__target="typed", alignment__reference="번역")
    assert ui.md(sentence(language, UserError("script", found="Hangul", expected="Latin"))) in said(at)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "hi", "😀", "</s>", "$x$ **y** :red[z]"])
def test_hostile_and_tiny_text_is_shown_as_text(shelf: Path, text: str):
    for part in ("steps", "bottleneck"):
        at = page("ko", text, alignment__part=part, alignment__model="al-luong")
        assert not any("<script" in element.proto.spec for element in at.get("plotly_chart"))


def test_another_word_or_part_runs_no_model_again(shelf: Path, monkeypatch: pytest.MonkeyPatch):
    at = page()

    def never(*args, **kwargs):
        raise AssertionError("a model ran again")

    monkeypatch.setattr("core.tracing.trace", never)
    monkeypatch.setattr("core.lab.alignment_runs.looks", never)
    at.selectbox(key="alignment.word").set_value("1").run()
    at.selectbox(key="alignment.layer").set_value("1").run()
    assert not at.exception
