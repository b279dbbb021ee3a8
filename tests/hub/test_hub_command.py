"""python -m core run --model FOLDER: the same record as from the engine, and no request."""

from __future__ import annotations

import pytest

from core.__main__ import main
from core.hub import files, tracing
from core.i18n import translate
from core.trace import Trace
from tests.hub.conftest import TEXT


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch):
    def never(*args):
        raise AssertionError("the Hub was asked")

    monkeypatch.setattr(files, "fetch", never)


def run(*options):
    return main(["run", *map(str, options)])


def test_a_folder_is_run(folders, hub_models, tmp_path, capsys):
    assert run("--model", folders / "t5", "--text", TEXT, "--out", tmp_path / "t.json") == 0
    expected = tracing.trace(hub_models["t5"], TEXT)
    answer = capsys.readouterr()
    assert answer.out == f"{expected.tgt_text}\n"
    assert answer.err == ""
    read = Trace.from_json((tmp_path / "t.json").read_text("utf-8"))
    assert (read.maps[0].weights == expected.maps[0].weights).all()


def test_a_pair_is_read_and_described(folders, capsys):
    assert run("--model", folders / "bert", "--text", "the dog", "--text-pair", "it ate") == 0
    assert capsys.readouterr().out == "encoder_self: 2 layers, 4 heads, 7 queries, 7 keys\n"


def test_a_slip_of_the_pen_asks_nobody(capsys):
    assert run("--model", "transfromer", "--text", "I am.") == 2
    assert capsys.readouterr().err.startswith("There is no model named transfromer.")


def test_only_a_name_of_the_hub_asks_it_and_says_so(folders, monkeypatch, capsys):
    monkeypatch.setattr(files, "fetch", lambda named, heard: folders / named.name.split("/")[1])
    assert run("--model", "nobody/bert", "--text", "the dog") == 0
    assert "asking the Hugging Face Hub" in capsys.readouterr().err


def test_a_folder_without_a_model_is_one_sentence(tmp_path, capsys):
    assert run("--model", tmp_path, "--text", "I am.") == 2
    assert capsys.readouterr().err == f"{translate('en', 'error.hub_folder', name=str(tmp_path))}\n"
