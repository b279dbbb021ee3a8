"""What a run left behind: one record for every model, so that every view works with every model.

Plain data and numpy; knows no model and no picture. A record validates itself
when it is made, and goes to JSON or .npz and back without loss.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

Kind = Literal["encoder_self", "decoder_self", "cross"]
Floats = npt.NDArray[np.float32]
# What numpy and zipfile raise, between them, for bytes that are no .npz.
_UNREADABLE = (OSError, EOFError, LookupError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class Axis:
    """The tokens along one side of a map, and how they make up words.

    tokens: each piece as people write it, without a start-of-word mark; a byte
    of a character outside the alphabet as its two hex digits.
    word_of: the index into `words` of each token, never falling.
    special: True for tokens nobody typed (`<s>`, `</s>`, `[CLS]` ...).
    writes: for a decoder's inputs, the token each one is about to write; else empty.
    """

    tokens: tuple[str, ...]
    word_of: tuple[int, ...]
    words: tuple[str, ...]
    special: tuple[bool, ...]
    writes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.tokens)
        for name in ("word_of", "special"):
            if len(getattr(self, name)) != n:
                raise ValueError(f"{name} has {len(getattr(self, name))} entries for {n} tokens")
        if len(self.writes) not in (0, n):
            raise ValueError(f"writes has {len(self.writes)} entries for {n} tokens")
        # Each word has a token, words come in order: 0, 0, 1, 2, 2 ...
        jumps = {b - a for a, b in zip((-1, *self.word_of), self.word_of, strict=False)}
        if not jumps <= {0, 1} or (n and self.word_of[0] != 0) or (self.word_of or (-1,))[-1] + 1 != len(self.words):
            raise ValueError(f"word_of {self.word_of} does not count through {len(self.words)} words")

    def __len__(self) -> int:
        return len(self.tokens)

    def continues(self, i: int) -> bool:
        """Is token i a later piece of the word before it?"""
        return i > 0 and self.word_of[i] == self.word_of[i - 1]


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single truth value
class AttentionMap:
    """Weights together with the tokens that name both axes.

    weights: [layer, head, query, key], float32; each row sums to 1 over `key`.
    Decoder queries are the decoder's *inputs* (`<s>`, y1, ...).
    """

    kind: Kind
    weights: Floats
    queries: Axis
    keys: Axis
    normalised: bool = True  # Luong's local-p weights are not

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"unknown kind {self.kind!r}")
        if self.weights.ndim != 4 or self.weights.shape[2:] != (len(self.queries), len(self.keys)):
            raise ValueError(
                f"{self.kind}: weights {self.weights.shape} do not fit "
                f"{len(self.queries)} queries x {len(self.keys)} keys"
            )
        if self.weights.dtype != np.float32:
            raise ValueError(f"{self.kind}: weights are {self.weights.dtype}, not float32")
        if not np.isfinite(self.weights).all() or (self.weights.size and self.weights.min() < 0):
            raise ValueError(f"{self.kind}: weights are not all finite and at least 0")
        if self.normalised and not np.allclose(self.weights.sum(-1), 1, atol=1e-3):
            raise ValueError(f"{self.kind}: the rows do not sum to 1")

    @property
    def n_layers(self) -> int:
        return int(self.weights.shape[0])

    @property
    def n_heads(self) -> int:
        return int(self.weights.shape[1])

    def head(self, layer: int, head: int) -> Floats:
        """One head's weights, [query, key]."""
        return self.weights[layer, head]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token the model could have written, with its natural-log probability, and its id in the model's vocabulary."""

    token: str
    log_prob: float
    id: int | None = None  # unknown to records that are older, or of a model without a search


@dataclass(frozen=True, slots=True)
class Step:
    """One position of the output: what was written there, and the likeliest alternatives, best first."""

    written: Candidate
    top: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One whole output of a search, with the sum of its log-probabilities and the score it was ranked by."""

    text: str
    log_prob: float
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Named values over named axes: q, k, gates, the residual stream ... `axes` names each axis of `values`."""

    name: str
    axes: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        if len(self.axes) != self.values.ndim:
            raise ValueError(f"{self.name}: {len(self.axes)} axis names for values {self.values.shape}")
        if self.values.dtype != np.float32:
            raise ValueError(f"{self.name}: values are {self.values.dtype}, not float32")


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One text read by one model.

    finished: the output ended by `</s>`, not at the length limit.
    hypotheses: what the search found, best first; the maps belong to number `chosen`.
    """

    model: str
    src_text: str
    tgt_text: str
    maps: tuple[AttentionMap, ...]
    steps: tuple[Step, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    chosen: int = 0
    finished: bool = True
    series: tuple[Series, ...] = ()

    def __post_init__(self) -> None:
        for what, names in (("map", [m.kind for m in self.maps]), ("series", [s.name for s in self.series])):
            if len(set(names)) != len(names):
                raise ValueError(f"a {what} is there twice: {names}")
        if self.hypotheses and not 0 <= self.chosen < len(self.hypotheses):
            raise ValueError(f"chosen {self.chosen} of {len(self.hypotheses)} hypotheses")
        for m in self.maps:
            if m.kind != "encoder_self" and self.steps and len(m.queries) != len(self.steps):
                raise ValueError(f"{m.kind}: {len(m.queries)} queries for {len(self.steps)} steps")

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(m.kind for m in self.maps)

    @property
    def nbytes(self) -> int:
        """Of its arrays."""
        return sum(m.weights.nbytes for m in self.maps) + sum(s.values.nbytes for s in self.series)

    @property
    def ids(self) -> tuple[int, ...]:
        """What was written, as far as it is known."""
        return tuple(step.written.id for step in self.steps if step.written.id is not None)

    @property
    def log_prob(self) -> float:
        return sum(step.written.log_prob for step in self.steps)

    def __getitem__(self, kind: str) -> AttentionMap:
        for m in self.maps:
            if m.kind == kind:
                return m
        raise KeyError(f"this trace has no {kind!r}, only {', '.join(self.kinds)}")

    def to_json(self) -> str:
        return json.dumps(_encode(self, lambda array: array.tolist()), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Trace:
        return _decode(json.loads(text), lambda values: np.array(values, np.float32))

    def to_npz(self, small: bool = True) -> bytes:
        """A numpy archive: `record` is the JSON without the arrays, which stand beside it by name.

        Made small it takes twenty times as long: not for what is read at once.
        """
        arrays: dict[str, Floats] = {}

        def put(array: Floats) -> str:
            arrays[f"array_{len(arrays)}"] = array
            return f"array_{len(arrays) - 1}"

        record = json.dumps(_encode(self, put), ensure_ascii=False)
        buffer = io.BytesIO()
        save = np.savez_compressed if small else np.savez
        save(buffer, allow_pickle=False, record=np.array(record), **arrays)
        return buffer.getvalue()

    @classmethod
    def from_npz(cls, data: bytes) -> Trace:
        """Raises `ValueError` for bytes that are no such archive; never unpickles."""
        try:
            archive = np.load(io.BytesIO(data), allow_pickle=False)
            record, arrays = json.loads(str(archive["record"])), {name: archive[name] for name in archive.files}
        except _UNREADABLE as error:
            raise ValueError(f"this is not a trace: {error!r}") from error
        return _decode(record, arrays.__getitem__)


def _encode(trace: Trace, array: Any) -> dict[str, Any]:
    """Plain lists and dicts; `array` says how an array is kept."""

    def axis(a: Axis) -> dict[str, Any]:
        return {"tokens": a.tokens, "word_of": a.word_of, "words": a.words, "special": a.special, "writes": a.writes}

    def candidate(c: Candidate) -> list[Any]:
        return [c.token, c.log_prob, c.id]

    return {
        "model": trace.model,
        "src_text": trace.src_text,
        "tgt_text": trace.tgt_text,
        "chosen": trace.chosen,
        "finished": trace.finished,
        "hypotheses": [[h.text, h.log_prob, h.score] for h in trace.hypotheses],
        "steps": [{"written": candidate(s.written), "top": [candidate(c) for c in s.top]} for s in trace.steps],
        "maps": [
            {
                "kind": m.kind,
                "normalised": m.normalised,
                "queries": axis(m.queries),
                "keys": axis(m.keys),
                "shape": m.weights.shape,
                "weights": array(m.weights),
            }
            for m in trace.maps
        ],
        "series": [
            {"name": s.name, "axes": s.axes, "shape": s.values.shape, "values": array(s.values)} for s in trace.series
        ],
    }


def _decode(record: dict[str, Any], array: Any) -> Trace:
    """The way back; raises `ValueError` for a record that is not a trace."""

    def axis(a: dict[str, Any]) -> Axis:
        return Axis(**{name: tuple(values) for name, values in a.items()})

    try:
        return Trace(
            model=record["model"],
            src_text=record["src_text"],
            tgt_text=record["tgt_text"],
            chosen=record["chosen"],
            finished=record["finished"],
            hypotheses=tuple(Hypothesis(*h) for h in record["hypotheses"]),
            steps=tuple(
                Step(Candidate(*s["written"]), tuple(Candidate(*c) for c in s["top"])) for s in record["steps"]
            ),
            maps=tuple(
                AttentionMap(
                    m["kind"],
                    array(m["weights"]).reshape(m["shape"]),
                    axis(m["queries"]),
                    axis(m["keys"]),
                    m["normalised"],
                )
                for m in record["maps"]
            ),
            series=tuple(
                Series(s["name"], tuple(s["axes"]), array(s["values"]).reshape(s["shape"])) for s in record["series"]
            ),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is not a trace: {error!r}") from error
