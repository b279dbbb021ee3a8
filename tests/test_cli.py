"""python -m core, without a browser: the same engine, errors as one sentence and exit code 2."""

import pytest

from core.__main__ import main
from core.i18n import translate
from core.models import load_model
from core.trace import Trace
from core.tracing import Search, trace


def test_models_lists_what_is_installed(models, capsys):
    assert main(["models", "--root", str(models)]) == 0
    assert capsys.readouterr().out == "tiny\ten -> fr\ttransformer, 2+2 layers, 4 heads\n"


@pytest.mark.parametrize("suffix", ["json", "npz"])
def test_run_prints_the_translation_and_writes_the_trace(models, tmp_path, capsys, suffix):
    out = tmp_path / f"trace.{suffix}"
    assert main(["run", "--root", str(models), "--model", "tiny", "--text", "I am.", "--out", str(out)]) == 0
    expected = trace(load_model("tiny", models), "I am.")
    assert capsys.readouterr().out == f"{expected.tgt_text}\n"
    read = Trace.from_json(out.read_text("utf-8")) if suffix == "json" else Trace.from_npz(out.read_bytes())
    assert read.to_json() == expected.to_json()


def test_a_beam_is_searched(models, capsys):
    assert main(["run", "--root", str(models), "--model", "tiny", "--text", "I am.", "--beam", "4"]) == 0
    assert capsys.readouterr().out == f"{trace(load_model('tiny', models), 'I am.', Search(4)).tgt_text}\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--text": "  "}, translate("en", "error.empty")),
        ({"--text": "안녕하세요"}, translate("en", "error.script", found="Hangul", expected="Latin")),
        ({"--text": "I am \udcff here"}, translate("en", "error.not_unicode")),
        ({"--model": "none"}, translate("en", "error.model_missing", name="none", installed="tiny")),
        ({"--out": "trace.txt"}, "trace.txt: the name must end in .json or .npz"),
        ({"--beam": "99"}, "beam 99 is not between 1 and 16"),
    ],
)
def test_an_error_is_one_sentence_on_stderr(models, capsys, change, said):
    options = {"--root": str(models), "--model": "tiny", "--text": "I am."} | change
    assert main(["run", *[word for pair in options.items() for word in pair]]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err == f"{said}\n"
