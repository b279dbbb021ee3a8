"""Our Transformer, saved for transformers, is the same model there: parity with code that nobody here wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from torch.testing import assert_close

from core.__main__ import main
from core.errors import ModelError
from core.hub import files, loading, naming, tracing
from core.hub.export import export
from core.i18n import LANGUAGES, sentence, translate
from core.models import load_model
from core.shelf import installed, read_info
from core.tracing import trace

TEXTS = ("A dog ate the food because it was hungry.", "I'm not sure, e-mail me: </s> 안녕 😀")


@pytest.fixture(scope="module")
def shipped() -> Any:
    return load_model("transformer-en-fr")


@pytest.fixture(scope="module")
def folder(shipped, tmp_path_factory):
    path = tmp_path_factory.mktemp("exported") / "marian"
    assert export(shipped, path) == "MarianMTModel"
    return path


@pytest.fixture(scope="module")
def theirs(folder):
    """As anybody loads it, with nothing of ours."""
    from transformers import MarianMTModel, PreTrainedTokenizerFast

    net, info = MarianMTModel.from_pretrained(folder, attn_implementation="eager", output_loading_info=True)
    assert not any(info.values()), "transformers filled nothing with random numbers, and left nothing out"
    return net.eval(), PreTrainedTokenizerFast.from_pretrained(folder)


@pytest.mark.parametrize("text", TEXTS)
@torch.no_grad()
def test_tokens_logits_maps_and_translation_are_the_same(text, shipped, theirs):
    net, tokenizer = theirs
    found = trace(shipped, text)
    read = tokenizer(text, return_tensors="pt")
    assert read.input_ids[0].tolist() == [*shipped.tokenizer.encode(text).ids, shipped.tokenizer.eos]
    written = [step.written.id for step in found.steps]
    inputs = torch.tensor([[shipped.tokenizer.bos, *written[:-1]]])
    output = net(**read, decoder_input_ids=inputs, output_attentions=True)
    ours = shipped.net(read.input_ids, inputs)
    assert_close(output.logits, ours.logits, rtol=0, atol=1e-4)
    assert_close(torch.cat(output.encoder_attentions), ours.encoder_self[0], rtol=0, atol=1e-4)
    assert_close(torch.cat(output.decoder_attentions), ours.decoder_self[0], rtol=0, atol=1e-4)
    assert_close(torch.cat(output.cross_attentions), ours.cross[0], rtol=0, atol=1e-4)
    generated = net.generate(**read, do_sample=False, num_beams=1, max_new_tokens=len(written))
    assert generated[0].tolist() == [shipped.tokenizer.bos, *written]
    assert tokenizer.decode(generated[0], skip_special_tokens=True) == found.tgt_text


def test_what_transformers_saves_again_is_still_the_same(theirs, tmp_path):
    """It leaves out the table of positions and makes its own anew: that one has to fit."""
    from transformers import MarianMTModel

    net, tokenizer = theirs
    net.save_pretrained(tmp_path)
    again = MarianMTModel.from_pretrained(tmp_path).eval()
    read = tokenizer(TEXTS[0], return_tensors="pt")
    with torch.no_grad():
        first, second = (one(**read, decoder_input_ids=torch.tensor([[1]])).logits for one in (net, again))
    assert_close(first, second)


def test_it_comes_back_as_a_named_model(shipped, folder):
    """Both ways round: our own engine, and the foreign model's, see the same maps under the same words."""
    model = loading.load(files.found(naming.named(str(folder))), "back")
    found, expected = tracing.trace(model, TEXTS[0]), trace(shipped, TEXTS[0])
    assert found.tgt_text == expected.tgt_text
    for kind in expected.kinds:
        assert_close(torch.tensor(found[kind].weights), torch.tensor(expected[kind].weights), rtol=0, atol=1e-4)
    assert found["cross"].keys.words == expected["cross"].keys.words
    assert found["cross"].keys.tokens == expected["cross"].keys.tokens


@pytest.mark.parametrize(("positions", "norm"), [("learned", "post"), ("none", "post"), ("sinusoidal", "pre")])
def test_where_no_class_fits_it_says_why(positions, norm, models, tmp_path, capsys):
    config = models / "tiny" / "config.json"
    record = json.loads(config.read_text("utf-8"))
    record["model"] |= {"positions": positions, "norm": norm}
    from core.config import TransformerConfig
    from core.models import save_model
    from core.nn.transformer import Transformer

    tokenizer = load_model("tiny", models).tokenizer
    save_model(models / "tiny", Transformer(TransformerConfig(**record["model"])), tokenizer, record)
    code = "export_norm" if norm == "pre" else f"export_positions_{positions}"
    assert main(["export", "--root", str(models), "--model", "tiny", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.strip() == translate("en", f"error.{code}", name="tiny")
    assert not (tmp_path / "out").exists()


def test_a_recurrent_model_says_why():
    from types import SimpleNamespace

    info = SimpleNamespace(name="rnn", architecture="seq2seq")
    with pytest.raises(ModelError) as error:
        export(SimpleNamespace(info=info), None)
    for language in LANGUAGES:
        assert "rnn" in sentence(language, error.value)


def test_the_command_names_the_class_that_loads_it(monkeypatch, tmp_path, capsys):
    import core.hub.export

    monkeypatch.setattr(core.hub.export, "export", lambda model, folder: "GPT2LMHeadModel")
    assert main(["export", "--model", "transformer-en-fr", "--out", str(tmp_path)]) == 0
    assert "GPT2LMHeadModel" in capsys.readouterr().out


def test_nothing_is_written_over(models, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("precious")
    assert main(["export", "--root", str(models), "--model", "tiny", "--out", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err


def test_a_transformers_card_says_which_way_it_goes():
    """It names the command where it works, and the reason where it does not."""
    for info in (read_info(name) for name in installed()):
        if info.architecture == "transformer":
            card = (info.folder / "README.md").read_text("utf-8")
            assert "## In transformers" in card, info.name
            can = (info.config.positions, info.config.norm) == ("sinusoidal", "post")
            assert (f"python -m core export --model {info.name}" in card) == can
