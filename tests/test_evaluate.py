"""Evaluation: what a score of 100 takes, which references count, and in which order outputs come."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from core.cards import read_lengths
from core.evaluate import by_length, difference, joined, main, score, translate
from core.models import Model
from core.text.corpus import Pair, grouped, read_pairs
from core.tracing import Search, trace


def test_perfect_outputs_score_100(pairs: list[Pair]):
    groups = grouped(pairs)
    result = score([tgt[0] for tgt in groups.values()], list(groups.values()))
    assert result.bleu == pytest.approx(100)
    assert result.chrf == pytest.approx(100)
    assert result.n == len(groups) < len(pairs)
    assert result.exact == 1


def test_any_reference_counts():
    """The second one, and also where other sentences have fewer or more."""
    references = [["Je lis un livre bleu.", "J'ai lu un livre bleu hier."], ["Le chat noir dort."], ["a", "b", "Oui."]]
    outputs = ["J'ai lu un livre bleu hier.", "Le chat noir dort.", "Oui."]
    result = score(outputs, references)
    assert result.bleu == pytest.approx(100)
    assert result.chrf == pytest.approx(100)


def test_a_sentence_with_fewer_references_is_not_excused_for_being_short():
    """BLEU's penalty for short outputs asks the reference of nearest length: a missing one has none, not length 0."""
    outputs = ["a b c d"] * 3
    alone = score(outputs, [["a b c d e f g h i j"]] * 3)
    mixed = score([*outputs, "x y z w"], [*[["a b c d e f g h i j"]] * 3, ["x y z w", "x y z w"]])
    assert alone.bleu == pytest.approx(100 * 2.718281828 ** (1 - 10 / 4), rel=1e-3)  # all n-grams are right
    assert mixed.bleu == pytest.approx(100 * 2.718281828 ** (1 - 34 / 16), rel=1e-3)


def test_an_exact_match_is_one_to_the_letter():
    references = [["나는 집에 간다.", "난 집에 가."], ["네."], ["아니요."], ["네."]]
    assert score(["난 집에 가.", "네", "아니요.", "네 ."], references).exact == 0.5


def test_the_other_way_round_the_other_side_is_grouped(
    models: Path, pairs: list[Pair], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """A corpus of English and French evaluates French to English too; one of Korean is refused."""
    path = models / "tiny" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"src": "fr", "tgt": "en"}), "utf-8")
    corpus = tmp_path / "pairs.tsv"
    corpus.write_text("".join(f"{src}\t{tgt}\n" for src, tgt in pairs[:20]), "utf-8")
    assert main(["--model", "tiny", "--root", str(models), "--corpus", str(corpus)]) == 0
    assert f"of {len({french for _, french in pairs[:20]})}\n" in capsys.readouterr().out
    corpus.write_text("I go home.\t나는 집에 간다.\n" * 9, "utf-8")
    assert main(["--model", "tiny", "--root", str(models), "--corpus", str(corpus)]) == 2
    assert capsys.readouterr().err == f"{corpus}: is a corpus of en and ko, not of fr and en\n"


def test_wrong_outputs_score_nothing():
    assert score(["x y z w"] * 5, [["a b c d"]] * 5).bleu == pytest.approx(0, abs=1e-6)
    assert score(["xyz"], [["abc"]]).chrf == 0


def test_a_difference_is_that_of_the_scores_and_its_interval_holds_it():
    rng = random.Random(0)
    references = [[" ".join(rng.choices("abcdefgh", k=9)) for _ in range(rng.choice((1, 2)))] for _ in range(60)]

    def outputs(wrong: float) -> list[str]:
        words = [refs[0].split() for refs in references]
        return [" ".join("x" if rng.random() < wrong else word for word in one) for one in words]

    better, worse = outputs(0.1), outputs(0.4)
    found = difference(better, worse, references)
    assert found.bleu == pytest.approx(score(better, references).bleu - score(worse, references).bleu, abs=1e-6)
    assert 0 < found.low < found.bleu < found.high
    back = difference(worse, better, references)
    assert (back.bleu, back.low, back.high) == pytest.approx((-found.bleu, -found.high, -found.low), abs=1)
    same = difference(better, better, references)
    assert (same.bleu, same.low, same.high) == (0, 0, 0)


def test_scores_by_length_count_each_sentence_once():
    sources = ["w " * n for n in (1, 4, 5, 8, 12, 20, 30)]
    outputs, references = ["a b c d"] * 7, [["a b c d"]] * 7
    parts = dict(by_length(sources, outputs, references))
    assert {name: part.n for name, part in parts.items()} == {
        "1-4": 2,
        "5-7": 1,
        "8-10": 1,
        "11-15": 1,
        "16-25": 1,
        "26+": 1,
    }


@pytest.mark.parametrize("beam", [1, 3])
def test_batches_keep_the_order(model: Model, pairs: list[Pair], beam: int):
    """Sentences of like length are decoded together, and handed back as they were given."""
    sentences = [src for src, _ in pairs[:14]]
    random.Random(0).shuffle(sentences)
    outputs = translate(model, sentences, beam, batch=4)
    assert outputs == [trace(model, text, Search(beam)).tgt_text for text in sentences]
    assert len(set(outputs)) > 3
    assert translate(model, [], beam) == []


def test_a_sentence_beyond_the_models_positions_is_cut_not_refused(model: Model):
    long, longer = "cat " * 47, "cat " * 300
    assert translate(model, [longer]) == translate(model, [long])


def test_joined_sentences_use_each_sentence_once(pairs: list[Pair]):
    groups = {f"source{i}.": [f"cible{i}.", f"autre{i}."] for i in range(50)}
    long = joined(groups)
    parts = [part for src in long for part in src.split()]
    assert len(set(parts)) == len(parts) >= 48
    assert {len(src.split()) for src in long} == {2, 3}
    for src, references in long.items():
        assert references == [src.replace("source", "cible")]
    assert joined(groups) == long
    assert joined(groups, seed=2) != long


def test_the_command_prints_scores(model: Model, models: Path, corpus: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--model", "tiny", "--root", str(models), "--corpus", str(corpus), "--joined"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("BLEU ")
    assert "\nchrF " in printed


def test_a_table_is_one_that_a_card_holds(
    model: Model, models: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["--model", "tiny", "--root", str(models), "--corpus", str(corpus), "--table"]) == 0
    (tmp_path / "README.md").write_text(capsys.readouterr().out, "utf-8")
    found = read_lengths(tmp_path)
    assert sum(row.n for row in found) == len(grouped(read_pairs(corpus)))
    assert [row.words for row in found][:2] == ["1-4", "5-7"]


@pytest.mark.parametrize(("name", "corpus_name", "message"), [("nobody", None, "nobody"), ("tiny", "no.tsv", "no.tsv")])
def test_the_command_says_what_is_missing(
    models: Path, corpus: Path, name: str, corpus_name: str | None, message: str, capsys: pytest.CaptureFixture[str]
):
    given = str(models / corpus_name) if corpus_name else str(corpus)
    assert main(["--model", name, "--root", str(models), "--corpus", given]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("beam", ["0", "-1", "17"])
def test_a_beam_that_is_none_gets_a_sentence(models: Path, corpus: Path, beam: str, capsys: pytest.CaptureFixture[str]):
    assert main(["--model", "tiny", "--root", str(models), "--corpus", str(corpus), "--beam", beam]) == 2
    assert capsys.readouterr().err == f"beam {beam} is not between 1 and 16\n"
