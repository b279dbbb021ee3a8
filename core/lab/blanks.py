"""What an encoder alone was trained for, asked of it: the words of blanks, and whether a sentence follows."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.errors import TextError
from core.models import Model
from core.nn.bert import Bert
from core.text.blanks import Corrupted, Fate, Rates, blanked
from core.text.stories import stories
from core.text.tokenizer import MASK, Tokenizer
from core.trace import AttentionMap, Axis, Candidate, Floats, Trace
from core.tracing import axis, encoded, label

TOP_K = 15
DRAWS = 10_000
FATES: tuple[Fate, ...] = ("kept", "masked", "random", "unchanged")
BLANK = "[MASK]"  # as the paper writes it


@dataclass(frozen=True, slots=True)
class Read:
    """A text as it goes into training, `<s>` first and `</s>` last: its ids, and what they are called."""

    ids: tuple[int, ...]
    axis: Axis

    @property
    def own(self) -> tuple[int, ...]:
        """The places of what was typed: those that may be chosen."""
        return tuple(i for i, special in enumerate(self.axis.special) if not special)


def read(tokenizer: Tokenizer, text: str, language: str, max_len: int) -> Read:
    """Raises `TextError`."""
    ids = (tokenizer.bos, *encoded(tokenizer, text, language, max_len - 2).ids, tokenizer.eos)
    return Read(ids, axis(tokenizer, ids))


def drawn(tokenizer: Tokenizer, one: Read, seed: int, rates: Rates) -> Corrupted:
    """As each batch of the training draws it."""
    return blanked(tokenizer, one.ids, random.Random(seed), rates)


def hidden(tokenizer: Tokenizer, one: Read, word: int) -> Corrupted:
    """One word of the axis behind a blank, with all its pieces; a special token stays."""
    chosen = {i for i in one.own if one.axis.word_of[i] == word}
    ids = tuple(tokenizer.mask if i in chosen else token for i, token in enumerate(one.ids))
    return Corrupted(ids, tuple("masked" if i in chosen else "kept" for i in range(len(ids))))


def seen(tokenizer: Tokenizer, one: Read, what: Corrupted) -> Axis:
    """What the model gets to see; each piece is a word of its own, since a random one makes no word with the next."""
    names = tuple(called(tokenizer, token) for token in what.ids)
    return Axis(names, tuple(range(len(names))), names, one.axis.special)


def called(tokenizer: Tokenizer, token: int) -> str:
    piece = tokenizer.pieces([token])[0]
    return BLANK if piece == MASK else label(piece)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a text's tokens in many draws. nothing: draws that chose no token at all."""

    draws: int
    tokens: int  # of the text; a draw decides about each of them
    counts: dict[Fate, int]
    nothing: int

    def share(self, fate: Fate) -> float:
        return self.counts[fate] / (self.draws * self.tokens)


def tally(tokenizer: Tokenizer, one: Read, seed: int, rates: Rates, draws: int = DRAWS) -> Tally:
    """The training's own function, so many times."""
    rng, counts, nothing = random.Random(seed), Counter[Fate](), 0
    for _ in range(draws):
        fates = blanked(tokenizer, one.ids, rng, rates).fates
        counts.update(fates)
        nothing += fates.count("kept") == len(fates)
    n = len(one.own)
    counts["kept"] -= draws * (len(one.ids) - n)  # `<s>` and `</s>`, which nothing is decided about
    return Tally(draws, n, {fate: counts[fate] for fate in FATES}, nothing)


def expected(rates: Rates) -> dict[Fate, float]:
    """Of all tokens."""
    c, m, r = rates.chosen, rates.masked, rates.random
    return {"kept": 1 - c, "masked": c * m, "random": c * r, "unchanged": max(0.0, c * (1 - m - r))}


@dataclass(frozen=True, slots=True)
class Place:
    """One chosen token. was: the original and how likely the model held it; rank: 1 is its first guess."""

    at: int
    was: Candidate
    rank: int
    top: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """A corrupted text as the model reads it: an answer for each chosen place, and what every head looked at."""

    places: tuple[Place, ...]
    trace: Trace

    @property
    def loss(self) -> float | None:
        """The mean of -ln p over the chosen places alone; None where nothing was chosen."""
        return -float(np.mean([place.was.log_prob for place in self.places])) if self.places else None


@torch.inference_mode()
def filled(model: Model[Bert], text: str, one: Read, what: Corrupted) -> Filled:
    """Raises `ModelError` where the model's numbers overflow."""
    output = model.net(torch.tensor([what.ids]))
    log_probs = model.checked(output.logits)[0].float().log_softmax(-1)
    names = seen(model.tokenizer, one, what)
    maps = AttentionMap("encoder_self", np.asarray(output.encoder_self[0].numpy()), names, names)
    places = tuple(_place(model.tokenizer, log_probs[at], at, one.ids[at]) for at in what.chosen)
    return Filled(places, Trace(model.info.name, text, "", (maps,)))


def _place(tokenizer: Tokenizer, log_probs: torch.Tensor, at: int, was: int) -> Place:
    best = log_probs.topk(min(TOP_K, len(log_probs)))
    own = float(log_probs[was])
    top = tuple(
        Candidate(called(tokenizer, token), value, token)
        for token, value in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    )
    rank = 1 + int((log_probs > log_probs[was]).sum())
    return Place(at, Candidate(called(tokenizer, was), own, was), rank, top)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts as one sequence, `<s> a </s> b </s>`; segments: 0 up to the first `</s>`, then 1."""

    ids: tuple[int, ...]
    segments: tuple[int, ...]
    axis: Axis


def pair(tokenizer: Tokenizer, first: str, second: str, language: str, max_len: int) -> Pair:
    """Raises `TextError`."""
    a, b = (encoded(tokenizer, text, language, max_len - 3).ids for text in (first, second))
    if len(a) + len(b) > max_len - 3:
        raise TextError("too_long", n=len(a) + len(b), limit=max_len - 3)
    return paired(tokenizer, a, b)


def paired(tokenizer: Tokenizer, a: Sequence[int], b: Sequence[int]) -> Pair:
    """Of ids without special tokens."""
    ids = (tokenizer.bos, *a, tokenizer.eos, *b, tokenizer.eos)
    return Pair(ids, (0,) * (len(a) + 2) + (1,) * (len(b) + 1), axis(tokenizer, ids))


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """follows: the probability that the second follows. The rest is what is added up for each token.

    token, position: [n, d_model]; segments: [2, d_model], the vectors of both.
    """

    follows: float
    token: Floats
    position: Floats
    segments: Floats


@torch.inference_mode()
def judged(model: Model[Bert], one: Pair) -> Judged:
    found = model.net.details(torch.tensor([one.ids]), torch.tensor([one.segments]))
    model.checked(found.output.follows)
    e = found.embedded
    vectors = (np.asarray(v.numpy(), np.float32) for v in (e.token[0], e.position, model.net.segments.weight))
    return Judged(float(found.output.follows.softmax(-1)[0, 0]), *vectors)


@torch.inference_mode()
def follows(model: Model[Bert], one: Pair) -> float:
    """The probability that the second follows the first (NSP)."""
    return float(model.net(torch.tensor([one.ids]), torch.tensor([one.segments])).follows.softmax(-1)[0, 0])


@dataclass(frozen=True, slots=True)
class Guessed:
    """How often it is right, and how often it was asked."""

    words: float  # of the chosen tokens
    n_words: int
    follows: float  # of pairs of templates that training never put together
    n_pairs: int


@torch.inference_mode()
def guesses(model: Model[Bert], sentences: Sequence[str], seed: int = 1, n_pairs: int = 2000) -> Guessed:
    """Blanks as in training, each filled in by the likeliest word; then stories."""
    tokenizer, rng, right, asked = model.tokenizer, random.Random(seed), 0, 0
    for ids in tokenizer.encode_ids(sentences):
        row = [tokenizer.bos, *ids[: model.info.config.max_len - 2], tokenizer.eos]
        what = blanked(tokenizer, row, rng)
        best = model.net(torch.tensor([what.ids])).logits[0].argmax(-1).tolist() if what.chosen else []
        right += sum(best[i] == row[i] for i in what.chosen)
        asked += len(what.chosen)
    told = stories(seed, n_pairs, held_out=True)
    firsts, seconds = (tokenizer.encode_ids([getattr(one, side) for one in told]) for side in ("first", "second"))
    hits = sum(
        (follows(model, paired(tokenizer, a, b)) > 0.5) == one.follows
        for a, b, one in zip(firsts, seconds, told, strict=True)
    )
    return Guessed(right / max(asked, 1), asked, hits / n_pairs, n_pairs)
