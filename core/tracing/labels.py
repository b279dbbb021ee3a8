"""Ids as people read them: the names along an axis, and of what was written at each step."""

from __future__ import annotations

from torch import Tensor

from core.text.tokenizer import BYTES, MARK, SPECIALS, Tokenizer
from core.trace import Axis, Candidate, Step

TOP_K = 10
_BYTES = frozenset(BYTES)  # asked for each of ten candidates a step
_INSIDE_A_WORD = ("'", "-")  # don't, qu'il, week-end: one word


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


def steps(tokenizer: Tokenizer, logits: Tensor, tokens: tuple[int, ...]) -> tuple[Step, ...]:
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
