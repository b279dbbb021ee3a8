"""Which script a text is written in: a model that never saw a script has nothing to say about it."""

from __future__ import annotations

import unicodedata
from collections import Counter

from core.errors import TextError

SCRIPTS = {"en": "LATIN", "fr": "LATIN", "ko": "HANGUL"}  # by language code; names as Unicode's


def main_script(text: str) -> str | None:
    """The script of most letters, as the first word of their Unicode names; None for a text without letters."""
    counts = Counter(unicodedata.name(c, "UNKNOWN").split()[0].split("-")[0] for c in text if c.isalpha())
    return counts.most_common(1)[0][0] if counts else None


def check_script(text: str, language: str) -> None:
    """Raise `TextError` for a text mostly in another script; a stray emoji or foreign word passes.

    Of a language that is not in `SCRIPTS` nothing is known: every text passes.
    """
    script, expected = main_script(text), SCRIPTS.get(language)
    if script is not None and expected is not None and script != expected:
        raise TextError("script", found=script.capitalize(), expected=expected.capitalize())
