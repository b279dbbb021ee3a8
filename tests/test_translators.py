"""A recurrent translator is traced, searched, evaluated and run from the command line as the Transformer is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core import decode
from core.__main__ import main
from core.config import LanguageModelConfig, Seq2SeqConfig
from core.errors import ModelError, TextError
from core.evaluate import main as evaluate
from core.evaluate import translate
from core.i18n import translate as say
from core.measures import by_word
from core.models import Model, load_model, own_tensors, save_model
from core.nn.build import Net, build
from core.nn.seq2seq import Seq2Seq
from core.search import Sampling, Search
from core.shelf import read_info
from core.text.tokenizer import Tokenizer
from core.trace import Trace
from core.tracing import output_limit, read, trace, trace_output

ATTENTIONS = ("none", "bahdanau", "general", "local-p")
EVERY_ONE = pytest.mark.parametrize("attention", ATTENTIONS)
TEXT = "The cat sleeps."


@pytest.fixture(scope="module")
def recurrent(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Path:
    """A folder with a random one of each kind."""
    root = tmp_path_factory.mktemp("models")
    for attention in ATTENTIONS:
        torch.manual_seed(1)
        config = Seq2SeqConfig(
            len(tokenizer), d_model=32, hidden=32, bidirectional=attention == "bahdanau", attention=attention,
            window=2, max_len=48,
        )  # fmt: skip
        record = {"architecture": "seq2seq", "src": "en", "tgt": "fr", "model": config.as_dict()}
        save_model(root / attention, build(config), tokenizer, record)
    return root


def source(model: Model[Net], text: str = TEXT) -> torch.Tensor:
    return torch.tensor([[*model.tokenizer.encode(text).ids, model.tokenizer.eos]])


@EVERY_ONE
def test_what_is_saved_comes_back(recurrent: Path, attention: str):
    model = load_model(attention, recurrent)
    assert isinstance(model.net, Seq2Seq)
    assert not model.net.training
    torch.manual_seed(1)
    for name, tensor in own_tensors(build(model.info.config)).items():
        assert_close(own_tensors(model.net)[name], tensor.half().float(), rtol=0, atol=0)


@EVERY_ONE
def test_maps_are_those_of_the_models_own_pass(recurrent: Path, attention: str):
    model = load_model(attention, recurrent)
    result = trace(model, TEXT)
    tokens = [step.written.id for step in result.steps]
    output = model.net(source(model), torch.tensor([[model.tokenizer.bos, *tokens[:-1]]]))
    assert result.kinds == model.info.config.kinds == (() if attention == "none" else ("cross",))
    for kind in result.kinds:
        attn = result[kind]
        assert (attn.n_layers, attn.n_heads, attn.normalised) == (1, 1, attention != "local-p")
        assert_close(torch.from_numpy(attn.weights), output.cross[0].detach())
        assert attn.keys.words[-1] == "</s>"
        assert "".join(attn.keys.tokens[:-1]) == "Thecatsleeps."
        assert attn.queries.tokens[0] == "<s>"
        assert list(attn.queries.writes) == [step.written.token for step in result.steps]
        sums = by_word(attn).weights.sum(-1)
        assert (sums <= 1 + 1e-5).all()
        assert np.allclose(sums, 1, atol=1e-5) == attn.normalised
    assert Trace.from_npz(result.to_npz()).to_json() == result.to_json()
    assert Trace.from_json(result.to_json()).to_json() == result.to_json()


@EVERY_ONE
@pytest.mark.parametrize("beam", [1, 4])
def test_search_and_teacher_forced_pass_agree(recurrent: Path, attention: str, beam: int):
    model = load_model(attention, recurrent)
    src = source(model)
    ends = {"bos": model.tokenizer.bos, "eos": model.tokenizer.eos, "limits": [output_limit(src.size(1), 48)]}
    hypotheses = decode.greedy(model.net, src, **ends) if beam == 1 else decode.beam(model.net, src, width=4, **ends)[0]
    for chosen, one in enumerate(hypotheses):
        result = trace(model, TEXT, Search(beam), chosen)
        assert tuple(step.written.id for step in result.steps) == one.tokens
        assert result.log_prob == pytest.approx(one.log_prob, abs=1e-4)
        assert result.hypotheses[chosen].text == model.tokenizer.decode(one.tokens)
        again = trace_output(model, TEXT, one.tokens)
        assert again.log_prob == pytest.approx(one.log_prob, abs=1e-4)


@EVERY_ONE
def test_sampling_and_a_forced_prefix(recurrent: Path, attention: str):
    model = load_model(attention, recurrent)
    result = trace(model, TEXT, Search(sampling=Sampling(3, 1.0, 0, 0.9), prefix=(7, 8)))
    assert [step.written.id for step in result.steps[:2]] == [7, 8]
    assert result.to_json() == trace(model, TEXT, Search(sampling=Sampling(3, 1.0, 0, 0.9), prefix=(7, 8))).to_json()


@EVERY_ONE
def test_a_batch_is_translated_as_its_sentences_alone(recurrent: Path, attention: str):
    model = load_model(attention, recurrent)
    texts = [TEXT, "I am.", "Tom does not know where the dog sleeps.", "42"]
    for beam in (1, 3):
        assert translate(model, texts, beam) == [translate(model, [text], beam)[0] for text in texts]


def test_what_no_model_reads_no_recurrent_one_does(recurrent: Path):
    model = load_model("bahdanau", recurrent)
    assert len(read(model, "cat" + " cat" * 46).ids) == 47
    with pytest.raises(TextError) as caught:
        read(model, "cat" + " cat" * 47)
    assert (caught.value.code, caught.value.values) == ("too_long", {"n": 48, "limit": 47})


def test_the_command_line_lists_and_runs_them(recurrent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["models", "--root", str(recurrent)]) == 0
    assert capsys.readouterr().out == (
        "bahdanau\ten -> fr\tseq2seq, bidirectional lstm of 32, attention bahdanau\n"
        "general\ten -> fr\tseq2seq, lstm of 32, attention general\n"
        "local-p\ten -> fr\tseq2seq, lstm of 32, attention local-p\n"
        "none\ten -> fr\tseq2seq, lstm of 32, attention none\n"
    )
    for name in ATTENTIONS:
        out = tmp_path / f"{name}.json"
        assert main(["run", "--root", str(recurrent), "--model", name, "--text", TEXT, "--out", str(out)]) == 0
        kept = Trace.from_json(out.read_text("utf-8"))
        assert capsys.readouterr().out == f"{kept.tgt_text}\n"
        assert kept.model == name


def test_a_config_of_another_architecture_is_refused(recurrent: Path, tmp_path: Path):
    folder = tmp_path / "other"
    folder.mkdir()
    record = (recurrent / "general" / "config.json").read_text("utf-8")
    for wrong in (record.replace("seq2seq", "transformer"), record.replace("general", "telepathic")):
        (folder / "config.json").write_text(wrong, "utf-8")
        with pytest.raises(ModelError) as caught:
            read_info("other", tmp_path)
        assert caught.value.code == "model_config"


def test_a_language_model_is_listed_and_scored_but_asked_for_no_translation(
    recurrent: Path, tmp_path: Path, tokenizer: Tokenizer, corpus: Path, capsys: pytest.CaptureFixture[str]
):
    config = LanguageModelConfig(len(tokenizer), 16, 16, cell="gru")
    record = {"architecture": "rnn_lm", "src": "en", "tgt": "en", "model": config.as_dict()}
    save_model(tmp_path / "lm", build(config), tokenizer, record)
    save_model(tmp_path / "no-lm", load_model("none", recurrent).net, tokenizer, json.loads(
        (recurrent / "none" / "config.json").read_text("utf-8")))  # fmt: skip
    assert main(["models", "--root", str(tmp_path)]) == 0
    assert "lm\ten -> en\trnn_lm, gru of 16, 1 layer\n" in capsys.readouterr().out
    said = say("en", "error.model_no_translator", name="lm")
    assert main(["run", "--root", str(tmp_path), "--model", "lm", "--text", TEXT]) == 2
    assert capsys.readouterr().err == f"{said}\n"
    given = ["--root", str(tmp_path), "--corpus", str(corpus)]
    assert evaluate(["--model", "no-lm", "--against", "lm", *given]) == 2
    assert capsys.readouterr().err == f"{said}\n"
    assert evaluate(["--model", "lm", *given]) == 0
    random_guess = float(capsys.readouterr().out.split()[1])
    assert len(tokenizer) / 2 < random_guess < len(tokenizer) * 2  # untrained: about as many as there are pieces


def test_one_model_is_scored_against_another(recurrent: Path, corpus: Path, capsys: pytest.CaptureFixture[str]):
    given = ["--root", str(recurrent), "--corpus", str(corpus), "--joined"]
    assert evaluate(["--model", "none", "--against", "none", *given]) == 0
    assert "BLEU +0.0 against none (95 % of resampled: +0.0 to +0.0)" in capsys.readouterr().out
