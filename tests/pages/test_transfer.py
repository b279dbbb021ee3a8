"""The page Transfer, run as streamlit runs it, in both languages, with a tiny BERT that knows nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import UserError
from core.i18n import LANGUAGES, sentence, translate
from core.lab import frozen, transfer
from core.models import Model, load_model
from core.nn.bert import Bert
from core.text.tasks import parse, shipped
from core.text.tokenizer import Tokenizer
from tests import berts
from tests.pages.seen import charts, component, matrices, opened, plain, said, values

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
SMALL = b"text,label\n" + b"\n".join(
    f"{word} {rest},{label}".encode()
    for label, word in (("cats", "the cat"), ("people", "my sister"))
    for rest in ("is here", "I like", "in the garden", "with an idea", "of a lot", "and I")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Path:
    root = tmp_path_factory.mktemp("models")
    berts.put(root, "transfer-bert", tokenizer, d_model=16)
    return root


@pytest.fixture
def bert(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Model[Bert]:
    monkeypatch.setenv("HEADLIGHT_MODELS", str(folder))
    monkeypatch.setattr(transfer, "LEAST", 3)
    monkeypatch.setattr(transfer, "MOST", 3)
    return load_model("transfer-bert", folder)


def page(language: str = "en", text: str = "I like the cat.", **query: str) -> AppTest:
    return opened("transfer", language, text, **query)


def own(language: str = "en", data: bytes = SMALL, **query: str) -> AppTest:
    """With a table that was uploaded before."""
    at = AppTest.from_file("../../pages/transfer.py", default_timeout=60)
    at.query_params.update({"lang": language, "sentence": "I like the cat.", "transfer.task": "own", **query})
    at.session_state["transfer.own.data"] = data
    at.run()
    assert not at.exception
    return at


@EVERY_LANGUAGE
def test_the_first_picture_is_the_output_layer_alone_on_frozen_vectors(bert: Model[Bert], language: str):
    at = page(language)
    task = shipped("kind")
    learn, test = frozen.vectors(bert, task.train), frozen.vectors(bert, task.test)
    curve = frozen.frozen_curve(task, learn, test, 2, "mean")
    drawn = charts(at)[0]["data"]
    line = next(one for one in drawn if one["mode"] == "lines+markers")
    np.testing.assert_allclose(values(line["y"]), curve.right.mean(1), atol=1e-6)
    row = curve.right[curve.sizes.index(8)]
    assert translate(
        language, "transfer.said.head", n=8, right=f"{row.mean():.0%}", tests=120, draws=5, low=f"{row.min():.0%}",
        high=f"{row.max():.0%}", chance="33%",
    ) in plain(said(at))  # fmt: skip
    layers = frozen.by_layer(task, learn, test, 8, "mean").mean(1)
    np.testing.assert_allclose(values(charts(at)[2]["data"][0]["y"]), layers, atol=1e-6)
    assert translate(language, "lesson") in [one.label for one in at.expander]


@EVERY_LANGUAGE
def test_what_is_trained_stands_beside_it_and_says_something_of_the_sentence(bert: Model[Bert], language: str):
    at = own(language)
    assert len(charts(at)[1]["data"]) == 1, "the output layer alone says something"
    at.button(key="transfer.train").click().run()
    assert not at.exception
    points = {one.scratch: one for one in at.session_state["transfer.points"]}
    lines = [one for one in charts(at)[0]["data"] if one["mode"] == "lines+markers"]
    assert len(lines) == 3
    for line, scratch, look in zip(lines[1:], (False, True), ("tuned", "scratch"), strict=True):
        point = points[scratch]
        assert (values(line["x"]), values(line["y"])) == ([point.n], [pytest.approx(point.test)])
        who = translate(language, f"transfer.look.{look}")
        told = translate(
            language, "transfer.said.learned", who=who, right=f"{point.test:.0%}", train=f"{point.train:.0%}", draws=1
        )
        assert told in plain(said(at))
    answers = charts(at)[1]["data"]
    assert len(answers) == 3
    for one in answers:
        assert sum(values(one["x"])) == pytest.approx(1, abs=1e-5)
        assert list(values(one["y"])) == ["cats", "people"]


@EVERY_LANGUAGE
def test_the_attention_moved_and_frozen_layers_did_not(bert: Model[Bert], language: str):
    at = own(language, **{"transfer.part": "attention", "transfer.frozen": "1"})
    assert translate(language, "transfer.moved.none") in said(at)
    at.button(key="transfer.train").click().run()
    assert not at.exception
    found = component(at, "overview")
    assert found is not None
    tint = np.asarray(found[0]["tint"]["values"]).reshape(2, 2)
    np.testing.assert_array_equal(tint[0], 0)
    assert tint[1].min() > 0
    shown = matrices(at)
    np.testing.assert_allclose(shown["B − A"], shown["B"] - shown["A"], atol=2e-2)
    assert translate(language, "transfer.moved.layer", k=1, share="0.000") in plain(said(at))


@pytest.mark.parametrize("text", ["", "고양이가 정원에 있어요", "the cat " * 20])
def test_any_sentence_may_be_typed_after_learning(bert: Model[Bert], text: str):
    """What cannot be read gets its sentence beside the curve and in place of the maps; 40 words have theirs."""
    at = own(**{"transfer.part": "attention"})
    at.button(key="transfer.train").click().run()
    at.text_input(key="sentence").set_value(text).run()
    assert not at.exception
    assert len(at.session_state["transfer.points"]) == 2
    assert bool(component(at, "overview")) == bool(len(text) > 100)
    assert bool(at.warning or at.info) != bool(component(at, "overview"))


def test_another_press_draws_other_examples_and_another_choice_trains_nothing(
    bert: Model[Bert], monkeypatch: pytest.MonkeyPatch
):
    at = own()
    for _ in range(2):
        at.button(key="transfer.train").click().run()
    assert [(one.seed, one.scratch) for one in at.session_state["transfer.points"]] == [
        (1, False), (1, True), (2, False), (2, True)
    ]  # fmt: skip

    def never(*args: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(transfer, "tune", never)
    for key, wanted in (("transfer.n", "1"), ("transfer.read", "first"), ("transfer.frozen", "1"), ("transfer.n", "2")):
        at.selectbox(key=key).set_value(wanted).run()
    assert not at.exception
    for key, wanted in (("transfer.read", "mean"), ("transfer.frozen", "0")):
        at.selectbox(key=key).set_value(wanted).run()
    assert len(at.session_state["transfer.points"]) == 4


def test_the_whole_curve_is_every_size_once(bert: Model[Bert]):
    at = own()
    at.button(key="transfer.train.curve").click().run()
    assert not at.exception
    sizes = frozen.sizes(4)  # 6 sentences of each label, 2 of them for the test
    assert sorted((one.n, one.scratch) for one in at.session_state["transfer.points"]) == sorted(
        (n, scratch) for n in sizes for scratch in (False, True)
    )
    at.button(key="transfer.train.curve").click().run()
    assert len(at.session_state["transfer.points"]) == 2 * len(sizes), "nothing is missing any more"


@EVERY_LANGUAGE
@pytest.mark.parametrize("data", [b"a,b\n1,2\n", b"\xff\xfe", b"text,label\na,x\nb,y\n"])
def test_a_table_that_cannot_be_learned_gets_a_sentence(bert: Model[Bert], language: str, data: bytes):
    at = own(language, data)
    with pytest.raises(UserError) as refused:
        parse(data, "own")
    assert [plain(one.value) for one in at.warning] == [sentence(language, refused.value)]
    assert not charts(at)


def test_labels_of_ones_own_are_text(bert: Model[Bert]):
    data = SMALL.replace(b"cats", b"<b>$x$</b>").replace(b"people", b"[x](javascript:1)")
    at = own(data=data)
    assert values(charts(at)[1]["data"][0]["y"])[0].startswith("&lt;b")
    assert "[x](javascript" not in said(at)


@EVERY_LANGUAGE
def test_without_a_bert_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str):
    monkeypatch.setenv("HEADLIGHT_MODELS", str(tmp_path))
    at = page(language)
    assert translate(language, "transfer.missing", folder="assets/models") in said(at)


@pytest.mark.parametrize("text", ["", "   ", "cat " * 60, "고양이가 정원에 있어요"])
def test_a_sentence_that_cannot_be_read_gets_one(bert: Model[Bert], text: str):
    at = page("ko", text)
    assert at.warning or at.info
    assert len(charts(at)) == 2, "the curve and the layers are of the task"


@pytest.mark.parametrize("query", [
    {"transfer__task": "zzz", "transfer__n": "-3", "transfer__frozen": "9"},
    {"transfer__part": "x", "transfer__read": "last", "layer": "77"},
])  # fmt: skip
def test_links_that_say_nonsense_fall_back(bert: Model[Bert], query: dict[str, str]):
    assert len(charts(page("en", **query))) == 3
