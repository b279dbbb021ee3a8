"""Stories of two sentences: they hang together or do not, and what is held out is told nowhere else."""

from __future__ import annotations

import re
from collections import Counter

from core.text.stories import ends, grammar, stories


def test_the_grammar_is_large_enough_and_each_slot_has_words():
    topics = grammar()["topics"]
    templates = [line for topic in topics.values() for line in (*topic["first"], *topic["second"])]
    assert len(templates) >= 300
    assert len(templates) == len(set(templates)), Counter(templates).most_common(1)
    for topic in topics.values():
        known = {*topic["words"], "name", "he", "his", "him", "himself", "He", "His", "Him"}
        for line in (*topic["first"], *topic["second"]):
            assert set(re.findall(r"{(\w+)}", line)) <= known, line
            assert line[-1] == "."
    assert all("{name}" not in line for topic in topics.values() for line in topic["second"])


def test_half_of_them_hang_together_and_the_others_are_of_two_topics():
    told = stories(1, 4000)
    assert all(one.follows == (one.topic == one.other) for one in told)
    assert abs(sum(one.follows for one in told) / 4000 - 0.5) < 0.03
    assert told == stories(1, 4000) != stories(2, 4000)


def test_the_second_sentence_speaks_of_the_same_person():
    """Else a pronoun would give the answer away."""
    names, asked = grammar()["names"], 0
    for one in stories(3, 2000):
        told_of = {by for by in names if any(re.search(rf"\b{n}\b", one.first, re.IGNORECASE) for n in names[by])}
        if not told_of:  # "It was raining hard outside."
            continue
        she, asked = told_of == {"she"}, asked + 1
        words = set(re.findall(r"[a-z]+", one.second.lower()))
        assert not words & ({"he", "his", "him", "himself"} if she else {"she", "her", "herself"}), one
    assert asked > 1500


def test_what_is_held_out_is_told_nowhere_else():
    told = {(one.first, one.second) for one in stories(1, 30000)}
    held = {(one.first, one.second) for one in stories(2, 3000, held_out=True)}
    assert not told & held
    assert len(held) > 2500


def test_a_story_to_try_has_both_kinds_of_end_about_the_same_person():
    topics = grammar()["topics"]

    def of(line: str) -> set[str]:
        """The topics that have a template for the line."""
        forms = {
            name: [re.sub(r"\\{\w+\\}", ".+", re.escape(one)) for one in topic["second"]]
            for name, topic in topics.items()
        }
        return {name for name, them in forms.items() if any(re.fullmatch(form, line, re.IGNORECASE) for form in them)}

    for seed in range(1, 60):
        one = ends(seed)
        assert one == ends(seed)
        assert one.first != one.follows != one.other
        assert of(one.follows) - of(one.other) or of(one.other) - of(one.follows), one
        words = set(re.findall(r"[a-z]+", f"{one.follows} {one.other}".lower()))
        assert not (words & {"he", "his", "him"} and words & {"she", "her"}), one


def test_a_ladder_of_them_has_many_of_few_topics():
    """A quarter of 3 topics, of 6, of 12 and of all 25: each of the first three has 1/12 + 1/24 + 1/48 + 1/100."""
    told = stories(5, 4000, ladder=True)
    topics = sorted(grammar()["topics"])
    share = sum(one.topic in topics[:3] for one in told) / len(told)
    assert abs(share - 3 * (1 / 12 + 1 / 24 + 1 / 48 + 1 / (4 * len(topics)))) < 0.03
    assert {one.topic for one in told} == {*topics}
    assert abs(sum(one.follows for one in told) / len(told) - 0.5) < 0.03
