"""Any text goes in, and the same text comes out; pieces stand where they say."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from core.text.tokenizer import BYTES, MARK, SPECIALS, Tokenizer, train_tokenizer
from core.train.grammar import write

NASTY = [
    "I don't know.",
    "Qu'est-ce que c'est ?",
    "L'été, à Noël : « œuf » — ça va…",
    "  spaces   at both ends  ",
    "tabs\tand\nlines\r\nand\u2028more\u00a0spaces",
    "",
    " ",
    "😀",
    "a family 👨‍👩‍👧‍👦, a flag 🇰🇷, a tone 👍🏽, a heart ❤️",
    "한국어 문장입니다.",
    "\u1112\u1161\u11ab\u1100\u116e\u11a8",  # 한국, decomposed as macOS writes it
    "e\u0301te\u0301",  # été, decomposed
    "\x00nul\x00 and \x07bell\x1b[31m",
    "</s>",
    "<s> and <pad> and </s>!",
    "<0x41>",
    "<0xF0><0x9F>",
    "日本語 العربية עברית हिन्दी ไทย",
    "zero\u200bwidth \u200djoiner \ufeffmark",
    "𝒳𐍈𠜎",
    "ﬁne ½ ²",
    "''' ’’ `` \"\" --- ... !?!?",
    "3,14 1.000.000 50% #tag @name a_b a/b\\c",
    "x" * 300,
]


def as_read(text: str) -> str:
    """What the tokenizer promises to keep of a text: all but the way of writing composed letters, apostrophes, gaps."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub("[\u2018\u2019\u02bc]", "'", text)
    text = re.sub(r"\s+", " ", text)
    return "".join(c for c in text if unicodedata.category(c) != "Cc").strip()


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_text_comes_back_as_it_was(tokenizer: Tokenizer, text: str):
    assert tokenizer.decode(tokenizer.encode(text).ids) == as_read(text)


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_no_text_makes_a_special_token(tokenizer: Tokenizer, text: str):
    encoding = tokenizer.encode(text)
    assert not set(encoding.ids) & {tokenizer.pad, tokenizer.bos, tokenizer.eos}
    assert tokenizer.pieces(encoding.ids) == encoding.pieces


@pytest.mark.parametrize("text", ["</s>", "<s>", "<pad>", "<0x41>"])
def test_typed_control_tokens_are_text(tokenizer: Tokenizer, text: str):
    encoding = tokenizer.encode(text)
    assert len(encoding.ids) > 1
    assert text not in encoding.pieces
    assert tokenizer.decode(encoding.ids) == text


def test_decomposed_hangul_is_read_as_composed(tokenizer: Tokenizer):
    assert tokenizer.encode("\u1112\u1161\u11ab").ids == tokenizer.encode("한").ids


@pytest.mark.parametrize("apostrophe", ["\u2018", "\u2019", "\u02bc"])
def test_every_apostrophe_is_the_typewriters(tokenizer: Tokenizer, apostrophe: str):
    assert tokenizer.encode(f"I don{apostrophe}t know").ids == tokenizer.encode("I don't know").ids


def test_characters_outside_the_alphabet_become_their_bytes(tokenizer: Tokenizer):
    pieces = tokenizer.encode("한").pieces
    assert bytes(int(piece[3:5], 16) for piece in pieces if piece in BYTES) == "한".encode()
    assert all(piece in BYTES or piece == MARK for piece in pieces)


@pytest.mark.parametrize("text", ["The cat. The dog!", "Où est Tom ?", "I don't know...", "J'ai un chat-chien."])
def test_punctuation_and_apostrophes_are_pieces_of_their_own(tokenizer: Tokenizer, text: str):
    for piece in tokenizer.encode(text).pieces:
        bare = piece.removeprefix(MARK)
        assert bare.isalnum() or len(bare) == 1, piece


def test_only_the_first_piece_of_a_word_carries_the_mark(tokenizer: Tokenizer):
    pieces = tokenizer.encode("The unbelievable cat").pieces
    assert "".join(pieces) == f"{MARK}The{MARK}unbelievable{MARK}cat"
    assert sum(piece.startswith(MARK) for piece in pieces) == 3


def test_spans_point_into_the_text_as_typed(tokenizer: Tokenizer):
    for text in ("  The  cat doesn’t\tsleep .", "Où est l'été ?", "a 😀 b", "\x00The\x07 cat"):
        encoding = tokenizer.encode(text)
        assert "".join(text[a:b] for a, b in encoding.spans if b > a)  # something, and in order:
        assert list(encoding.spans) == sorted(encoding.spans)
        for piece, (a, b) in zip(encoding.pieces, encoding.spans, strict=True):
            bare = piece.removeprefix(MARK)
            if piece in BYTES:  # all bytes of a character stand where it stands
                assert piece == BYTES[text[a:b].encode()[_nth_byte(encoding.spans, encoding.pieces, a, piece)]]
            elif bare:
                assert as_read(text[a:b]) == bare


def _nth_byte(spans: tuple[tuple[int, int], ...], pieces: tuple[str, ...], start: int, piece: str) -> int:
    own = [p for p, (a, _) in zip(pieces, spans, strict=True) if a == start and p in BYTES]
    return own.index(piece)


def test_saved_and_loaded_it_is_the_same(tokenizer: Tokenizer, tmp_path: Path):
    tokenizer.save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    assert len(loaded) == len(tokenizer)
    for text in NASTY:
        assert loaded.encode(text) == tokenizer.encode(text)


def test_many_at_once_are_each_alone(tokenizer: Tokenizer):
    assert tokenizer.encode_ids(NASTY) == [list(tokenizer.encode(text).ids) for text in NASTY]


def test_special_tokens_are_left_out_of_the_text(tokenizer: Tokenizer):
    ids = tokenizer.encode("The cat").ids
    assert tokenizer.decode([tokenizer.bos, *ids, tokenizer.eos, tokenizer.pad]) == "The cat"
    assert tokenizer.pieces([tokenizer.pad, tokenizer.bos, tokenizer.eos]) == SPECIALS


def test_the_vocabulary_holds_specials_bytes_and_what_it_learned():
    texts = ["the cat", "the dog", "the house", "a cat"] * 5
    tokenizer = train_tokenizer(texts, 300)
    assert tokenizer.pieces(range(3 + 256)) == SPECIALS + BYTES
    assert len(tokenizer) <= 300
    assert tokenizer.encode("the cat").pieces == (f"{MARK}the", f"{MARK}cat")


def test_training_twice_gives_the_same_vocabulary(pairs: list[tuple[str, str]], tokenizer: Tokenizer):
    again = train_tokenizer((side for pair in pairs for side in pair), 500)
    assert again.pieces(range(len(again))) == tokenizer.pieces(range(len(tokenizer)))


@pytest.fixture(scope="module")
def korean() -> Tokenizer:
    """Of sentences of the grammar; few merges, so that most words are taken apart."""
    return train_tokenizer((side for one in write(3, 400) for side in (one.english, one.korean)), 1000)


@pytest.mark.parametrize(
    "text", [*NASTY, "나는 집에 간다.", "뷁쉛 똠방각하", "ㅋㅋㅋ ㅠㅠ", "옛말 ᄒᆞᆫ글", "집 house 집"], ids=ascii
)
def test_any_text_comes_back_from_a_korean_vocabulary(korean: Tokenizer, text: str):
    assert korean.decode(korean.encode(text).ids) == as_read(text)


def test_every_unicode_character_comes_back(korean: Tokenizer):
    """From all planes, unassigned ones among them, none beside another mark that Unicode's next version may reorder."""
    every = [chr(i) for i in range(0x20, 0x110000, 37) if not 0xD800 <= i < 0xE000]
    for start in range(0, len(every), 30):
        text = "x".join(every[start : start + 30])
        assert korean.decode(korean.encode(text).ids) == as_read(text)


def test_pieces_of_korean_are_whole_syllables(korean: Tokenizer):
    for one in write(3, 400):  # all that it learned from, and new combinations of the same words
        pieces = korean.encode(one.korean).pieces
        assert not set(pieces) & set(BYTES)
        assert "".join(pieces).replace(MARK, " ").strip() == one.korean
        assert all(re.fullmatch(rf"{MARK}?([가-힣]*|[^가-힣])", piece) for piece in pieces), pieces


def test_a_syllable_seen_once_is_in_the_alphabet_and_an_unseen_one_is_bytes():
    learned = train_tokenizer(["나는 집에 간다"] * 9 + ["뷁"], 300, alphabet=1)
    assert learned.encode("뷁").pieces == (MARK, "뷁")
    assert set(learned.encode("쉛").pieces) <= {MARK, *BYTES}


def test_decomposed_syllables_are_learned_composed():
    texts = ["나는 집에 간다"] * 9
    decomposed = [unicodedata.normalize("NFD", text) for text in texts]
    assert train_tokenizer(decomposed, 320).pieces(range(290)) == train_tokenizer(texts, 320).pieces(range(290))
