"""Text to pieces and back: a joint BPE (Sennrich et al. 2016) with bytes for what it never saw.

A piece that starts a word carries a start-of-word mark (U+2581), as in
SentencePiece; punctuation and apostrophes are pieces of their own. Of Hangul, a
character is a syllable, and all that the corpus has are in the alphabet: pieces
are whole syllables, one or several. Decomposed Hangul is composed first. Every
Unicode text can be encoded: characters outside the alphabet become UTF-8 bytes.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import Tokenizer as _Tokenizer

PAD, BOS, EOS, MASK = "<pad>", "<s>", "</s>", "<mask>"
SPECIALS = (PAD, BOS, EOS)  # every model's; BERT's has `<mask>` too
MARK = "\u2581"
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))


@dataclass(frozen=True, slots=True)
class Encoding:
    """A text as the model reads it.

    ids, pieces: one entry a piece, without `<s>` and `</s>`.
    spans: where each piece stands in the text as typed, [start, end) in characters.
    """

    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


class Tokenizer:
    """A trained vocabulary. Special tokens never come out of typed text: `</s>` is four characters."""

    def __init__(self, backend: _Tokenizer) -> None:
        backend.encode_special_tokens = True
        self._backend = backend
        self.pad, self.bos, self.eos = (self._id(token) for token in SPECIALS)

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        return cls(_Tokenizer.from_file(str(path)))

    def save(self, path: Path) -> None:
        self._backend.save(str(path))

    @property
    def mask(self) -> int:
        """BERT's blank; raises `ValueError` where a vocabulary has none."""
        return self._id(MASK)

    def with_mask(self) -> Tokenizer:
        """The same pieces and, as the last id, `<mask>`; the same tokenizer if it has one."""
        if self._backend.token_to_id(MASK) is not None:
            return self
        backend = _Tokenizer.from_str(self._backend.to_str())
        backend.add_special_tokens([AddedToken(MASK, special=True)])
        return Tokenizer(backend)

    def _id(self, token: str) -> int:
        found: int | None = self._backend.token_to_id(token)
        if found is None:
            raise ValueError(f"the vocabulary has no {token}")
        return found

    def __len__(self) -> int:
        return int(self._backend.get_vocab_size())

    def encode(self, text: str) -> Encoding:
        encoded = self._backend.encode(text, add_special_tokens=False)
        return Encoding(tuple(encoded.ids), tuple(encoded.tokens), tuple(encoded.offsets))

    def encode_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Many texts at once, ids only: for training and evaluation."""
        return [e.ids for e in self._backend.encode_batch_fast(list(texts), add_special_tokens=False)]

    def decode(self, ids: Iterable[int]) -> str:
        """Ids back to text; special tokens are left out."""
        return str(self._backend.decode(list(ids), skip_special_tokens=True))

    def pieces(self, ids: Iterable[int]) -> tuple[str, ...]:
        return tuple(str(self._backend.id_to_token(i)) for i in ids)


def train_tokenizer(texts: Iterable[str], vocab_size: int, alphabet: int = 200) -> Tokenizer:
    """A vocabulary of about `vocab_size` pieces: specials, 256 bytes, all Hangul syllables that occur, the `alphabet`
    commonest other characters, merges."""
    backend, texts = _blank(models.BPE()), list(texts)
    syllables = sorted({c for text in texts for c in unicodedata.normalize("NFC", text) if "가" <= c <= "힣"})
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - len(BYTES),
        special_tokens=list(SPECIALS),
        initial_alphabet=syllables,
        limit_alphabet=alphabet + len(syllables),
        min_frequency=2,
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    return Tokenizer(_with_bytes(backend))


def _blank(model: models.BPE) -> _Tokenizer:
    """The pipeline round a model: normalise as the corpus does, split words and punctuation, and back."""
    backend = _Tokenizer(model)
    backend.normalizer = normalizers.Sequence(
        [
            normalizers.NFC(),
            normalizers.Replace(Regex("[\u2018\u2019\u02bc]"), "'"),
            normalizers.Replace(Regex(r"\s+"), " "),
            normalizers.Replace(Regex(r"\p{Cc}+"), ""),
            normalizers.Strip(),
        ]
    )
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(MARK, prepend_scheme="always", split=True),
            # A mark before punctuation ("vous ?") stays with it: a lone mark would be a token that means nothing.
            pre_tokenizers.Split(Regex(rf"{MARK}?[^\p{{L}}\p{{M}}\p{{N}}{MARK}]"), behavior="isolated"),
        ]
    )
    backend.decoder = decoders.Sequence(
        [
            decoders.Replace(MARK, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    return backend


def _with_bytes(trained: _Tokenizer) -> _Tokenizer:
    """Put the byte pieces into the vocabulary itself, after the specials.

    The trainer can add them only as special tokens, and these would vanish from
    every decoded text; without them `byte_fallback` drops what it does not know.
    """
    model = json.loads(trained.to_str())["model"]
    learned = [piece for piece, _ in sorted(model["vocab"].items(), key=lambda item: item[1]) if piece not in SPECIALS]
    vocab = {piece: i for i, piece in enumerate((*SPECIALS, *BYTES, *learned))}
    merges = [tuple(merge) for merge in model["merges"]]
    backend = _blank(models.BPE(vocab=vocab, merges=merges, byte_fallback=True))
    backend.add_special_tokens([AddedToken(token, special=True) for token in SPECIALS])
    return backend
