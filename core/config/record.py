"""A frozen record that goes to a JSON object and back, and checks itself."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, Self


class Record:
    """To and from a JSON object; unknown or missing names raise `ValueError`."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
        if unknown := sorted(set(values) - known):
            raise ValueError(f"{cls.__name__} does not know {', '.join(unknown)}")
        try:
            return cls(**values)
        except TypeError as error:
            raise ValueError(f"{cls.__name__}: {error}") from error


class NoMaps(Record):
    """The config of a model without attention."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which attention maps a run leaves."""
        return ()


def check_positive(record: Any, *names: str) -> None:
    for name in names:
        if getattr(record, name) < 1:
            raise ValueError(f"{name} must be at least 1, not {getattr(record, name)}")


def check_common(record: Any) -> None:
    """What every model's config has: a dropout, and special tokens inside the vocabulary."""
    if not 0 <= record.dropout < 1:
        raise ValueError(f"dropout {record.dropout} is not in [0, 1)")
    if not max(record.pad, record.bos, record.eos) < record.vocab_size:
        raise ValueError(f"pad, bos and eos must be below vocab_size {record.vocab_size}")
