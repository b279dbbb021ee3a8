"""Seeds hold, whoever else draws."""

from __future__ import annotations

import threading

import torch

from core.lab.chance import seeded


def test_the_seed_alone_decides_and_nothing_is_left_behind():
    torch.manual_seed(7)
    wanted = torch.rand(3)
    torch.manual_seed(7)
    with seeded(1):
        first = torch.rand(3)
    assert torch.equal(torch.rand(3), wanted)
    with seeded(1):
        assert torch.equal(torch.rand(3), first)


def test_another_thread_waits():
    """Without the door the second thread would draw between the first one's seed and its numbers."""
    with seeded(1):
        wanted = torch.rand(3)
    drawn, inside = [], threading.Event()

    def other():
        inside.set()
        with seeded(2):
            drawn.append(torch.rand(3))

    with seeded(1):
        thread = threading.Thread(target=other)
        thread.start()
        inside.wait()
        thread.join(0.1)
        assert not drawn
        assert torch.equal(torch.rand(3), wanted)
    thread.join()
    with seeded(2):
        assert torch.equal(drawn[0], torch.rand(3))
