"""What is loaded later does not make every collection of garbage longer."""

from __future__ import annotations

import gc
import time
import weakref

import pytest

from core.ui import collecting
from core.ui.collecting import keep_short


@pytest.fixture
def kept_short():
    end = keep_short()
    yield
    end()
    gc.unfreeze()


def wait_until(holds):
    last = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.01)


def test_what_a_long_collection_has_looked_through_is_looked_through_no_more(kept_short):
    before = gc.get_freeze_count()
    assert before > 0
    many = [[i] for i in range(300_000)]  # a collection of these is long anywhere
    gc.collect()
    wait_until(lambda: gc.get_freeze_count() > before + len(many))


def test_short_collections_freeze_nothing(kept_short, monkeypatch):
    monkeypatch.setattr(collecting, "LONG", 60.0)
    before = gc.get_freeze_count()
    kept = [[i] for i in range(1000)]
    gc.collect()
    time.sleep(0.05)
    assert gc.get_freeze_count() <= before
    del kept


class Ring:
    """Holds itself: only a collection finds out that nobody else does."""

    def __init__(self):
        self.own = self


def test_what_became_garbage_after_it_was_frozen_is_found_in_the_end(monkeypatch):
    monkeypatch.setattr(collecting, "ALL", 0.0)
    ring = Ring()
    end = keep_short()
    try:
        gone = weakref.ref(ring)
        del ring
        gc.collect()
        assert gone() is not None  # frozen: not even looked at
        many = [[i] for i in range(300_000)]
        gc.collect()
        wait_until(lambda: gone() is None)
        del many
    finally:
        end()
        gc.unfreeze()


def test_it_can_be_ended():
    before = list(gc.callbacks)
    end = keep_short()
    assert len(gc.callbacks) == len(before) + 1
    end()
    assert gc.callbacks == before
    gc.unfreeze()
