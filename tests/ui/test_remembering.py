"""What is kept, and what goes."""

from __future__ import annotations

from core.ui.remembering import Remembered


def test_what_nobody_asked_for_longest_goes_first():
    kept = Remembered[str](6, len)
    kept.put("a", "aa")
    kept.put("b", "bb")
    kept.put("c", "cc")
    assert kept.get("a") == "aa"  # now b is the oldest
    kept.put("d", "dd")
    assert [kept.get(key) for key in "abcd"] == ["aa", None, "cc", "dd"]


def test_a_large_one_takes_the_place_of_several_and_one_too_large_is_not_kept():
    kept = Remembered[str](6, len)
    for key in "abc":
        kept.put(key, 2 * key)
    kept.put("d", "ddddd")
    assert [kept.get(key) for key in "abcd"] == [None, None, None, "ddddd"]
    assert kept.put("e", 7 * "e") == 7 * "e"
    assert kept.get("e") is None
    assert kept.bytes == 0


def test_the_same_twice_counts_once():
    kept = Remembered[str](6, len)
    kept.put("a", "aa")
    kept.put("a", "aa")
    assert kept.bytes == 2
