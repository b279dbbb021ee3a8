"""Whatever is wrong with a named model is one clear sentence, and nothing leaves the machine unasked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core.errors import ModelError
from core.hub import files, loading
from core.hub.naming import Named, named
from core.i18n import LANGUAGES, sentence


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch):
    """A request would fail the test, not the network."""
    import huggingface_hub

    def never(*args, **kwargs):
        raise AssertionError("the Hub was asked")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", never)


@pytest.fixture
def copy(folders, tmp_path):
    """A copy of the tiny BERT, to be spoilt."""
    return Path(shutil.copytree(folders / "bert", tmp_path / "bert"))


def said(call, *arguments):
    """The code of the error; it fills a sentence in each language."""
    with pytest.raises(ModelError) as error:
        call(*arguments)
    for language in LANGUAGES:
        assert "{" not in sentence(language, error.value)
    return error.value.code


def opened(folder):
    return loading.load(files.found(named(str(folder))), "bert")


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def rewrite(folder, change):
    """Load the tensors, let `change` spoil them, and save them again."""
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize("text", ["", " ", "two words", "a/b/c", "<script>", "a\0b", "..", "안녕", "x" * 200])
def test_a_wrong_name(text):
    assert said(named, text) in ("hub_name", "hub_folder")


def test_a_name_of_the_hub_is_no_folder():
    assert named(" google-bert/bert-base-uncased ") == Named("google-bert/bert-base-uncased", None)


def test_a_folder_without_a_model(tmp_path):
    assert said(named, str(tmp_path)) == "hub_folder"
    assert said(named, str(tmp_path / "none")) == "hub_folder"


def test_a_folder_outside_the_allowed_one(folders, tmp_path, monkeypatch):
    monkeypatch.setenv("HEADLIGHT_FOLDERS", str(tmp_path))
    assert said(named, str(folders / "bert")) == "hub_outside"
    (tmp_path / "link").symlink_to(folders / "bert")
    assert said(named, str(tmp_path / "link")) == "hub_outside"
    assert said(named, f"{tmp_path}/../bert") == "hub_outside"


def test_a_bare_name_means_what_lies_in_the_allowed_folder(copy, monkeypatch):
    assert named(copy.name) == Named(copy.name, None)  # any folder may be named here, and this name is the Hub's
    monkeypatch.setenv("HEADLIGHT_FOLDERS", str(copy.parent))
    assert named(copy.name) == Named(copy.name, copy)
    assert named("nobody/has-it") == Named("nobody/has-it", None)


def test_a_file_that_is_a_link_to_outside_is_not_opened(folders, copy, monkeypatch):
    monkeypatch.setenv("HEADLIGHT_FOLDERS", str(copy.parent))
    assert named(str(copy)).folder == copy
    (copy / "model.safetensors").unlink()
    (copy / "model.safetensors").symlink_to(folders / "bert" / "model.safetensors")
    assert said(named, str(copy)) == "hub_outside"


def test_no_tokenizer(copy):
    for path in copy.glob("tokenizer*"):
        path.unlink()
    assert said(opened, copy) == "hub_tokenizer"


def test_a_library_of_the_tokenizer_that_is_not_installed_is_named(folders, monkeypatch):
    import transformers

    def lacks(*_, **__):
        raise ImportError(
            "\nMarianTokenizer requires the SentencePiece library but it was not found in your environment."
        )

    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", lacks)
    with pytest.raises(ModelError) as error:
        opened(folders / "opus")
    assert error.value.values["library"] == "sentencepiece"


def test_only_a_pickle(copy):
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    assert said(opened, copy) == "hub_safetensors"


def test_weights_that_lack_a_tensor(copy):
    rewrite(copy, lambda tensors: tensors.pop("bert.encoder.layer.1.attention.self.query.weight"))
    assert said(opened, copy) == "hub_incomplete"


def test_weights_that_are_cut_off(copy):
    whole = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    assert said(opened, copy) == "hub_damaged"


def test_weights_that_are_no_numbers(copy):
    rewrite(copy, lambda tensors: tensors["bert.embeddings.word_embeddings.weight"].fill_(torch.nan))
    assert said(opened, copy) == "hub_damaged"


def test_a_model_too_large_for_the_memory_is_not_loaded(copy, monkeypatch):
    edit(copy / "config.json", vocab_size=10**9)
    monkeypatch.setattr(loading, "memory", lambda: 1 << 34)
    monkeypatch.setattr(loading, "_net", lambda *_: pytest.fail("loaded"))
    assert said(opened, copy) == "hub_memory"


@pytest.mark.parametrize(
    "changes",
    [{"num_hidden_layers": 10**6}, {"num_hidden_layers": 0}, {"model_type": "no-such-model"}, {"model_type": 3}],
)
def test_a_config_that_describes_no_model(copy, changes):
    edit(copy / "config.json", **changes)
    assert said(opened, copy) == "hub_config"


def test_code_of_the_folder_is_never_run(copy):
    edit(copy / "config.json", model_type="own", auto_map={"AutoConfig": "evil.Config", "AutoModel": "evil.Model"})
    (copy / "evil.py").write_text("raise SystemExit('it ran')")
    assert said(opened, copy) == "hub_code"


def test_an_index_names_only_files_beside_it(copy):
    (copy / "model.safetensors").rename(copy.parent / "x.safetensors")
    (copy / files.INDEX).write_text(json.dumps({"weight_map": {"a": "../x.safetensors"}}))
    assert said(files.found, named(str(copy))) == "hub_outside"


NAME = Named("nobody/nothing-of-this-name", None)


def test_a_model_that_is_not_here_is_looked_for_without_a_request():
    assert files.found(NAME) is None


def test_a_server_without_the_hub_asks_nobody(monkeypatch):
    monkeypatch.setenv("HEADLIGHT_HUB", "off")
    assert said(files.download_size, NAME) == "hub_off"
    assert said(files.fetch, NAME, lambda *_: None) == "hub_off"


@pytest.mark.parametrize(
    ("kind", "code"),
    [("HTTPError", "hub_offline"), ("RepositoryNotFoundError", "hub_missing"), ("GatedRepoError", "hub_gated")],
)
def test_what_the_hub_refuses(kind, code, monkeypatch):
    import huggingface_hub
    from huggingface_hub import errors

    def refuse(*args, **kwargs):
        if kind == "HTTPError":  # no connection
            raise errors.HTTPError("no route")
        error = getattr(errors, kind)
        raise error.__new__(error)

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", refuse)
    assert said(files.download_size, NAME) == code


def hub_of(folder, monkeypatch):
    """A Hub that holds one folder; the names of what was fetched from it."""
    import huggingface_hub

    listed = [SimpleNamespace(rfilename=path.name, size=path.stat().st_size) for path in folder.iterdir()]
    fetched = []

    def fetch(name, file, tqdm_class, token):
        fetched.append(file)
        with tqdm_class(total=1) as bar:
            bar.update((folder / file).stat().st_size)
        return str(folder / file)

    monkeypatch.setattr(
        huggingface_hub.HfApi, "model_info", lambda *_, **__: SimpleNamespace(siblings=listed, gated=False)
    )
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fetch)
    return fetched


def test_what_is_fetched_is_counted_and_holds_no_code(copy, monkeypatch):
    for name in ("pytorch_model.bin", "modeling.py", "tf_model.h5"):
        (copy / name).write_bytes(b"no")
    fetched, heard = hub_of(copy, monkeypatch), []
    folder = files.fetch(NAME, lambda done, total: heard.append((done, total)))
    assert folder == copy
    assert fetched[0] == "config.json"
    assert set(fetched) == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    total = sum((copy / name).stat().st_size for name in fetched)
    assert heard == sorted(heard)
    assert heard[-1] == (total, total)
    assert files.download_size(NAME) == total


def test_a_download_ends_where_its_listener_says_so(copy, monkeypatch):
    fetched = hub_of(copy, monkeypatch)

    def stop(done, total):
        raise InterruptedError

    with pytest.raises((InterruptedError, ModelError)):
        files.fetch(NAME, stop)
    assert fetched == ["config.json"]


def test_a_hub_model_without_safetensors_is_not_fetched(copy, monkeypatch):
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    fetched = hub_of(copy, monkeypatch)
    assert said(files.fetch, NAME, lambda *_: None) == "hub_safetensors"
    assert fetched == []
