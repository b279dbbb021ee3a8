"""A text as a foreign model's tokens: how many it may have, where each stands, which begin and end an output."""

from __future__ import annotations

from typing import Any

from core.errors import ModelError, TextError
from core.hub.loading import HubModel

NEW_TOKENS = 20  # how far a decoder goes on with a text
MAX_TOKENS = 512
MAX_BYTES = 1 << 28  # of weights kept, all layers and heads together


class Read:
    """A text as the model's tokens: ids, where each stands, and whatever else the model takes (segments)."""

    def __init__(self, tokenizer: Any, text: str, pair: str) -> None:
        fast = bool(getattr(tokenizer, "is_fast", False))
        self.inputs = tokenizer(text, pair or None, return_tensors="pt", return_offsets_mapping=fast)
        offsets = self.inputs.pop("offset_mapping")[0].tolist() if fast else []
        self.ids: list[int] = self.inputs["input_ids"][0].tolist()
        self.text, self.spans = text, [(a, b) for a, b in offsets]
        if fast and pair:  # one string with both texts, so that a word's letters are found by its span
            second = self.inputs.sequence_ids(0) if hasattr(self.inputs, "sequence_ids") else []
            shift = len(text) + 1
            self.text = f"{text} {pair}"
            self.spans = [
                (a + shift, b + shift) if one == 1 else (a, b)
                for (a, b), one in zip(self.spans, second or [0] * len(self.ids), strict=True)
            ]


def read(model: HubModel, text: str, pair: str = "", new_tokens: int = 0) -> Read:
    """The text's tokens; a cap on length comes before any memory is spent."""
    limit = token_limit(model, new_tokens)
    characters = len(text) + len(pair)
    if characters > 32 * limit:
        raise TextError("too_long_characters", n=characters, limit=32 * limit)
    if not text.strip():
        raise TextError("empty")
    found = Read(model.tokenizer, text, pair)
    if not found.ids:
        raise TextError("empty")
    if len(found.ids) > limit:
        raise TextError("too_long", n=len(found.ids), limit=limit)
    return found


def token_limit(model: HubModel, new_tokens: int = 0) -> int:
    """How many tokens a text may have: the model's positions, and what the weights of all heads would weigh."""
    config = model.config
    known = [MAX_TOKENS, model.tokenizer.model_max_length] + [
        value
        for key in ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len")
        if isinstance(value := getattr(config, key, None), int) and value > 0
    ]
    room = int((MAX_BYTES / (4 * max(n_maps(config), 1))) ** 0.5)
    # RoBERTa's kind counts positions from pad + 1: two of them hold no token.
    reserved = 2 if hasattr(config, "position_embedding_type") or model.family == "encoder" else 0
    return max(min(*known, room) - reserved - (new_tokens if model.family == "decoder" else 0), 1)


def n_maps(config: Any) -> int:
    """How many heads all layers have together."""
    heads = _number(config, "num_attention_heads", "n_head", "num_heads", "encoder_attention_heads")
    return heads * _number(config, "num_hidden_layers", "n_layer", "num_layers", "encoder_layers")


def reference_ids(model: HubModel, text: str, reference: str) -> list[int]:
    """A reference as an output for `text`, with the token that ends it where outputs end. Raises `TextError`."""
    read(model, reference, new_tokens=NEW_TOKENS)  # its cap and its errors
    if model.family == "decoder":
        return _continuation(model, text, reference)
    ids = [int(i) for i in model.tokenizer(text_target=reference).input_ids]
    if ids and ids[0] == start(model):
        ids = ids[1:]
    return ids


def _continuation(model: HubModel, text: str, reference: str) -> list[int]:
    """What comes after the text: a first word is another token with a space before it than without."""
    gap = " " if not text[-1:].isspace() and reference[:1].isalnum() else ""
    before = read(model, text, new_tokens=NEW_TOKENS).ids
    whole = read(model, f"{text}{gap}{reference}", new_tokens=NEW_TOKENS).ids
    if whole[: len(before)] == before and len(whole) > len(before):
        return whole[len(before) :]
    return [int(i) for i in model.tokenizer(f"{gap}{reference}", add_special_tokens=False).input_ids]


def output_limit(model: HubModel, n_src: int) -> int:
    """How many tokens an encoder-decoder may write."""
    return min(2 * n_src + 10, token_limit(model))


def start(model: HubModel) -> int:
    """The token that an encoder-decoder's decoder begins with."""
    for source in (model.net.generation_config, model.config):
        for key in ("decoder_start_token_id", "bos_token_id", "pad_token_id"):
            if isinstance(value := getattr(source, key, None), int):
                return value
    raise ModelError("hub_config", name=model.name)


def end(model: HubModel) -> int:
    """The token that ends an output, or -1: none does."""
    for source in (model.net.generation_config, model.config, model.tokenizer):
        value = getattr(source, "eos_token_id", None)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, int):
            return value
    return -1


def banned(model: HubModel) -> tuple[int, ...]:
    """What an encoder-decoder may never write, says its folder: Marian's padding, whose logit means nothing."""
    if model.family != "encoder_decoder":
        return ()
    words = getattr(model.net.generation_config, "bad_words_ids", None) or ()
    return tuple(int(word[0]) for word in words if len(word) == 1)


def _number(config: Any, *names: str) -> int:
    return next((value for name in names if isinstance(value := getattr(config, name, None), int)), 1)
