"""The page Transfer: how well the task is learned, what is said of the typed sentence, and which layer knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.export import rows_to_csv
from core.figures import transfer as figures
from core.text.tasks import TASKS, drawn
from core.ui import transfer_runs as runs
from core.ui.asking import choice
from core.ui.language import md, t
from core.ui.showing import dark, file_stem, picture, share
from core.ui.transfer import LINKED, OWN, Chosen, Point
from core.ui.waiting import attempt

if TYPE_CHECKING:
    from core.lab.transfer import Way
    from core.text.tasks import Example
    from core.trace import Floats

    Trainings = tuple[tuple[Way, int, int], ...]
TRAINING = "transfer.training"
BUTTONS = ("transfer.train", "transfer.train.curve")
WRONG = 8  # sentences that are listed


def title_of(look: str, c: Chosen) -> str:
    if look == "tuned" and c.frozen:
        return t("transfer.look.above", k=c.frozen)
    return t(f"transfer.look.{look}")


def learning(c: Chosen) -> None:
    """The picture: right answers against examples; what was trained stands beside the output layer alone."""
    found = runs.curve(c.info, c.task, c.read)
    mean, low, high = found.right.mean(1), found.right.min(1), found.right.max(1)
    lines = [figures.Line("head", title_of("head", c), found.sizes, mean.tolist(), low.tolist(), high.tolist())]
    for look in ("tuned", "scratch"):
        if line := _line(look, c, runs.points(c, scratch=look == "scratch")):
            lines.append(line)
    chance = (t("transfer.chance"), c.task.chance)
    fig = figures.learning(lines, chance, x=t("transfer.n"), y=t("transfer.right"), dark=dark())
    said = reading(c, found.sizes.index(c.n), found.right)
    listed = "; ".join(f"{one.name}: " + ", ".join(f"{n}: {v:.0%}" for n, v in zip(one.sizes, one.right, strict=True))
                       for one in lines)  # fmt: skip
    picture(fig, key="transfer.curve", title=t("transfer.curve"), alt=f"{said} {listed}", stem=_stem(c, "curve"))
    st.markdown(md(said))


def _line(look: str, c: Chosen, points: list[Point]) -> figures.Line | None:
    """The mean of all draws that were trained."""
    by_n = {n: [one.test for one in points if one.n == n] for n in sorted({one.n for one in points})}
    means = [float(np.mean(values)) for values in by_n.values()]
    return figures.Line(look, title_of(look, c), tuple(by_n), means) if by_n else None


def reading(c: Chosen, at: int, right: Floats) -> str:
    """The chosen number of examples read aloud."""
    row = right[at]
    said = [
        t("transfer.said.head", n=c.n, right=f"{row.mean():.0%}", tests=len(c.task.test), draws=len(row),
          low=f"{row.min():.0%}", high=f"{row.max():.0%}", chance=f"{c.task.chance:.0%}")
    ]  # fmt: skip
    for look in ("tuned", "scratch"):
        if found := [one for one in runs.points(c, scratch=look == "scratch") if one.n == c.n]:
            test, train = (float(np.mean([getattr(one, part) for one in found])) for part in ("test", "train"))
            said.append(
                t("transfer.said.learned", who=title_of(look, c), right=f"{test:.0%}", train=f"{train:.0%}",
                  draws=len(found))
            )  # fmt: skip
    return " ".join(said)


def train(c: Chosen) -> None:
    """Two buttons; what is trained has a bar, and can be stopped. Another press takes other examples."""
    state = st.session_state

    def ask(what: str) -> None:
        state[TRAINING] = c, _trainings(c)[what]

    with st.container(horizontal=True, gap="small"):
        for key in BUTTONS:
            st.button(t(key, n=c.n), key=key, icon="🏋️", help=t(f"{key}.help"), on_click=ask, args=(key,))
    asked: tuple[Chosen, Trainings] | None = state.get(TRAINING)
    if asked and asked[0] == c:
        done = state.setdefault(runs.POINTS, [])
        name = f"transfer {c.info.name} {c.task.name} {c.read} {asked[1]}"
        if attempt(lambda heard: runs.learn(c, asked[1], heard, done), name, step="transfer.step") is not None:
            del state[TRAINING]


def _trainings(c: Chosen) -> dict[str, Trainings]:
    """What each button trains: another draw at the chosen size, or what is missing of the curve."""
    from core.lab.frozen import sizes
    from core.lab.transfer import Way

    ways = (Way(c.frozen), Way(scratch=True))
    here = [(way, c.n, 1 + _drawn(c, way, c.n)) for way in ways]
    missing = [(way, n, 1) for n in sizes(c.task.most) for way in ways if not _drawn(c, way, n)]
    missing.sort(key=lambda one: one[1] == c.n)  # last: its networks are the ones that stay
    return dict(zip(BUTTONS, (tuple(here), tuple(missing)), strict=True))


def _drawn(c: Chosen, way: Way, n: int) -> int:
    """How many draws of so many examples have been trained."""
    return sum(one.n == n and one.frozen == way.frozen for one in runs.points(c, scratch=way.scratch))


def sentence(c: Chosen, text: str) -> None:
    """What each says of the typed sentence."""
    st.subheader(t("transfer.sentence"), anchor=False)
    if attempt(lambda heard: runs.before(c.info, text), f"transfer {c.info.name} {text}") is None:
        return
    answers = [("head", runs.head_says(c, text))]
    for look in ("tuned", "scratch"):
        if found := runs.learned(c, scratch=look == "scratch"):
            answers.append((look, runs.says(found, text)))
    chances = [(look, title_of(look, c), values.tolist()) for look, values in answers]
    said = " ".join(
        t("transfer.sentence.said", who=title_of(look, c), label=c.names[int(values.argmax())],
          chance=f"{values.max():.0%}")
        for look, values in answers
    )  # fmt: skip
    fig = figures.said(c.names, chances, x=t("transfer.probability"), dark=dark())
    picture(fig, key="transfer.says", title=t("transfer.sentence"), alt=said, stem=_stem(c, text))
    st.markdown(md(said))
    if len(answers) < 3:
        st.caption(t("transfer.sentence.more"))


def layers(c: Chosen) -> None:
    """The output layer alone, put upon each layer in turn."""
    st.subheader(t("transfer.layers"), anchor=False)
    found = runs.by_layer(c.info, c.task, c.n, c.read)
    names = [t("transfer.layer.0"), *(t("transfer.layer", k=k) for k in range(1, len(found)))]
    mean = found.mean(1)
    best = int(mean.argmax())
    said = t("transfer.layers.said", best=names[best], right=f"{mean[best]:.0%}", last=names[-1],
             end=f"{mean[-1]:.0%}", first=names[0], start=f"{mean[0]:.0%}")  # fmt: skip
    fig = figures.layers(names, mean.tolist(), found.min(1).tolist(), found.max(1).tolist(), y=t("transfer.right"),
                         dark=dark())  # fmt: skip
    picture(fig, key="transfer.layers", title=t("transfer.layers"), alt=said, stem=_stem(c, "layers"))
    st.markdown(md(said))
    st.caption(t("transfer.layers.note", read=t(f"transfer.read.{c.read}")))


def examples(c: Chosen) -> None:
    """What it learns from, and what it got wrong."""
    with st.expander(t("transfer.examples"), icon="🗂️"):
        if c.task.name != OWN:
            st.markdown(t(f"transfer.task.{c.task.name}.note"))
        st.markdown(f"**{t('transfer.examples.learn', n=c.n)}**")
        st.markdown("\n".join(f"- {md(one.text)} → *{md(c.names[one.label])}*" for one in _few(c)))
        for look in ("tuned", "scratch"):
            if found := runs.learned(c, scratch=look == "scratch"):
                _wrong(c, look, found.found.answers)


def _few(c: Chosen) -> list[Example]:
    return list(drawn(c.task, min(c.n, 4), 1))


def _wrong(c: Chosen, look: str, answers: tuple[int, ...]) -> None:
    pairs = list(zip(c.task.test, answers, strict=True))
    wrong = [(one, answer) for one, answer in pairs if one.label != answer]
    st.markdown(f"**{md(t('transfer.examples.wrong', who=title_of(look, c), n=len(wrong), tests=len(pairs)))}**")
    lines = (f"- {md(one.text)} → *{md(c.names[answer])}* ({md(c.names[one.label])})" for one, answer in wrong[:WRONG])
    st.markdown("\n".join(lines))


def files(c: Chosen) -> None:
    """Every number of the picture, the task's sentences, and a link."""
    with st.container(horizontal=True, gap="small"):
        st.download_button(t("save.csv"), lambda: table(c), f"{_stem(c, 'curve')}.csv", "text/csv", on_click="ignore")
        if c.task.name != OWN:
            data = (TASKS / f"{c.task.name}.csv").read_bytes()
            st.download_button(t("transfer.task.csv"), data, f"{c.task.name}.csv", "text/csv", on_click="ignore",
                               help=t("transfer.task.csv.help"))  # fmt: skip
        share(*LINKED)


def table(c: Chosen) -> str:
    """A line a network: how it learned, of how many examples, and how often it is right."""
    found = runs.curve(c.info, c.task, c.read)
    rows: list[list[str | float | None]] = [
        [title_of("head", c), float(n), float(seed + 1), None, float(value)]
        for n, row in zip(found.sizes, found.right, strict=True)
        for seed, value in enumerate(row)
    ]
    for look in ("tuned", "scratch"):
        rows += [[title_of(look, c), float(one.n), float(one.seed), one.train, one.test]
                 for one in runs.points(c, scratch=look == "scratch")]  # fmt: skip
    return rows_to_csv([t(f"transfer.column.{name}") for name in ("way", "n", "seed", "train", "test")], rows)


def _stem(c: Chosen, *parts: str) -> str:
    return file_stem(c.info.name, c.task.name, *parts)


def part() -> str:
    """Which of the two parts below the picture is open."""
    return choice("transfer.part", ("layers", "attention"), label=False)
