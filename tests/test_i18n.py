"""Every text that a person sees is in both catalogs, with the same places to fill."""

import ast
import json
import re
import string
import unicodedata
from pathlib import Path

import pytest

from core.components.links import WORDS as LINKS
from core.components.overview import WORDS as OVERVIEW
from core.i18n import CATALOGS, LANGUAGES, catalog, preferred

ROOT = Path(__file__).parent.parent
SOURCES = [ROOT / "app.py", *ROOT.glob("pages/*.py"), *ROOT.glob("core/**/*.py")]
FUNCTIONS = {"t": 0, "translate": 1}  # name -> which argument is the key


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def keys_in_source() -> set[str]:
    """Whole keys, and `page.*` for keys that are put together."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in FUNCTIONS and len(node.args) > FUNCTIONS[name]:
                key = node.args[FUNCTIONS[name]]
                if isinstance(key, ast.Constant):
                    found.add(key.value)
            if name in ("TextError", "ModelError"):
                found.add(f"error.{node.args[0].value}")
    return found | set(OVERVIEW) | set(LINKS)


def test_catalogs_hold_the_same_keys_and_places():
    korean, english = catalog("ko"), catalog("en")
    assert korean.keys() == english.keys()
    for key in english:
        assert places(korean[key]) == places(english[key]), key
        assert korean[key].strip(), key
        assert english[key].strip(), key


def test_every_key_that_the_code_names_is_there():
    assert keys_in_source() >= {"heads.nav", "error.too_long", "links.row"}, "the search for keys finds nothing"
    assert keys_in_source() - catalog("en").keys() == set()


def test_no_key_is_in_two_files():
    for language in LANGUAGES:
        files = [json.loads(path.read_text("utf-8")) for path in (CATALOGS / language).glob("*.json")]
        assert sum(map(len, files)) == len(catalog(language))


def test_korean_texts_are_korean():
    """But for names that are the same everywhere (PNG, CSV)."""
    spoken = {key: re.sub(r"\{.*?\}", "", text) for key, text in catalog("ko").items()}
    foreign = [key for key, text in spoken.items() if re.search("[a-z]", text) and not re.search("[가-힣]", text)]
    assert foreign == []


def stuck(text: str) -> list[str]:
    """Asterisks that Markdown shows instead of obeying: `*왜?*에서` does not close, since a mark stands inside and a
    letter outside (CommonMark 0.31, section 6.2)."""
    found = []
    text = re.sub(r"\{.*?\}", "x", text)
    for paragraph in re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", "x", text, flags=re.DOTALL).split("\n\n"):
        opened = set()
        for run in re.finditer(r"\*+", f" {paragraph} "):
            before, after = run.string[run.start() - 1], run.string[run.end()]
            inside, outside = (before, after) if run[0] in opened else (after, before)
            if _mark(inside) and not (outside.isspace() or _mark(outside)):
                found.append(run.string[max(run.start() - 20, 0) : run.end() + 5])
            opened ^= {run[0]}
    return found


def _mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def test_asterisks_that_markdown_would_show():
    assert stuck("*왜?*에서") == [" *왜?*에서 "]
    assert stuck("그는**(둘)** 하나") != []
    assert stuck("*왜* 그런가? **(둘)** *셋*을, $a * b?*c$") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_asterisk_is_shown(language):
    lessons = {path.name: path.read_text("utf-8") for path in (ROOT / "assets/lessons" / language).glob("*.md")}
    assert {name: found for name, text in {**lessons, **catalog(language)}.items() if (found := stuck(text))} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_its_lesson(language):
    pages = {path.stem for path in ROOT.glob("pages/*.py")}
    lessons = {path.stem for path in (ROOT / "assets" / "lessons" / language).glob("*.md")}
    assert pages == lessons


def test_no_literal_text_reaches_a_page():
    """Whatever st.title, st.info ... show comes from the catalog."""
    shown = {"title", "header", "markdown", "caption", "info", "warning", "error", "button", "selectbox", "toggle"}
    for path in [ROOT / "app.py", *ROOT.glob("pages/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in shown and node.args:
                literal = isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
                assert not literal, f"{path.name}:{node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize(
    ("locale", "language"), [("ko-KR", "ko"), ("ko", "ko"), ("en-GB", "en"), ("fr", "en"), (None, "en"), ("", "en")]
)
def test_the_browser_chooses_the_first_language(locale, language):
    assert preferred(locale) == language
