"""What a recurrent network keeps of a sentence: states and gates, both ways of reading, the kinds of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.nn.language_model import LanguageModel
from core.nn.recurrent import Recurrent
from core.text.tokenizer import Tokenizer
from core.trace import Axis, Candidate, Floats
from core.tracing import axis, encoded, label

LONGEST = 120  # pieces that the pages on recurrence read
ORDER = {"rnn": ("h",), "lstm": ("h", "c", "f", "i", "o", "g"), "gru": ("h", "r", "z", "n")}  # as they are shown
SIGMOIDS = ("f", "i", "o", "r", "z")  # the gates: each number between 0 and 1


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """One cell's reading of a sentence.

    parts: (name, [token, hidden]) in the order of `ORDER`: h, of the LSTM c, then the gates and what they let in.
    expects: after each token, the one held likeliest to follow.
    embedded: [token, d_model], what the cell was given.
    """

    cell: str
    axis: Axis
    parts: tuple[tuple[str, Floats], ...]
    expects: tuple[Candidate, ...]
    embedded: Floats

    def __getitem__(self, name: str) -> Floats:
        for part, values in self.parts:
            if part == name:
                return values
        raise KeyError(f"{self.cell} has no {name!r}")

    def __post_init__(self) -> None:
        for name, values in self.parts:
            if len(values) != len(self.axis):
                raise ValueError(f"{name}: {len(values)} columns for {len(self.axis)} tokens")


def ids_of(tokenizer: Tokenizer, text: str, language: str = "en") -> tuple[int, ...]:
    """`<s>` and the pieces; raises `TextError`."""
    return (tokenizer.bos, *encoded(tokenizer, text, language, LONGEST).ids)


@torch.inference_mode()
def states(net: LanguageModel, tokenizer: Tokenizer, text: str) -> States:
    """Every state and gate of the last layer over `<s>` and the pieces of `text`. Raises `TextError`."""
    ids = ids_of(tokenizer, text)
    details = net.details(torch.tensor([ids]))
    steps = details.recurrent.layers[-1][0].steps
    parts = tuple((name, array(getattr(steps, name)[0])) for name in ORDER[net.recurrent.cell])
    expects = expected(details.output.logits[0], tokenizer)
    return States(net.recurrent.cell, axis(tokenizer, ids), parts, expects, array(details.embedded[0]))


def expected(logits: Tensor, tokenizer: Tokenizer) -> tuple[Candidate, ...]:
    """The likeliest token of each row."""
    best, ids = logits.log_softmax(-1).max(-1)
    pieces = tokenizer.pieces(ids.tolist())
    return tuple(Candidate(label(p), v, i) for p, v, i in zip(pieces, best.tolist(), ids.tolist(), strict=True))


def words_only(found: States) -> States:
    """Only the columns after each word's last piece: what the network has made of the whole word."""
    a = found.axis
    last = [i for i in range(len(a)) if i + 1 == len(a) or not a.continues(i + 1)]
    short = Axis(a.words, tuple(range(len(a.words))), a.words, tuple(a.special[i] for i in last))
    parts = tuple((name, values[last]) for name, values in found.parts)
    return States(found.cell, short, parts, tuple(found.expects[i] for i in last), found.embedded[last])


@dataclass(frozen=True, slots=True, eq=False)
class BothWays:
    """A bidirectional layer over a sentence, [token, hidden] each way, and what striking out one word changes.

    struck: which word (of axis.words) had its input set to 0; forward_moved, backward_moved: [token], how far each
    state is from what it was, in shares of its length.
    """

    axis: Axis
    forward: Floats
    backward: Floats
    struck: int
    forward_moved: Floats
    backward_moved: Floats

    @property
    def together(self) -> Floats:
        """[forward; backward], the contextual embedding."""
        return np.concatenate([self.forward, self.backward], -1)


@torch.inference_mode()
def both_ways(layer: Recurrent, embedded: Tensor, words: Axis, struck: int) -> BothWays:
    """embedded: [1, n, d]. Raises `ValueError` for a word that is not there."""
    if not 0 <= struck < len(words.words):
        raise ValueError(f"word {struck} of {len(words.words)}")
    without = embedded.clone()
    without[0, [i for i, word in enumerate(words.word_of) if word == struck]] = 0
    before, after = (_read_both(layer, x) for x in (embedded, without))
    moved = [_moved(one, other) for one, other in zip(before, after, strict=True)]
    forward, backward = map(array, before)
    return BothWays(words, forward, backward, struck, *moved)


def _read_both(layer: Recurrent, x: Tensor) -> tuple[Tensor, Tensor]:
    forward, backward = layer.details(x).layers[-1]
    return forward.steps.h[0], backward.steps.h[0]


def _moved(before: Tensor, after: Tensor) -> Floats:
    return array((after - before).norm(dim=-1) / before.norm(dim=-1).clamp_min(1e-12))


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One step of a use: what goes in ("" for nothing), the state, what comes out ("" for nothing).

    fed: the input is the output of the step before. part: "" or, of an encoder-decoder, "encoder" and "decoder".
    """

    read: str
    state: Floats
    written: str
    fed: bool = False
    part: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """x, h, y: the shapes of all that goes in, of the states, and of all that comes out (before the softmax)."""

    kind: str
    columns: tuple[Column, ...]
    x: tuple[int, int]
    h: tuple[int, int]
    y: tuple[int, int]


@torch.inference_mode()
def uses(net: LanguageModel, tokenizer: Tokenizer, text: str, limit: int = 8) -> tuple[Use, ...]:
    """One-to-one, one-to-many, many-to-one and many-to-many aligned, with this network on this text."""
    found = states(net, tokenizer, text)
    h, tokens = found["h"], found.axis.tokens
    d, vocab = found.embedded.shape[1], net.config.vocab_size
    wrote = [candidate.token for candidate in found.expects]
    first = ids_of(tokenizer, text)[1]
    alone = states_after(net, tokenizer, [first])
    n, hidden = h.shape
    aligned = tuple(Column(x, state, y) for x, state, y in zip(tokens, h, wrote, strict=True))
    last = tuple(Column(c.read, c.state, c.written if i == n - 1 else "") for i, c in enumerate(aligned))
    many = goes_on(net, tokenizer, first, limit)
    return (
        Use("one_one", alone, (1, d), (1, hidden), (1, vocab)),
        Use("one_many", many, (1, d), (len(many), hidden), (len(many), vocab)),
        Use("many_one", last, (n, d), (n, hidden), (1, vocab)),
        Use("aligned", aligned, (n, d), (n, hidden), (n, vocab)),
    )


def states_after(net: LanguageModel, tokenizer: Tokenizer, ids: Sequence[int]) -> tuple[Column, ...]:
    """A column a token, each with what is held likeliest to follow."""
    details = net.details(torch.tensor([list(ids)]))
    names, wrote = axis(tokenizer, tuple(ids)).tokens, expected(details.output.logits[0], tokenizer)
    h = array(details.recurrent.out[0])
    return tuple(Column(x, state, y.token) for x, state, y in zip(names, h, wrote, strict=True))


def goes_on(net: LanguageModel, tokenizer: Tokenizer, first: int, limit: int) -> tuple[Column, ...]:
    """One token in; from then on each output is the next input (greedy), until `</s>` or `limit` steps."""
    ids = [first]
    while len(ids) < limit:
        (best,) = net(torch.tensor([ids])).logits[:, -1].argmax(-1).tolist()
        if best == tokenizer.eos:
            break
        ids.append(best)
    columns = states_after(net, tokenizer, ids)
    return tuple(Column(c.read, c.state, c.written, fed=i > 0) for i, c in enumerate(columns))


@torch.inference_mode()
def encoder_decoder(
    encoder: LanguageModel, decoder: LanguageModel, tokenizer: Tokenizer, text: str, limit: int = 8
) -> Use:
    """The last state of one network is where the other begins: `<s>`, then its own outputs (Sutskever et al. 2014)."""
    ids = ids_of(tokenizer, text)[1:]
    read = encoder.details(torch.tensor([ids])).recurrent
    state, token, layer = read.last, tokenizer.bos, decoder.recurrent
    columns = [Column(x, h, "", part="encoder") for x, h in zip(axis(tokenizer, ids).tokens, array(read.out[0]),
                                                                  strict=True)]  # fmt: skip
    while len(columns) < len(ids) + limit:
        details = layer.details(decoder.embed(torch.tensor([[token]])), state=state)
        (best,) = expected(decoder.output(details.out)[0], tokenizer)
        (name,) = axis(tokenizer, (token,)).tokens
        fed = len(columns) > len(ids)
        columns.append(Column(name, array(details.out[0, 0]), best.token, fed, "decoder"))
        state, token = details.last, best.id if best.id is not None else tokenizer.eos
        if token == tokenizer.eos:
            break
    n = len(columns) - len(ids)
    d, hidden = encoder.config.d_model, encoder.config.hidden
    return Use("encoder_decoder", tuple(columns), (len(ids), d), (len(columns), hidden),
               (n, decoder.config.vocab_size))  # fmt: skip


def array(values: Tensor) -> Floats:
    return np.asarray(values.detach().float().numpy())


def by_hand(x: Floats, w_ih: Floats, w_hh: Floats, b: Floats) -> Floats:
    """tanh(W_xh x_t + W_hh h_(t-1) + b), [token, hidden], from h_0 = 0: the whole of a plain RNN."""
    h, out = np.zeros(len(w_hh), np.float32), []
    for row in x:
        h = np.tanh(w_ih @ row + w_hh @ h + b)
        out.append(h)
    return np.array(out, np.float32)
