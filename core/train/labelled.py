"""Small labelled tasks out of a corpus: `python -m core.train.labelled --train TSV --test TSV`.

Nobody labelled these sentences by hand: a rule did, and the rule looks at what the model does not get to see.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.text.tasks import TASKS

PER_LABEL = {"train": 64, "test": 40}
PER_WORD = 12  # sentences with the same word of a topic
WORDS = range(3, 10)  # in a sentence

# A command begins with one of these and ends in a full stop or an exclamation mark.
VERBS = frozenset(
    "answer ask be bring call clean close come count cut do don't drink drive eat feel find follow forget get give go "
    "have help hold keep leave let let's listen look make move never open please put read remember run say send show "
    "shut sing sit sleep speak stand start stay stop take talk tell think throw try turn use wait wake walk wash watch "
    "write".split()
)
# A statement begins with one of these and ends in a full stop.
SUBJECTS = frozenset(
    "i i'm i've i'll he he's she she's it it's we we're they they're you you're the this that these those my your his "
    "her our their tom mary there".split()
)
# What the test speaks of is never spoken of in what is learned from.
TOPICS = {
    "animal": (
        "dog dogs cat cats bird birds".split(),
        "horse horses cow cows monkey monkeys rabbit rabbits elephant elephants sheep lion lions bees butterfly "
        "butterflies pig pigs puppy tiger spider wolf mice".split(),
    ),
    "food": (
        "coffee cake apple apples dinner meat wine".split(),
        "milk bread rice soup cheese sugar salt eggs breakfast pizza chocolate fruit butter vegetables cookies".split(),
    ),
    "transport": (
        "car cars bus plane ship".split(),
        "bicycle bike taxi boat truck subway motorcycle airport station".split(),
    ),
    "weather": (
        "rain raining snow snowing rained".split(),
        "storm wind windy cloudy sunny weather".split(),
    ),
}
UNFIT = frozenset("die died dies dead kill killed kills hate toilet toilets drunk gun".split())  # in a class
Row = tuple[str, str, str]  # text, label, split


def kinds(sentences: Iterable[str], split: str) -> Iterator[Row]:
    """Question, statement, command; the sign at the end, which would tell it, is taken off."""
    for sentence in sentences:
        first, end = sentence.split()[0].lower(), sentence[-1]
        if end == "?":
            yield bare(sentence), "question", split
        elif end == "." and first in SUBJECTS:
            yield bare(sentence), "statement", split
        elif end in ".!" and first in VERBS and "," not in sentence:
            yield bare(sentence), "command", split


def words(sentence: str) -> set[str]:
    return set(re.findall(r"[a-z']+", sentence.lower()))


def bare(sentence: str) -> str:
    return sentence.rstrip(" ?!.")


def topics(sentences: Iterable[str], split: str) -> Iterator[Row]:
    """What is spoken of; sentences in which words of two topics, or of both splits, meet are left out."""
    side, seen = ("train", "test").index(split), Counter[str]()
    for sentence in sentences:
        own = words(sentence)
        found = {(topic, i): own & set(lists[i]) for topic, lists in TOPICS.items() for i in (0, 1)}
        hits = [place for place, spoken in found.items() if spoken]
        if len(hits) == 1 and hits[0][1] == side and all(seen[word] < PER_WORD for word in found[hits[0]]):
            seen.update(found[hits[0]])
            yield sentence, hits[0][0], split


def taken(rows: Iterable[Row]) -> list[Row]:
    """The first so many of each label and split."""
    n, out = Counter[tuple[str, str]](), []
    for row in rows:
        if n[row[1:]] < PER_LABEL[row[2]]:
            n[row[1:]] += 1
            out.append(row)
    return sorted(out, key=lambda row: (row[2] != "train", row[1]))


def sentences(path: Path, seed: int) -> list[str]:
    """The first column of a corpus, each sentence of a fitting length once, shuffled."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = sorted({line.split("\t")[0] for line in lines})
    random.Random(seed).shuffle(found)
    return [one for one in found if len(one.split()) in WORDS and UNFIT.isdisjoint(words(one))]


def write(path: Path, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "label", "split"))
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m core.train.labelled", description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="TSV.gz, the sentences in its first column")
    parser.add_argument("--test", type=Path, nargs="+", required=True, help="TSV.gz that no model learned from")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    train = sentences(args.train, args.seed)
    test = [one for path in args.test for one in sentences(path, args.seed)]
    write(TASKS / "kind.csv", taken([*kinds(train, "train"), *kinds(test, "test")]))
    write(TASKS / "topic.csv", taken([*topics(train, "train"), *topics(train, "test")]))


if __name__ == "__main__":
    main()
