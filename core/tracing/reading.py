"""A typed text as a model's pieces; its length is capped before any memory is spent."""

from __future__ import annotations

from core.errors import ModelError, TextError
from core.models import Model
from core.nn.build import Traced
from core.text.script import check_script
from core.text.tokenizer import Encoding, Tokenizer

NEW_TOKENS = 20  # how far a decoder goes on with a text
# Positions that a text may not have: `</s>`'s; a decoder's `<s>` and all that it writes; an encoder's `<s>` and `</s>`.
_KEPT_FREE = {"transformer": 1, "seq2seq": 1, "gpt": 1 + NEW_TOKENS, "bert": 2}


def read(model: Model[Traced], text: str, language: str = "") -> Encoding:
    """The text as the model's pieces, or `TextError`; its length is capped before any memory is spent.

    language: what the text has to be written in, else what the model translates from.
    """
    if model.info.architecture not in _KEPT_FREE:
        raise ModelError("model_no_translator", name=model.info.name)
    limit = model.info.config.max_len - _KEPT_FREE[model.info.architecture]
    return encoded(model.tokenizer, text, language or model.info.src, limit)


def encoded(tokenizer: Tokenizer, text: str, language: str, limit: int) -> Encoding:
    """The text as at most `limit` pieces, or `TextError`."""
    if len(text) > 32 * limit:
        raise TextError("too_long_characters", n=len(text), limit=32 * limit)
    try:
        encoding = tokenizer.encode(text)
    except TypeError:  # half a surrogate pair, as a terminal with another encoding gives it
        raise TextError("not_unicode") from None
    if not encoding.ids:
        raise TextError("empty")
    check_script(text, language)
    if len(encoding.ids) > limit:
        raise TextError("too_long", n=len(encoding.ids), limit=limit)
    return encoding
