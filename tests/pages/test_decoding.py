"""The page Decoding, run as streamlit runs it, in both languages."""

from __future__ import annotations

import base64
import json
from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import ui
from core.errors import TextError, UserError
from core.i18n import LANGUAGES, sentence, translate
from core.lab import decoding as lab
from core.lab import wordwise
from core.measures import pooled
from core.models import load_model
from core.samples import samples
from core.search import Sampling, Search
from core.tracing import axis, find, read, trace, trace_output
from tests.pages import seen
from tests.pages.seen import component, said

MODEL, TEXT = "transformer-en-fr", "I like your idea."
TWO = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


opened = partial(seen.opened, "decoding")


def ids(steps):
    return tuple(step.written.id for step in steps)


def bars(at):
    """The lengths of the losses' bars."""
    x = json.loads(at.get("plotly_chart")[0].proto.spec)["data"][0]["x"]
    return np.frombuffer(base64.b64decode(x["bdata"]), x["dtype"]) if isinstance(x, dict) else np.array(x)


def assert_strip_shows(at, expected, layer=2, head="mean"):
    header, weights = component(at, "strip")
    for shown, step in zip(header["steps"], expected.steps, strict=True):
        assert shown["written"][0] == step.written.token
        assert shown["written"][2] == step.written.id
        assert [(token, i) for token, _, i in shown["top"]] == [(one.token, one.id) for one in step.top]
        np.testing.assert_allclose([p for _, p, _ in shown["top"]], [one.log_prob for one in step.top], atol=1e-4)
    np.testing.assert_allclose(weights, pooled(expected["cross"], layer, head).head(0, 0), atol=1e-5)
    assert header["queries"]["writes"] == list(expected["cross"].queries.writes)


@TWO
def test_the_film_is_there_before_anything_is_typed(language, model):
    at = AppTest.from_file("../../pages/decoding.py", default_timeout=60)
    at.query_params["lang"] = language
    at.run()
    assert not at.exception
    assert at.title[0].value == translate(language, "decoding.title")
    first = samples("decoding", "en")[0]
    assert at.text_input(key="sentence").value == first.text
    assert_strip_shows(at, trace(model, first.text))
    assert at.text_input(key="reference").value == dict(first.references)["fr"]
    assert len(at.get("plotly_chart")) == 2


@TWO
def test_the_bars_and_rows_are_the_traces(language, model):
    at = opened(language)
    expected = trace(model, TEXT)
    assert_strip_shows(at, expected)
    assert any(ui.md(expected.tgt_text) in m.value for m in at.markdown)
    at.selectbox(key="strip.layer").set_value("1").run()
    at.selectbox(key="strip.head").set_value("4").run()
    assert_strip_shows(at, expected, 0, 3)


@TWO
def test_the_tree_is_the_beams_and_the_film_shows_its_best(language, model):
    at = opened(language, decoding__how="beam", width="3")
    tree = lab.considered(model, TEXT, Search(3), lambda *_: None)
    header, _ = component(at, "tree")
    assert [(n[0], n[1], n[2], n[5]) for n in header["nodes"]] == [
        (n.step, n.parent, n.text, n.fate) for n in tree.nodes
    ]
    assert header["found"] == list(tree.found)
    assert header["chosen"] == tree.found[0]
    best = find(model, read(model, TEXT), Search(3))[0]
    assert ids(trace_output(model, TEXT, best.tokens).steps) == best.tokens
    assert_strip_shows(at, trace_output(model, TEXT, best.tokens))


@TWO
@pytest.mark.parametrize("alpha", ["0.0", "2.0"])
def test_the_length_penalty_is_the_searchs_and_is_explained(language, alpha, model):
    at = opened(language, decoding__how="beam", width="3", alpha=alpha)
    tree = lab.considered(model, TEXT, Search(3, float(alpha)), lambda *_: None)
    header, _ = component(at, "tree")
    np.testing.assert_allclose([node[4] for node in header["nodes"]], [node.score for node in tree.nodes], atol=1e-6)
    assert header["found"] == list(tree.found)
    first = tree.nodes[tree.found[0]]
    divisor = ((5 + first.step) / 6) ** float(alpha)  # Wu et al. 2016, equation 14
    assert f"| {first.step} | {first.log_prob:.2f} | {divisor:.2f} |".replace("-", "−") in said(at)


def test_another_penalty_that_chooses_another_output_is_named(model):
    """Three words that a bare sum would end early."""
    text = "I told him that I would come if I had time."
    outputs = {}
    for alpha in (0.0, 2.0):
        tree = lab.considered(model, text, Search(8, alpha), lambda *_: None)
        outputs[alpha] = model.tokenizer.decode(tree.tokens(tree.found[0]))
    at = opened(text=text, decoding__how="beam", width="8", alpha="2.0")
    named = translate("en", "decoding.penalty.other", alpha="0.0", n=0, output=ui.md(outputs[0.0])).split(")")[-1]
    assert (named in said(at)) == (outputs[0.0] != outputs[2.0])


@TWO
def test_frames_and_losses_by_word(language, model):
    reference = "J'aime bien ton raisonnement."
    at = opened(language, decoding__unit="word", decoding__losses="word", reference=reference)
    result = trace(model, TEXT)
    film = wordwise.by_word(pooled(result["cross"], 2, "mean"), result.steps, axis(model.tokenizer, ids(result.steps)))
    header, weights = component(at, "strip")
    assert [step["written"][0] for step in header["steps"]] == [step.written.token for step in film.steps]
    shown = [step["written"][1] for step in header["steps"]]
    np.testing.assert_allclose(shown, [step.written.log_prob for step in film.steps], atol=1e-4)
    np.testing.assert_allclose(weights, film.cross.head(0, 0), atol=1e-5)
    assert [len(step["pieces"]) for step in header["steps"]] == [len(pieces) for pieces in film.pieces]
    assert ui.md(translate(language, "decoding.by_word")) in said(at)
    found = lab.teacher_forcing(model, TEXT, reference, lambda *_: None)
    by_word = wordwise.losses_by_word(found)
    assert len(by_word.losses) < len(found.losses)
    np.testing.assert_allclose(bars(at), by_word.losses, atol=1e-5)
    assert ui.md(translate(language, "decoding.loss.word", loss=f"{by_word.loss:.2f}")) in said(at)


def test_a_link_opens_a_pruned_hypothesis_and_going_on_from_it_forces_it(model):
    tree = lab.considered(model, TEXT, Search(3), lambda *_: None)
    node = next(
        i for i, n in enumerate(tree.nodes) if n.fate == "pruned" and n.step == 2 and n.token != model.tokenizer.eos
    )
    path = tree.tokens(node)
    at = opened(decoding__how="beam", width="3", path=".".join(map(str, path)))
    assert component(at, "tree")[0]["chosen"] == node
    assert_strip_shows(at, trace_output(model, TEXT, path))
    assert translate("en", "decoding.partial.pruned", step=2) in said(at)
    next(b for b in at.button if b.label == translate("en", "decoding.go_on")).click().run()
    best = find(model, read(model, TEXT), Search(3, prefix=path))[0]
    assert_strip_shows(at, trace_output(model, TEXT, best.tokens))
    assert component(at, "strip")[0]["forced"] == 2


@TWO
def test_a_seed_repeats_and_the_outlines_are_what_was_drawn_from(language, model):
    settings = {"decoding__how": "sampling", "temperature": "1.5", "top_k": "7", "top_p": "0.9", "seed": "5"}
    at, again = opened(language, **settings), opened(language, **settings)
    sampling = Sampling(5, 1.5, 7, 0.9)
    expected = trace(model, TEXT, Search(sampling=sampling))
    assert_strip_shows(at, expected)
    assert component(at, "strip")[0]["steps"] == component(again, "strip")[0]["steps"]
    top = [[one.id for one in step.top] for step in expected.steps]
    wanted = lab.drawn_from(model, TEXT, ids(expected.steps), sampling, top)
    np.testing.assert_allclose([step["drawn"] for step in component(at, "strip")[0]["steps"]], wanted, atol=1e-5)
    next(b for b in at.button if b.label == translate(language, "decoding.again")).click().run()
    assert_strip_shows(at, trace(model, TEXT, Search(sampling=Sampling(6, 1.5, 7, 0.9))))


@TWO
@pytest.mark.parametrize("how", ["greedy", "beam"])
def test_a_forced_beginning_is_said_and_can_be_taken_back(language, how, model):
    step = trace(model, TEXT).steps[0]
    other = step.top[2].id
    at = opened(language, decoding__how=how, forced=str(other))
    search = Search(4 if how == "beam" else 1, prefix=(other,))
    expected = trace(model, TEXT, search)
    assert_strip_shows(at, expected)
    assert component(at, "strip")[0]["forced"] == 1
    free = trace(model, TEXT, Search(search.beam))
    forced = translate(language, "decoding.forced", forced=ui.md(step.top[2].token), free=ui.md(free.tgt_text))
    assert forced in [box.value for box in at.info]
    next(b for b in at.button if b.label == translate(language, "decoding.free")).click().run()
    assert_strip_shows(at, free)
    assert "forced" not in at.query_params


def test_what_was_forced_belongs_to_its_sentence(model):
    at = opened(forced=str(trace(model, TEXT).steps[0].top[1].id))
    at.text_input(key="sentence").set_value("We love music.").run()
    assert_strip_shows(at, trace(model, "We love music."))
    assert "forced" not in at.query_params


@pytest.mark.parametrize(("key", "how"), [("forced", "greedy"), ("path", "beam")])
@pytest.mark.parametrize(
    "value", ["", "x", "-1", "99999999999999999999", "2.5", "5..7.", "<b>", "³", ".".join(["5"] * 600)]
)
def test_a_bad_link_shows_the_page_all_the_same(key, value, how):
    at = opened(text="Hello!", decoding__how=how, **{key: value})
    assert component(at, "strip")


@pytest.mark.parametrize(
    "key",
    [
        "decoding.how",
        "width",
        "alpha",
        "decoding.unit",
        "decoding.losses",
        "temperature",
        "top_k",
        "top_p",
        "seed",
        "strip.layer",
        "strip.head",
    ],
)
@pytest.mark.parametrize("value", ["99999", "", "<b>", "-1"])
def test_a_bad_choice_falls_back(key, value):
    how = "beam" if key in ("width", "alpha") else "sampling"
    at = opened(text="Hello!", **{"decoding.how": how, key: value})
    assert component(at, "strip")


@TWO
def test_the_losses_of_a_typed_reference(language, model):
    at = opened(language, reference="J'aime ton chat.")
    found = lab.teacher_forcing(model, TEXT, "J'aime ton chat.", lambda *_: None)
    np.testing.assert_allclose(bars(at), found.losses, atol=1e-5)
    loss = translate(language, "decoding.loss", loss=f"{found.loss:.2f}", perplexity=f"{np.exp(found.loss):.1f}")
    assert ui.md(loss) in said(at)
    assert (found.parts is None) == (ui.md(translate(language, "decoding.same")) in said(at))


@TWO
def test_a_reference_that_cannot_be_read_gets_a_sentence(language):
    at = opened(language)
    assert at.text_input(key="reference").value == ""
    assert translate(language, "decoding.reference.empty") in said(at)
    at.text_input(key="reference").set_value("나는 집에 간다").run()
    assert not at.exception
    assert ui.md(sentence(language, UserError("script", found="Hangul", expected="Latin"))) in said(at)
    assert at.text_input(key="reference").value == "나는 집에 간다"


def test_a_reference_of_ones_own_stays_and_an_examples_goes_with_it():
    first, second = samples("decoding", "en")[:2]
    at = opened(text=first.text)
    at.text_input(key="sentence").set_value(second.text).run()
    assert at.text_input(key="reference").value == dict(second.references)["fr"]
    at.text_input(key="sentence").set_value("Thank you.").run()
    assert at.text_input(key="reference").value == ""
    at.text_input(key="reference").set_value("Merci.").run()
    at.text_input(key="sentence").set_value("Thank you very much.").run()
    assert at.text_input(key="reference").value == "Merci."


@TWO
@pytest.mark.parametrize("text", ["", "Я иду домой", "go " * 600])
def test_what_cannot_be_read_gets_a_sentence_and_stays_typed(language, text):
    at = opened(language, text=text)
    assert component(at, "strip") is None
    assert at.text_input(key="sentence").value == text
    assert at.info or at.warning


@TWO
def test_the_cache_is_counted_at_once_and_measured_on_request(language, model):
    at = opened(language)
    n = len(trace(model, TEXT).steps)
    m = len(model.tokenizer.encode(TEXT).ids) + 1
    assert f"| {m} | {m * n} | {n:.1f} |" in said(at)
    assert f"| {n} | {n * (n + 1) // 2} | {(n + 1) / 2:.1f} |" in said(at)
    assert " ms |" not in said(at)
    next(b for b in at.button if b.label == translate(language, "decoding.measure")).click().run()
    assert not at.exception
    assert said(at).count(" ms |") == 2 or " ms | " in said(at)
    at.text_input(key="sentence").set_value("Hello!").run()
    assert " ms |" not in said(at)  # it was another sentence's


def test_looking_elsewhere_never_runs_the_model_again(monkeypatch):
    at = opened(decoding__how="beam")

    def never(*args, **kwargs):
        raise AssertionError("the model ran again")

    monkeypatch.setattr("core.nn.transformer.Transformer.details", never)
    monkeypatch.setattr("core.nn.transformer.Transformer.step", never)
    at.selectbox(key="strip.layer").set_value("2").run()
    at.selectbox(key="strip.head").set_value("5").run()
    assert not at.exception


def test_hostile_text_is_shown_as_text():
    at = opened(text="<script>alert(1)</script> [x](javascript:alert(1)) $x$", reference="<b>le</b> **chat**")
    assert component(at, "strip")
    assert "<script" not in at.get("plotly_chart")[0].proto.spec
    assert all("<script" not in m.value for m in at.markdown)


def waiting():
    import time as clock

    import streamlit as st

    from core import ui

    st.text_input("typed", key="typed")

    def work(heard):
        for step in range(1, 41):
            st.session_state["steps"] = step
            clock.sleep(0.02)
            heard(step, 40)
        return "ready"

    st.markdown(str(ui.attempt(work, "work")))


def test_a_work_that_was_stopped_is_not_begun_again_by_itself():
    at = AppTest.from_function(waiting, default_timeout=30)
    at.session_state["stopped work"] = True
    at.session_state["typed"] = "mine"
    at.run()
    assert at.markdown[0].value == "None"
    assert at.text_input(key="typed").value == "mine"
    at.button[0].click().run()
    assert at.markdown[0].value == "ready"


def test_the_temperature_of_an_attention_head_is_not_that_of_sampling():
    """One goes down to 0 and up to 3, the other does not: a key that both had would stop the page."""
    at = AppTest.from_file("../../app.py", default_timeout=60)
    at.run()
    at.switch_page("pages/selfattention.py").run()
    at.slider(key="selfattention.temperature").set_value(3.0).run()
    at.switch_page("pages/decoding.py").run()
    at.segmented_control(key="decoding.how").set_value("sampling").run()
    assert not at.exception
    assert at.slider(key="temperature").value == 1.0


def test_forced_tokens_that_do_not_fit_behind_a_text_get_a_sentence():
    at = AppTest.from_file("../../pages/decoding.py", default_timeout=60)
    at.query_params.update(model="gpt-en", sentence="I like", forced=".".join(["9"] * 127), lang="en")
    at.run()
    assert not at.exception
    assert seen.plain(at.warning[0].value) == sentence("en", TextError("too_long", n=129, limit=128))
