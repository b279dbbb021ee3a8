"""The lesson plans: the same steps in both languages, and every link leads to a page by the name that it has."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from core.i18n import catalog, translate
from core.lab.claims import CLAIMS

ROOT = Path(__file__).parent.parent
PLANS = {"en": ROOT / "docs" / "teaching.md", "ko": ROOT / "docs" / "teaching.ko.md"}
LINK = re.compile(r"\[([^\]]+)\]\(http://localhost:8501/([^)\s]*)\)")


def links(language: str) -> list[tuple[str, str, dict[str, list[str]]]]:
    """Label, page and query of each link into the app."""
    found = LINK.findall(PLANS[language].read_text("utf-8"))
    return [(label, urlsplit(link).path or "heads", parse_qs(urlsplit(link).query)) for label, link in found]


@pytest.mark.parametrize("language", PLANS)
def test_links_lead_to_pages_by_their_names(language: str):
    assert len(links(language)) >= 14
    for label, page, query in links(language):
        assert (ROOT / "pages" / f"{page}.py").exists(), page
        assert translate(language, f"{page}.nav") in label
        assert query.pop("lang") == [language]
        assert query.pop("claim", ["after"])[0] in CLAIMS
        query.pop("sentence", None)
        for key, (value,) in query.items():  # a choice of a page, by its code
            assert f"{key}.{value}" in catalog("en"), f"{page} has no {key}={value}"


def test_both_languages_have_the_same_steps():
    steps = {}
    for language in PLANS:
        steps[language] = [
            (page, {k: v for k, v in query.items() if k != "lang"}) for _, page, query in links(language)
        ]
    assert steps["en"] == steps["ko"]
    rows = {
        language: re.findall(r"^\| (\d+-\d+) \|", path.read_text("utf-8"), re.M) for language, path in PLANS.items()
    }
    assert rows["en"] == rows["ko"]
    ends = [row.split("-") for row in rows["en"]]
    assert sum(end == "50" for _, end in ends) == 3, "three lessons of 50 minutes"
    assert all(start == "0" or start == before for (start, _), (_, before) in zip(ends[1:], ends, strict=False))
