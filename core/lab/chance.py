"""Random numbers by seed, for torch's own layers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within it dropout and fresh weights follow from `seed` alone; after it torch's numbers go on as before.

    All threads share them, so another session waits at the door: keep what is done within it short.
    """
    with _ONE_AT_A_TIME, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
