"""Catalogs of what a person reads: assets/i18n/<language>/*.json, flat, `page.name` -> text with {places}."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from core.errors import UserError

CATALOGS = Path(__file__).parent.parent / "assets" / "i18n"
LANGUAGES = {"ko": "한국어", "en": "English"}


@cache
def catalog(language: str) -> dict[str, str]:
    """All texts of a language, from all its files."""
    texts: dict[str, str] = {}
    for path in sorted((CATALOGS / language).glob("*.json")):
        texts |= json.loads(path.read_text("utf-8"))
    return texts


def translate(language: str, key: str, /, **values: object) -> str:
    """The text of `key` with its places filled; a missing key raises `KeyError`: a test holds that none is."""
    return catalog(language)[key].format(**values)


def sentence(language: str, error: UserError) -> str:
    """What went wrong, as a sentence."""
    values = dict(error.values)
    if error.code == "script":  # an alphabet without a name here keeps Unicode's
        values = {name: catalog(language).get(f"script.{one}", one) for name, one in values.items()}
    return translate(language, f"error.{error.code}", **values)


def language_name(code: str, language: str) -> str:
    """A language in another one's words: `fr` is French, 프랑스어; the code itself where it has no name."""
    return catalog(language).get(f"language.{code}", code)


def preferred(locale: str | None) -> str:
    """The catalog nearest to a browser's locale (`ko-KR`); English where there is none."""
    language = (locale or "").split("-")[0].lower()
    return language if language in LANGUAGES else "en"
