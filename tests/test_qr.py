"""QR codes: what ISO/IEC 18004 says of every code."""

from __future__ import annotations

from core.qr import code

FINDER = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")


def test_three_corners_hold_the_finder_and_between_them_runs_the_clock():
    rows = code("http://192.0.2.7:8501/?sentence=I+am+good.&kind=cross")
    n = len(rows)
    assert all(len(row) == n for row in rows)
    assert (n - 17) % 4 == 0
    for y, x in ((0, 0), (0, n - 7), (n - 7, 0)):
        assert tuple(row[x : x + 7] for row in rows[y : y + 7]) == FINDER
    clock = "".join("10"[i % 2] for i in range(8, n - 8))
    assert rows[6][8 : n - 8] == clock
    assert "".join(row[6] for row in rows[8 : n - 8]) == clock


def test_the_smallest_code_is_21_wide_and_other_texts_have_other_codes():
    assert len(code("HEADLIGHT")) == 21
    assert code("HEADLIGHT") != code("HEADLIGHTS")


def test_a_code_grows_with_its_text_until_there_is_no_room():
    sizes = [len(code("x" * n)) for n in (10, 100, 1000, 2331, 2953)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 177, "level L of version 40 has room for 2,953 bytes"
    assert code("x" * 2954) == ()
