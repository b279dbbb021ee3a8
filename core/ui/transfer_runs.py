"""The page Transfer: what its networks learn, cached over all sessions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import streamlit as st

from core.shelf import ModelInfo
from core.text.tasks import Task
from core.ui.running import load
from core.ui.transfer import Chosen, Job, Point
from core.ui.waiting import OnStep

if TYPE_CHECKING:
    from core.lab.classified import Draw
    from core.lab.frozen import Curve, Vectors
    from core.lab.transfer import Learned, Way
    from core.models import Model
    from core.nn.bert import Bert
    from core.trace import Floats, Trace

MOST_NETS, MOST_POINTS = 6, 2000  # networks that are kept: 25 MB each
POINTS = "transfer.points"
# Streamlit would write hundreds of sentences down for every look into a cache: 25 ms a click.
BY_HASH: dict[str | type[Any], Callable[[Any], Any]] = {Task: hash}


def net(info: ModelInfo[Any]) -> Model[Bert]:
    return cast("Model[Bert]", load(info.name))


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_HASH)
def vectors(info: ModelInfo[Any], of: Task) -> tuple[Vectors, Vectors]:
    """What the trained network makes of what is learned from, and of the test: one run for all that follows."""
    from core.lab import frozen

    return frozen.vectors(net(info), of.train), frozen.vectors(net(info), of.test)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_HASH)
def curve(info: ModelInfo[Any], of: Task, read: str) -> Curve:
    from core.lab import frozen

    return frozen.frozen_curve(of, *vectors(info, of), info.config.n_layers, read)


@st.cache_data(max_entries=128, show_spinner=False, hash_funcs=BY_HASH)
def by_layer(info: ModelInfo[Any], of: Task, n: int, read: str) -> Floats:
    from core.lab import frozen

    return frozen.by_layer(of, *vectors(info, of), n, read)


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_HASH)
def head_says(c: Chosen, text: str) -> Floats:
    """[label]: the output layer alone, after one draw of examples."""
    from core.lab import classified, frozen

    one = frozen.frozen_head(c.task, vectors(c.info, c.task)[0], c.info.config.n_layers, c.read, _draw(c, 1))
    return classified.chances(net(c.info), one, text, c.read)


def _draw(c: Chosen, seed: int) -> Draw:
    from core.lab.classified import Draw

    return Draw(c.n, seed, c.read)


class _Kept:
    """Networks that were trained here, for all sessions: the same training is done once. The oldest go.

    One trains at a time, or thirty would share two cores and none would come to an end.
    """

    def __init__(self) -> None:
        self._nets: OrderedDict[Job, Learned] = OrderedDict()
        self._points: OrderedDict[Job, Point] = OrderedDict()
        self._turn, self._door = threading.Lock(), threading.Lock()

    @contextmanager
    def turn(self, waiting: Callable[[], None]) -> Iterator[None]:
        while not self._turn.acquire(timeout=0.2):
            waiting()
        try:
            yield
        finally:
            self._turn.release()

    def point(self, job: Job) -> Point | None:
        return self._points.get(job)

    def net(self, job: Job) -> Learned | None:
        return self._nets.get(job)

    def put(self, point: Point, learned: Learned) -> None:
        with self._door:
            self._points[point.job], self._nets[point.job] = point, learned
            while len(self._nets) > MOST_NETS:
                self._nets.popitem(last=False)
            while len(self._points) > MOST_POINTS:
                self._points.popitem(last=False)


@st.cache_resource(show_spinner=False)
def kept() -> _Kept:
    return _Kept()


def learn(c: Chosen, trainings: Sequence[tuple[Way, int, int]], heard: OnStep, points: list[Point]) -> list[Point]:
    """Trains (way, examples of each label, seed), one after the other; each that is done stays, whatever happens then.

    points: where they are told to.
    """
    from core.lab import transfer
    from core.lab.classified import Draw

    model, store = net(c.info), kept()
    counts = [transfer.steps(n * len(c.task.labels)) for _, n, _ in trainings]
    done, total = 0, sum(counts)
    for (way, n, seed), count in zip(trainings, counts, strict=True):
        job = (c.info.name, c.task, way.frozen, way.scratch, n, seed, c.read)
        if store.net(job) is None:
            with store.turn(lambda: heard(done, total)):  # noqa: B023 - asked before the next round
                if store.net(job) is None:  # nobody has done it while this one waited
                    draw = Draw(n, seed, c.read)
                    found = transfer.tune(model, c.task, way, draw, lambda a, _: heard(done + a, total))  # noqa: B023
                    store.put(Point(*job, found.train, found.test), found)
        done += count
        heard(done, total)
        if (point := store.point(job)) and point not in points:
            points.append(point)
    return points


def points(c: Chosen, *, scratch: bool) -> list[Point]:
    """What this person has had trained of this task, in one of the two ways, at any number of examples."""
    return [
        one for one in st.session_state.setdefault(POINTS, [])
        if (one.model, one.task, one.read, one.scratch) == (c.info.name, c.task, c.read, scratch)
        and (scratch or one.frozen == c.frozen)
    ]  # fmt: skip


class Net(NamedTuple):
    """A network that was trained here, and what makes it that one: the same training gives the same network."""

    job: Job
    found: Learned


def learned(c: Chosen, *, scratch: bool) -> Net | None:
    """The network of the last draw of these examples, if it is still kept."""
    here = [one for one in points(c, scratch=scratch) if one.n == c.n]
    nets = [Net(one.job, found) for one in reversed(here) if (found := kept().net(one.job))]
    return nets[0] if nets else None


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_HASH)
def before(info: ModelInfo[Any], text: str) -> Trace:
    """Where the heads look that have learned no task; raises `UserError`."""
    from core.lab import transfer

    return transfer.traced(net(info), text)


def after(net: Net, text: str) -> Trace:
    """Where they look after it; raises `UserError`."""
    return _after(net.found, net.job, text)


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_HASH)
def _after(_found: Learned, job: Job, text: str) -> Trace:
    from core.lab import transfer

    return transfer.traced(_found.model, text)


def says(net: Net, text: str) -> Floats:
    """[label]: probabilities."""
    return _says(net.found, net.job, text)


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_HASH)
def _says(_found: Learned, job: Job, text: str) -> Floats:
    from core.lab import classified

    return classified.chances(_found.model, _found.head, text, _found.draw.read)
