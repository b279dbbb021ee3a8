"""The browser side of the components, as text: streamlit takes its CSS and JS inline."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "assets" / "components"


def source(*names: str) -> str:
    """These files one behind the other, common parts first: they become one CSS text or one ES module."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names) + "\n"
