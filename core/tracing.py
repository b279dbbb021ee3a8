"""Model + text -> Trace. The only room that names axes; torch ends here.

Search finds the tokens, cached and without keeping weights; then one
teacher-forced pass reads every map and every step's probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from core import decode, drafting
from core.config import TRANSLATORS
from core.errors import ModelError, TextError
from core.models import Model
from core.nn.build import Net, Output
from core.nn.transformer import Transformer
from core.search import Sampling, Search
from core.text.script import check_script
from core.text.tokenizer import BYTES, MARK, SPECIALS, Encoding, Tokenizer
from core.trace import AttentionMap, Axis, Candidate, Floats, Hypothesis, Kind, Step, Trace

TOP_K = 10
GREEDY = Search()
_BYTES = frozenset(BYTES)  # asked for each of ten candidates a step
_INSIDE_A_WORD = ("'", "-")  # don't, qu'il, week-end: one word

__all__ = [
    "TOP_K",
    "Sampling",
    "Search",
    "axis",
    "encoded",
    "find",
    "label",
    "output_limit",
    "read",
    "trace",
    "trace_output",
]


def trace(
    model: Model[Net], text: str, search: Search = GREEDY, chosen: int = 0, on_step: decode.OnStep = decode.unheard
) -> Trace:
    """Read `text`, write its translation, and keep what every head looked at.

    `chosen` picks one of the beam's hypotheses; `on_step` hears how far the search is.
    Raises `TextError` for a text that is empty, too long, or in a script the model never saw, and `ModelError`
    where the model's numbers overflow.
    """
    encoding = read(model, text)
    found, output = _search(model, encoding, search, on_step)
    chosen = min(chosen, len(found) - 1)
    hypotheses = tuple(Hypothesis(model.tokenizer.decode(f.tokens), f.log_prob, f.score) for f in found)
    return _trace(model, text, encoding, found[chosen].tokens, hypotheses, chosen, output)


def trace_output(model: Model[Net], text: str, tokens: Sequence[int]) -> Trace:
    """Read `text` as if the model had written `tokens`, one id at least (teacher forcing); it need not have ended."""
    if not tokens:
        raise ValueError("an output of 0 tokens has no steps")
    return _trace(model, text, read(model, text), tuple(tokens))


@torch.inference_mode()
def _trace(
    model: Model[Net],
    text: str,
    encoding: Encoding,
    tokens: tuple[int, ...],
    hypotheses: tuple[Hypothesis, ...] = (),
    chosen: int = 0,
    output: Output | None = None,
) -> Trace:
    """Name all that the one teacher-forced pass computed; `output` is that pass, if the search made it already."""
    tokenizer, src = model.tokenizer, (*encoding.ids, model.tokenizer.eos)
    inputs = (tokenizer.bos, *tokens[:-1])
    output = output or model.net(torch.tensor([src]), torch.tensor([inputs]))
    model.checked(output.logits)  # a weight that is no number leaves none behind it
    src_axis, tgt_axis = axis(tokenizer, src), axis(tokenizer, inputs, writes=tokens)
    sides: dict[Kind, tuple[Axis, Axis]] = {
        "encoder_self": (src_axis, src_axis), "decoder_self": (tgt_axis, tgt_axis), "cross": (tgt_axis, src_axis)
    }  # fmt: skip
    return Trace(
        model=model.info.name,
        src_text=text,
        tgt_text=tokenizer.decode(tokens),
        maps=tuple(
            AttentionMap(kind, _array(output.maps[kind]), *axes, normalised=output.normalised)
            for kind, axes in sides.items()
            if kind in output.maps
        ),
        steps=_steps(tokenizer, output.logits[0], tokens),
        hypotheses=hypotheses,
        chosen=chosen,
        finished=tokens[-1] == tokenizer.eos,
    )


def read(model: Model[Net], text: str, language: str = "") -> Encoding:
    """The text as the model's pieces, or `TextError`; its length is capped before any memory is spent.

    language: what the text has to be written in, else what the model translates from.
    """
    if model.info.architecture not in TRANSLATORS:
        raise ModelError("model_no_translator", name=model.info.name)
    limit = model.info.config.max_len - 1  # </s> needs a place too
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


def output_limit(n_src: int, max_len: int) -> int:
    """How many tokens an output may have, `</s>` included: a model that repeats itself is cut off."""
    return min(2 * n_src + 10, max_len)


def find(
    model: Model[Net],
    encoding: Encoding,
    search: Search,
    on_step: decode.OnStep = decode.unheard,
    watch: decode.Watch = decode.unheard,
) -> list[decode.Found]:
    """The outputs that a search finds, best first; `watch` hears what a beam of 2 or more considers."""
    return _search(model, encoding, search, on_step, watch)[0]


@torch.inference_mode()
def _search(
    model: Model[Net],
    encoding: Encoding,
    search: Search,
    on_step: decode.OnStep,
    watch: decode.Watch = decode.unheard,
) -> tuple[list[decode.Found], Output | None]:
    """What was found, and the full pass over it where the search made one."""
    net = _Checked(model)
    bos, eos = model.tokenizer.bos, model.tokenizer.eos
    src = torch.tensor([[*encoding.ids, eos]])
    prefix = search.prefix
    limits = [max(len(prefix), output_limit(src.size(1), model.info.config.max_len))]
    if search.sampling:
        found = decode.sample(
            net, src, bos=bos, eos=eos, limits=limits, prefix=prefix, on_step=on_step, **asdict(search.sampling)
        )
        return found, None
    if search.beam > 1:
        found = decode.beam(
            net, src, bos=bos, eos=eos, limits=limits, prefix=prefix, on_step=on_step, watch=watch,
            width=search.beam, alpha=search.alpha,
        )[0]  # fmt: skip
        return found, None
    if not isinstance(model.net, Transformer):  # a recurrent step is small: nothing to draft
        return decode.greedy(net, src, bos=bos, eos=eos, limits=limits, prefix=prefix, on_step=on_step), None
    best, output = drafting.greedy(cast(Model, model), src, limits[0], prefix, on_step)
    return [best], output


class _Checked:
    """The model as a `Stepper` that raises `ModelError` where a step's numbers overflow."""

    def __init__(self, model: Model[Net]) -> None:
        self.model, net = model, cast(decode.Stepper[Any], model.net)
        self.start, self.reorder, self._step = net.start, net.reorder, net.step

    def step(self, state: Any, tokens: Tensor) -> tuple[Tensor, Any]:
        log_probs, state = self._step(state, tokens)
        return self.model.checked(log_probs), state


def axis(tokenizer: Tokenizer, ids: tuple[int, ...], writes: tuple[int, ...] = ()) -> Axis:
    """Name ids as people write them, and say which make up a word."""
    pieces = tokenizer.pieces(ids)
    starts = [i == 0 or _starts_word(pieces[i - 1], piece) for i, piece in enumerate(pieces)]
    word_of = [sum(starts[: i + 1]) - 1 for i in range(len(pieces))]
    members: list[list[int]] = [[] for _ in range(sum(starts))]
    for word, token in zip(word_of, ids, strict=True):
        members[word].append(token)
    words = [tokenizer.pieces(m)[0] if m[0] in _specials(tokenizer) else tokenizer.decode(m) for m in members]
    return Axis(
        tokens=tuple(_text(piece) for piece in pieces),
        word_of=tuple(word_of),
        words=tuple(word or _text(MARK) for word in words),
        special=tuple(token in _specials(tokenizer) for token in ids),
        writes=tuple(label(piece) for piece in tokenizer.pieces(writes)),
    )


def label(piece: str) -> str:
    """A piece standing alone: a thin dot before one that goes on with a word."""
    joins = piece not in SPECIALS and piece not in _BYTES and piece[0] != MARK and piece[0].isalnum()
    return f"·{piece}" if joins else _text(piece)


def _text(piece: str) -> str:
    if piece in _BYTES:
        return piece[1:-1]  # 0xF0
    return piece.removeprefix(MARK) or "␣"


def _starts_word(before: str, piece: str) -> bool:
    if piece in SPECIALS or before in SPECIALS or piece[0] == MARK:
        return True
    if piece in _BYTES:
        return False
    return not _word_like(piece) or not _word_like(before)


def _word_like(piece: str) -> bool:
    return piece in _BYTES or piece == MARK or piece[-1].isalnum() or piece in _INSIDE_A_WORD


def _specials(tokenizer: Tokenizer) -> tuple[int, ...]:
    return tokenizer.pad, tokenizer.bos, tokenizer.eos


def _steps(tokenizer: Tokenizer, logits: Tensor, tokens: tuple[int, ...]) -> tuple[Step, ...]:
    """What was written at each position, and the likeliest alternatives; logits [tgt, vocab]."""
    log_probs = logits.log_softmax(-1)
    top = log_probs.topk(min(TOP_K, log_probs.size(-1)))
    written = log_probs[range(len(tokens)), tokens].tolist()
    return tuple(
        Step(
            Candidate(label(piece), log_prob, token),
            tuple(
                Candidate(label(p), value, i)
                for p, value, i in zip(tokenizer.pieces(ids.tolist()), values.tolist(), ids.tolist(), strict=True)
            ),
        )
        for token, piece, log_prob, values, ids in zip(
            tokens, tokenizer.pieces(tokens), written, top.values, top.indices, strict=True
        )
    )


def _array(weights: Tensor) -> Floats:
    """[1, layer, head, query, key] -> numpy [layer, head, query, key]."""
    return np.asarray(weights[0].numpy())
