"""Who may know whom: the table of the house, held against what every file imports.

A new room needs a line here, and a new acquaintance a good reason.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent

# Beside the standard library and a room's own modules.
TABLE = {
    "app": "streamlit core.ui",
    "pages": "streamlit core.ui core.components core.figures core.measures core.promises core.quiz core.reading "
    "core.samples core.trace",
    "core.__main__": "core.errors core.hub core.i18n core.models core.shelf core.trace core.tracing",
    "core.apart": "torch core.errors core.models core.search core.shelf core.trace core.tracing",
    "core.cards": "core.shelf",
    "core.components": "streamlit numpy core.search core.trace core.figures.theme",
    "core.config": "",
    "core.contrast": "numpy core.i18n core.measures core.reading core.trace",
    "core.decode": "torch jaxtyping core.search",
    "core.errors": "",
    "core.evaluate": "torch sacrebleu core.config core.decode core.errors core.i18n core.lab core.models core.nn "
    "core.shelf core.text core.tracing",
    "core.export": "numpy core.search core.trace core.figures.labels",
    "core.figures": "plotly numpy pandas core.trace core.measures",
    "core.hub": "transformers tokenizers huggingface_hub tqdm PIL torch numpy core.decode core.errors core.lab "
    "core.models core.nn core.search core.shelf core.text core.trace",
    "core.i18n": "babel core.errors",
    "core.lab": "torch numpy jaxtyping core.config core.decode core.errors core.models core.nn core.search "
    "core.text core.trace core.tracing",
    "core.measures": "numpy core.trace",
    "core.models": "torch safetensors typing_extensions core.config core.errors core.nn core.shelf core.text",
    "core.nn": "torch jaxtyping core.config",
    "core.promises": "numpy core.i18n core.measures core.reading core.samples core.trace",
    "core.qr": "segno",
    "core.quiz": "numpy core.measures core.trace",
    "core.reading": "numpy core.i18n core.measures core.trace",
    "core.samples": "core.config core.errors core.models core.shelf core.trace core.tracing",
    "core.search": "",
    "core.shelf": "typing_extensions core.config core.errors",
    "core.text": "tokenizers core.errors",
    "core.trace": "numpy",
    "core.drafting": "torch core.decode core.models core.nn",
    "core.tracing": "torch numpy core.config core.decode core.drafting core.errors core.models core.nn core.search "
    "core.text core.trace",
    "core.tour": "",
    "core.train": "torch jaxtyping accelerate safetensors sklearn tqdm core.config core.models core.nn core.shelf "
    "core.text",
    "core.ui": "streamlit torch numpy pandas plotly core",
}
WITHOUT_TORCH = ("app", "pages", "core.components", "core.figures", "core.measures", "core.trace")


class Import(NamedTuple):
    name: str  # core.nn.attention.MultiHeadAttention: what a `from` takes is its last part
    line: int
    at_start: bool  # runs when the module is imported, not in a function or for a type checker


def imports(path: Path) -> list[Import]:
    return list(_imports(ast.parse(path.read_text("utf-8"), str(path)), True))


def _imports(node: ast.AST, at_start: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, at_start) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"line {child.lineno}: imports are absolute here"
            yield from (Import(f"{child.module}.{alias.name}", child.lineno, at_start) for alias in child.names)
        else:
            later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            yield from _imports(child, at_start and not later and not typing)


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {
    module(path): path
    for path in sorted([*ROOT.glob("app.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("core/**/*.py")])
}
EVERY_FILE = pytest.mark.parametrize("name", [name for name in FILES if name != "core"])


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def room_of(name: str) -> str:
    rooms = [room for room in TABLE if within(name, room)]
    assert rooms, f"{name} is a new room: give it a line in tests/test_rooms.py, and say whom it may know"
    return rooms[0]


@EVERY_FILE
def test_a_room_knows_only_whom_it_may(name: str):
    room = room_of(name)
    for one in imports(FILES[name]):
        known = one.name.split(".")[0] in sys.stdlib_module_names or one.name == "__future__.annotations"
        allowed = known or any(within(one.name, other) for other in (room, *TABLE[room].split()))
        assert allowed, f"{FILES[name].relative_to(ROOT)}:{one.line}: {room} may not know {one.name}"


def reached(name: str, seen: set[str]) -> set[str]:
    """All that is loaded when module `name` is, ours and others'."""
    if name in seen:
        return seen
    seen.add(name)
    if name in FILES:
        for one in imports(FILES[name]):
            if one.at_start:
                parts = one.name.split(".")
                for n in range(1, len(parts) + 1):  # each package on the way runs too
                    reached(".".join(parts[:n]), seen)
    return seen


@EVERY_FILE
def test_torch_never_reaches_figures_or_pages_and_transformers_nobody(name: str):
    """Also through others: they start fast, and run where there is no torch at all."""
    loaded = reached(name, set())
    assert "transformers" not in loaded, f"{name} loads transformers at its start"
    if room_of(name) in (*WITHOUT_TORCH, "core.ui"):
        assert "torch" not in loaded, f"{name} loads torch at its start"
    if room_of(name) in WITHOUT_TORCH:
        assert not any(within(one.name, "torch") for one in imports(FILES[name]))


@EVERY_FILE
def test_streamlit_lives_in_four_rooms_only(name: str):
    if not any(within(name, room) for room in ("app", "pages", "core.ui", "core.components")):
        assert "streamlit" not in reached(name, set())


def test_the_check_sees_what_it_should(tmp_path: Path):
    """Imports in functions, in branches, for types, and through packages."""
    path = tmp_path / "one.py"
    path.write_text(
        "import a.b\nfrom c import d\nif 1:\n    import e\n"
        "if TYPE_CHECKING:\n    import f\ndef g():\n    import h\nclass I:\n    import j\n"
    )
    assert [(i.name, i.at_start) for i in imports(path)] == [
        ("a.b", True),
        ("c.d", True),
        ("e", True),
        ("f", False),
        ("h", False),
        ("j", True),
    ]
    assert "torch" in reached("core.tracing", set())
    assert {"core.nn", "core.nn.attention"} <= reached("core.models", set())
