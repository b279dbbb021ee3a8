"""A download from a Hub of this machine: what is asked for, what comes, what a person can stop, and each refusal."""

from __future__ import annotations

import shutil

import pytest

from core.errors import ModelError
from core.hub import files, loading, request, tracing
from core.hub.naming import Named
from core.i18n import LANGUAGES, sentence
from tests.hub.conftest import TEXT
from tests.hub.server import serving

NAME = Named("tiny/bert", None)


@pytest.fixture(scope="module")
def server(folders, tmp_path_factory):
    """It has three of the tiny models, and one with a pickle only."""
    pickled = tmp_path_factory.mktemp("pickled") / "bert"
    shutil.copytree(folders / "bert", pickled)
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    with serving() as hub:
        hub.repositories |= {f"tiny/{name}": folders / name for name in ("bert", "gpt2", "opus")}
        hub.repositories |= {"tiny/pickled": pickled, "tiny/empty": tmp_path_factory.mktemp("empty")}
        yield hub


@pytest.fixture
def hub(server, tmp_path, monkeypatch):
    """The server as huggingface_hub's only address, with an empty store for what is fetched."""
    from huggingface_hub import constants

    server.fresh()
    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    template = f"{server.address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "store"))
    monkeypatch.setattr(constants, "AGENT_HARNESSES_PATH", str(tmp_path / "harnesses.json"), raising=False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", False)  # as a person's computer has it
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    monkeypatch.setenv("HF_TOKEN", "hf_of_this_machines_owner")
    return server


def code(call, *arguments):
    """The code of the error, which fills a sentence in each language."""
    with pytest.raises(ModelError) as error:
        call(*arguments)
    for language in LANGUAGES:
        assert "{" not in sentence(language, error.value)
    return error.value.code


def unheard(*_):
    pass


class StoppedError(Exception):
    """What a person's stop raises in the listener."""


def test_what_is_fetched_is_the_model(hub, folders):
    size, heard = files.download_size(NAME), []
    folder = files.fetch(NAME, lambda done, total: heard.append((done, total)))
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        assert (folder / name).read_bytes() == (folders / "bert" / name).read_bytes()
    assert heard == sorted(heard)
    assert heard[-1] == (size, size)
    assert size == sum(path.stat().st_size for path in folder.iterdir())


def test_only_the_models_name_leaves_this_machine(hub):
    files.found(NAME)
    assert hub.asked == [], "whether it is here already is nobody else's business"
    files.download_size(NAME)
    assert hub.asked == ["GET /api/models/tiny/bert"]
    folder = files.fetch(NAME, unheard)
    assert all("tiny/bert" in path for path in hub.asked)
    asked = len(hub.asked)
    assert files.found(NAME) == folder
    tracing.trace(loading.load(folder, "bert"), TEXT)
    assert len(hub.asked) == asked, "once it is here nobody is asked"
    assert hub.tokens == {""}, "this machine's owner is not named"
    assert not any("torch" in agent for agent in hub.agents)


def test_a_translator_comes_with_its_sentence_pieces(hub):
    folder = files.fetch(Named("tiny/opus", None), unheard)
    assert {"source.spm", "target.spm", "vocab.json"} <= {path.name for path in folder.iterdir()}
    assert tracing.trace(loading.load(folder, "opus"), TEXT).kinds == ("encoder_self", "decoder_self", "cross")


def test_it_is_heard_on_the_way_and_ends_where_its_listener_says_so(hub, monkeypatch):
    monkeypatch.setattr(request, "CHUNK", 1 << 14)
    hub.slow_from, heard = 1 << 16, []

    def stop(done, total):
        heard.append(done)
        if done >= total / 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        files.fetch(Named("tiny/gpt2", None), stop)
    assert len(heard) > 4
    assert files.found(Named("tiny/gpt2", None)) is None, "half a model is no model"


def test_what_was_stopped_can_be_fetched_again(hub):
    def stop(done, total):
        raise StoppedError

    with pytest.raises(StoppedError):
        files.fetch(NAME, stop)
    assert files.fetch(NAME, unheard) == files.found(NAME)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("no/such-model", "hub_missing"), ("tiny/pickled", "hub_safetensors"), ("tiny/empty", "hub_no_model")],
)
def test_what_cannot_be_shown_says_why_before_a_file_comes(hub, name, expected):
    assert code(files.download_size, Named(name, None)) == expected
    assert code(files.fetch, Named(name, None), unheard) == expected
    assert not any("/resolve/" in path for path in hub.asked)


def test_a_gated_model_is_said_to_be_so_at_once(hub):
    hub.claims["tiny/bert"] = {"gated": "manual"}
    assert code(files.download_size, NAME) == "hub_gated"
    assert len(hub.asked) == 1


def test_a_model_that_became_gated_meanwhile_is_said_to_be_so(hub, monkeypatch):
    listed = files._listed(NAME)
    monkeypatch.setattr(files, "_listed", lambda name: listed)
    hub.claims["tiny/bert"] = {"gated": "auto"}
    assert code(files.fetch, NAME, unheard) == "hub_gated"


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_the_hubs_own_trouble_is_told_from_no_connection(hub, status):
    hub.answers["tiny/bert"] = status
    assert code(files.download_size, NAME) == "hub_refused"


def test_nobody_at_the_other_end(hub, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert code(files.download_size, NAME) == "hub_offline"


def test_a_model_too_large_for_the_memory_is_not_fetched(hub, monkeypatch):
    monkeypatch.setattr(loading, "memory", lambda: 1 << 34)
    hub.claims["tiny/bert"] = {"safetensors": {"parameters": {"BF16": 7 * 10**9}, "total": 7 * 10**9}}
    assert code(files.download_size, NAME) == "hub_memory"
    hub.claims["tiny/bert"] = {"sizes": {"model.safetensors": 14 * 10**9}}
    assert code(files.download_size, NAME) == "hub_memory"


def test_a_model_too_large_for_the_disk_is_not_fetched(hub, monkeypatch):
    monkeypatch.setattr(files, "_free", lambda: 1000)
    assert code(files.download_size, NAME) == "hub_disk"


def test_a_disk_that_cannot_be_written_is_no_lost_connection(hub, monkeypatch, tmp_path):
    from huggingface_hub import constants

    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "file"))
    assert code(files.fetch, NAME, unheard) == "hub_write"


def test_a_mirror_is_named_as_what_it_is(hub):
    assert request.host() == hub.address.removeprefix("http://")
