"""The shipped translator on forty everyday sentences, each with the translations that a teacher would accept."""

import itertools
import re
from pathlib import Path

from core.evaluate import translate
from core.models import load_model

SENTENCES = Path(__file__).parent / "data" / "everyday.tsv"
ENOUGH = 32


def accepted(patterns):
    """`Je (t'|vous )aime.` stands for both of its readings."""
    for pattern in patterns:
        parts = [part.split("|") for part in re.split(r"[()]", pattern)]
        yield from ("".join(choice) for choice in itertools.product(*parts))


def test_alternatives_are_spelled_out():
    assert set(accepted(["(A|B) c(.| !)", "D"])) == {"A c.", "A c !", "B c.", "B c !", "D"}


def test_everyday_sentences_come_out_right():
    rows = [line.split("\t") for line in SENTENCES.read_text("utf-8").splitlines()]
    assert len(rows) == 40
    outputs = translate(load_model("transformer-en-fr"), [src for src, *_ in rows])
    wrong = [
        f"{src} -> {out}"
        for (src, *patterns), out in zip(rows, outputs, strict=True)
        if out.lower() not in {answer.lower() for answer in accepted(patterns)}
    ]
    assert len(rows) - len(wrong) >= ENOUGH, "\n".join(wrong)
