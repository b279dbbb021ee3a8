"""Models in a process of their own: the same answers as here, and nobody waits for one that is gone."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from core.apart import Apart, GoneError
from core.apart import __main__ as other
from core.apart.asking import ask
from core.apart.wire import receive, send
from core.errors import ModelError, StopError, TextError
from core.models import Model
from core.search import Sampling, Search
from core.tracing import trace

TEXT = "The cat sleeps."


def unheard(step: int, limit: int) -> None:
    pass


@pytest.fixture
def on_shelf(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADLIGHT_MODELS", str(models))


@pytest.fixture
def apart(on_shelf: None) -> Iterator[Apart]:
    process = Apart()
    limit = time.monotonic() + 60
    while not process.ready:
        assert time.monotonic() < limit
        assert not process.gone
        time.sleep(0.02)
    yield process
    process.close()


@pytest.fixture
def pipes(on_shelf: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Both ends of the asking side; the other side is a thread here, and speaks at every step."""
    monkeypatch.setattr(other, "BEAT", 0.0)
    other._model.cache_clear()
    (theirs, to), (source, sink) = os.pipe(), os.pipe()
    ends = os.fdopen(theirs, "rb"), os.fdopen(to, "wb"), os.fdopen(source, "rb"), os.fdopen(sink, "wb")
    thread = threading.Thread(target=other.serve, args=(ends[0], ends[3]))
    thread.start()
    assert receive(ends[2])[0] == {"ready": True}
    yield ends[1], ends[2]
    ends[1].close()
    thread.join(10)
    assert not thread.is_alive(), "it goes on though nobody is there"
    other._model.cache_clear()


def test_a_process_answers_as_this_one_does_and_is_missed_when_it_is_gone(apart: Apart, model: Model):
    for search in (Search(), Search(3, alpha=0.2), Search(sampling=Sampling(seed=5, top_k=9)), Search(prefix=(9, 8))):
        ours, theirs = trace(model, TEXT, search), apart.trace("tiny", TEXT, search, 0, unheard)
        assert theirs.to_json() == ours.to_json()
    assert apart.trace("tiny", TEXT, Search(4), 2, unheard).to_json() == trace(model, TEXT, Search(4), 2).to_json()
    apart._process.kill()
    with pytest.raises(GoneError):
        apart.trace("tiny", TEXT, Search(), 0, unheard)
    assert apart.gone
    assert not apart.ready


@pytest.mark.parametrize(
    ("name", "text", "error", "code"),
    [("tiny", "  ", TextError, "empty"), ("nobody", TEXT, ModelError, "model_missing")],
)
def test_its_errors_are_the_same_sentences(
    pipes: tuple[IO[bytes], IO[bytes]], name: str, text: str, error: type[TextError | ModelError], code: str
):
    with pytest.raises(error) as caught:
        ask(*pipes, request(name, text), unheard)
    assert caught.value.code == code
    assert caught.value.values or code == "empty"


def test_a_run_is_heard_and_can_be_stopped_and_the_next_is_whole(pipes: tuple[IO[bytes], IO[bytes]], model: Model):
    steps: list[tuple[int, int]] = []

    def stop_at_second(step: int, limit: int) -> None:
        steps.append((step, limit))
        if len(steps) == 2:
            raise StopError

    with pytest.raises(StopError):
        ask(*pipes, request("tiny", TEXT), stop_at_second)
    assert steps[:2] == [(1, steps[0][1]), (2, steps[0][1])]
    heard: list[int] = []
    again = ask(*pipes, request("tiny", TEXT), lambda step, limit: heard.append(step))
    assert again.to_json() == trace(model, TEXT).to_json()
    assert len(heard) >= len(again.steps) - 1


def test_half_a_message_is_none():
    theirs, to = os.pipe()
    with os.fdopen(theirs, "rb") as source:
        with os.fdopen(to, "wb") as sink:
            send(sink, {"a": 1}, b"xyz")
            sink.write(b'{"half')
        assert receive(source) == ({"a": 1}, b"xyz")
        with pytest.raises(EOFError):
            receive(source)


def request(name: str, text: str) -> dict[str, object]:
    return {
        "model": name,
        "text": text,
        "search": {"beam": 1, "alpha": 0.6, "sampling": None, "prefix": []},
        "chosen": 0,
    }


def test_an_answer_that_breaks_off_is_an_end():
    pipe = io.BytesIO()
    send(pipe, {"done": True}, b"12345678")
    pipe = io.BytesIO(pipe.getvalue()[:-3])
    with pytest.raises(EOFError):
        receive(pipe)
