"""A decoder alone and an encoder alone leave the same record as a translator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core.__main__ import main
from core.config import BertConfig, GPTConfig
from core.errors import TextError
from core.models import Model, load_model, save_model
from core.nn.build import build
from core.search import Sampling, Search
from core.text.tokenizer import Tokenizer
from core.trace import Trace
from core.tracing import NEW_TOKENS, trace, trace_output

TEXT = "The cat sleeps."


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Path:
    """A folder with a random GPT and a random BERT."""
    root = tmp_path_factory.mktemp("models")
    shape = {"d_model": 32, "n_heads": 4, "n_layers": 2, "d_ff": 64, "max_len": 64}
    for architecture, kind, own in (("gpt", GPTConfig, tokenizer), ("bert", BertConfig, tokenizer.with_mask())):
        torch.manual_seed(1)
        config = kind(len(own), **shape)
        record = {"architecture": architecture, "src": "en", "tgt": "en", "model": config.as_dict()}
        save_model(root / architecture, build(config), own, record)
    return root


@pytest.fixture(scope="module")
def gpt(stacks: Path) -> Model[Any]:
    return load_model("gpt", stacks)


@pytest.fixture(scope="module")
def bert(stacks: Path) -> Model[Any]:
    return load_model("bert", stacks)


def ids(model: Model[Any]) -> list[int]:
    return [model.tokenizer.bos, *model.tokenizer.encode(TEXT).ids]


def test_a_decoder_goes_on_with_the_text_and_keeps_every_map(gpt: Model[Any]):
    result = trace(gpt, TEXT)
    written = [step.written.id for step in result.steps]
    assert result.kinds == ("decoder_self",)
    assert written[: len(ids(gpt)) - 1] == ids(gpt)[1:]  # the text's own tokens are steps as well
    inputs = torch.tensor([[gpt.tokenizer.bos, *written[:-1]]])
    output = gpt.net(inputs)
    assert_close(torch.from_numpy(result["decoder_self"].weights), output.decoder_self[0].detach())
    assert result["decoder_self"].queries.tokens[0] == "<s>"
    assert list(result["decoder_self"].queries.writes) == [step.written.token for step in result.steps]
    log_probs = output.logits[0].detach().log_softmax(-1)
    assert result.log_prob == pytest.approx(float(log_probs[range(len(written)), written].sum()), abs=1e-3)
    new = written[len(ids(gpt)) - 1 :]
    assert new == log_probs.argmax(-1)[-len(new) :].tolist()  # greedy: each the likeliest
    assert len(new) == NEW_TOKENS or new[-1] == gpt.tokenizer.eos
    assert result.tgt_text.startswith(gpt.tokenizer.decode(ids(gpt)))
    assert Trace.from_npz(result.to_npz()).to_json() == result.to_json()


@pytest.mark.parametrize("search", [Search(4), Search(sampling=Sampling(3, 1.0, 0, 0.9)), Search(prefix=(7, 8))])
def test_every_search_goes_on_from_the_text(gpt: Model[Any], search: Search):
    result, n = trace(gpt, TEXT, search), len(ids(gpt)) - 1
    new = [step.written.id for step in result.steps][n:]
    assert tuple(new[: len(search.prefix)]) == search.prefix
    again = trace_output(gpt, TEXT, new)
    assert again.log_prob == pytest.approx(result.log_prob, abs=1e-4)
    if not search.prefix:  # the search's own sum is of what it wrote
        own = sum(step.written.log_prob for step in result.steps[n:])
        assert result.hypotheses[result.chosen].log_prob == pytest.approx(own, abs=1e-3)


def test_an_encoder_reads_both_ways_and_writes_nothing(bert: Model[Any]):
    result = trace(bert, TEXT)
    assert (result.kinds, result.steps, result.tgt_text) == (("encoder_self",), (), "")
    output = bert.net(torch.tensor([[*ids(bert), bert.tokenizer.eos]]))
    attn = result["encoder_self"]
    assert_close(torch.from_numpy(attn.weights), output.encoder_self[0].detach())
    assert (attn.keys.tokens[0], attn.keys.tokens[-1]) == ("<s>", "</s>")
    assert np.triu(attn.weights, 1).any()
    assert Trace.from_npz(result.to_npz()).to_json() == result.to_json()


@pytest.mark.parametrize("name", ["gpt", "bert"])
def test_a_text_that_is_too_long_or_empty_is_refused_before_it_is_read(stacks: Path, name: str):
    model = load_model(name, stacks)
    for text, code in (("cat " * 63, "too_long"), ("x" * 10_000, "too_long_characters"), (" ", "empty")):
        with pytest.raises(TextError) as caught:
            trace(model, text)
        assert caught.value.code == code
    longest = "a " * {"gpt": 64 - 1 - NEW_TOKENS, "bert": 62}[name]
    if len(model.tokenizer.encode(longest).ids) == len(longest.split()):
        trace(model, longest)


def test_a_decoder_saved_for_transformers_writes_the_same_there(gpt: Model[Any], stacks: Path, tmp_path: Path):
    from transformers import GPT2LMHeadModel, PreTrainedTokenizerFast

    assert main(["export", "--root", str(stacks), "--model", "gpt", "--out", str(tmp_path / "gpt2")]) == 0
    theirs, info = GPT2LMHeadModel.from_pretrained(tmp_path / "gpt2", output_loading_info=True)
    assert not any(info.values()), "nothing filled with random numbers, nothing left out"
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tmp_path / "gpt2")
    read = tokenizer(TEXT, return_tensors="pt")
    assert read.input_ids[0].tolist() == ids(gpt)
    written = theirs.eval().generate(**read, do_sample=False, max_new_tokens=NEW_TOKENS)[0].tolist()
    assert written[1:] == [step.written.id for step in trace(gpt, TEXT).steps]


def test_an_encoder_saved_for_transformers_fills_the_same_blanks_there(bert: Model[Any], stacks: Path, tmp_path: Path):
    from transformers import BertForPreTraining, PreTrainedTokenizerFast

    assert main(["export", "--root", str(stacks), "--model", "bert", "--out", str(tmp_path / "bert")]) == 0
    theirs, info = BertForPreTraining.from_pretrained(tmp_path / "bert", output_loading_info=True)
    assert not any(info.values()), "nothing filled with random numbers, nothing left out"
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tmp_path / "bert")
    read = tokenizer(TEXT, "It is old.", return_tensors="pt")
    first, second = (bert.tokenizer.encode(text).ids for text in (TEXT, "It is old."))
    eos = bert.tokenizer.eos
    assert read.input_ids[0].tolist() == [bert.tokenizer.bos, *first, eos, *second, eos]
    assert read.token_type_ids[0].tolist() == [0] * (len(first) + 2) + [1] * (len(second) + 1)
    assert tokenizer.mask_token_id == bert.tokenizer.mask
    with torch.no_grad():
        ref, out = theirs.eval()(**read), bert.net(read.input_ids, read.token_type_ids)
    assert_close(ref.prediction_logits, out.logits, rtol=0, atol=1e-4)
    assert_close(ref.seq_relationship_logits, out.follows, rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["gpt", "bert"])
def test_the_command_line_runs_them(stacks: Path, name: str, tmp_path: Path):
    out = tmp_path / "trace.json"
    assert main(["run", "--root", str(stacks), "--model", name, "--text", TEXT, "--out", str(out)]) == 0
    assert Trace.from_json(out.read_text("utf-8")).to_json() == trace(load_model(name, stacks), TEXT).to_json()
