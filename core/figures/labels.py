"""Tokens as they are written on an axis: short, plain, and never read as HTML by Plotly."""

from __future__ import annotations

import html

from core.trace import Axis

LONGEST = 14
ARROW = "\u2192"


def plain(text: str) -> str:
    """Plotly reads labels and hover text as HTML: `<s>` would vanish, `<b>` would be obeyed."""
    return html.escape(text, quote=False).replace("\n", " ")  # Plotly would show &quot; as it is


def tokens(axis: Axis) -> list[str]:
    """Each token with a thin dot before one that goes on with a word."""
    return [f"\u00b7{token}" if axis.continues(i) else token for i, token in enumerate(axis.tokens)]


def query_names(axis: Axis) -> list[str]:
    """Each token; a decoder's inputs with the token each is about to write: `Un -> chien`."""
    if not axis.writes:
        return tokens(axis)
    return [f"{token} {ARROW} {written}" for token, written in zip(tokens(axis), axis.writes, strict=True)]


def short(label: str) -> str:
    """Cut what is too long for an axis; hover shows it whole."""
    parts = [part if len(part) <= LONGEST else part[: LONGEST - 1] + "\u2026" for part in label.split(f" {ARROW} ")]
    return f" {ARROW} ".join(parts)


def ticks(labels: list[str], axis: Axis) -> list[str]:
    """Axis labels, escaped; special tokens grey."""
    return [
        f'<span style="color:#888">{plain(short(name))}</span>' if special else plain(short(name))
        for name, special in zip(labels, axis.special, strict=True)
    ]
