"""What went wrong, as plain data: whoever shows it finds the sentence in the catalog of the person's language."""

from __future__ import annotations


class UserError(ValueError):
    """Something a person can mend. `code` names the sentence `error.<code>` in assets/i18n; `values` fill it."""

    def __init__(self, code: str, **values: str | int | float) -> None:
        super().__init__(f"{code}: {', '.join(f'{name}={value}' for name, value in values.items())}")
        self.code = code
        self.values = values


class TextError(UserError):
    """A text that the model cannot read."""


class ModelError(UserError):
    """A model that cannot be used; `values` name the file."""


class StopError(Exception):
    """Raised by whoever is told how far a work is: the work ends at this step. Nobody is told, nothing went wrong."""
