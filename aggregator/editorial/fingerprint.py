"""What is kept of an entry's wording, to find and to recognise near-duplicates.

A fingerprint is the row of the words an entry begins with, title first, each as sixteen bits. It tells how
much of one text stands in another and also in which places they differ, as bare sets of shingles do not. Keys
are hashes of a few rows of telling words, of which copies share at least one.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from operator import xor
from typing import NamedTuple

from aggregator.editorial.folding import words
from aggregator.editorial.negation import NEGATIONS
from aggregator.editorial.remembered import Memory
from aggregator.editorial.romanise import romanise

TITLE_WORDS = 40
"""Words of a title that count."""
TEXT_WORDS = 240
"""Words of a text that count: its beginning, which its teasers and its copies share."""
TEXT_LENGTH = 2_400
"""Characters of a text in which so many words are found, mostly."""
KEY_WORDS = 4
"""Telling words in a row that make a key: fewer would stand in unrelated texts too."""
FEWEST_KEY_WORDS = 3
"""A title or text of fewer telling words («News in brief») has no key."""
_TITLE_BEGINNINGS = (TITLE_WORDS, TITLE_WORDS)
_TEXT_BEGINNINGS = (12, 24, 48, 96)
"""Rows among which one key each is chosen; the second of two equally long ones is the second smallest."""
_FACTOR = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio."""
_64_BITS = (1 << 64) - 1

SMALL, NEGATION, TELLING, NUMBER = range(4)
"""Kinds of words, which the two highest bits of a mark or of a code tell."""
_MARK_BITS = 32
_CODE_BITS = 16
_KIND_SHIFT = _MARK_BITS - 2
_HASH = (1 << _KIND_SHIFT) - 1
_TELLING = TELLING << _KIND_SHIFT

_VERSION = 1
_HEADER = struct.Struct("<BB")
_MOST_REMEMBERED = 15_000
"""Words whose marks are remembered, and as many again: 200 bytes each."""
_LONGEST_NUMBER = 20
"""Digits of what is read as a number, whose digits may be Arabic and have zeros before them."""

UNSPACED = frozenset({"Hani", "Jpan", "Thai", "Laoo", "Khmr", "Mymr"})
"""Scripts (ISO 15924) that put no spaces between words."""
_RUNS = re.compile(r"\d+|[^\W\d_]+")
_WITH_APOSTROPHES = re.compile(r"[^\W_][\w']*")
_DIGIT = re.compile(r"\d")


class Fingerprint(NamedTuple):
    """An unpacked fingerprint, ready to be compared."""

    codes: Sequence[int]
    """The first words, as kind and hash in 16 bits each: those of the title, then those of the text."""
    title: int
    """How many of them are the title's."""
    pairs: frozenset[int]
    """Neighbouring words, as 32 bits each."""


NOTHING = Fingerprint((), 0, frozenset())


def split(folded: str, language: str, script: str) -> list[str]:
    """The words of a folded text, as `marks` takes them.

    Uzbek and Kazakh keep apostrophes, which are parts of letters there; scripts without spaces are cut into
    overlapping pairs of letters. For all others they are those of `folding.words`.
    """
    if script in UNSPACED:
        return list(chain.from_iterable(map(_cut, _RUNS.findall(folded))))
    if language in NEGATIONS:
        return _WITH_APOSTROPHES.findall(folded)
    return words(folded)


def _cut(run: str) -> Iterable[str]:
    return [run] if run.isascii() or len(run) < 3 or run.isdecimal() else map("".join, pairwise(run))


def marks(split_words: Sequence[str], language: str) -> list[int]:
    """Each word's kind and hash as 32 bits, the same for both alphabets of Uzbek and of Kazakh."""
    return list(map(_MARKS.of(language if language in NEGATIONS else "").__getitem__, split_words))


def mark(word: str, language: str) -> int:
    """The same of one of these words, worked out anew."""
    word = romanise(word, language)
    if word.isdecimal() and len(word) < _LONGEST_NUMBER:
        word = str(int(word))
    if _DIGIT.search(word):
        kind = NUMBER
    elif word in NEGATIONS.get(language, NEGATIONS[""]):
        kind = NEGATION
    else:
        kind = TELLING if len(word) >= _fewest_letters(word) else SMALL
    return kind << _KIND_SHIFT | zlib.crc32(word.encode("utf-8", "surrogatepass")) & _HASH


_MARKS = Memory(lambda language, word: mark(word, language), most=_MOST_REMEMBERED)


def _fewest_letters(word: str) -> int:
    """Letters of the shortest words that tell something: fewer where vowels or spaces are not written."""
    if word < "\u0590":  # Latin, Greek, Cyrillic, Armenian
        return 4
    return 3 if word < "\u0900" else 2  # Hebrew, Arabic; all that follow


def kind_of(code: int) -> int:
    """Which kind of word a code stands for."""
    return code >> _CODE_BITS - 2


def lowest_code(kind: int) -> int:
    """The lowest code of a kind of words; all codes of the kinds above are higher."""
    return kind << _CODE_BITS - 2


def pack(title: Sequence[int], text: Sequence[int]) -> bytes:
    """The fingerprint of an entry by the `marks` of its title and text: at most 562 bytes."""
    title = title[:TITLE_WORDS]
    both = [*title, *text[:TEXT_WORDS]]
    halves = memoryview(struct.pack(f"<{len(both)}I", *both)).cast("H")
    return _HEADER.pack(_VERSION, len(title)) + halves[1::2].tobytes()


def unpack(packed: bytes) -> Fingerprint:
    """What `pack` made; nothing of what is empty or of another version."""
    if len(packed) < _HEADER.size or packed[0] != _VERSION:
        return NOTHING
    codes = memoryview(packed)[_HEADER.size :]
    count = len(codes) // 2
    even, odd = codes[: count // 2 * 4], codes[2 : 2 * count][: (count - 1) // 2 * 4]
    pairs = frozenset([*even.cast("I"), *odd.cast("I")])
    return Fingerprint(struct.unpack(f"<{count}H", codes[: 2 * count]), min(packed[1], count), pairs)


def keys(title: Sequence[int], text: Sequence[int]) -> tuple[int, ...]:
    """Look-up keys of an entry by the `marks` of its title and text: at most six, signed 64-bit.

    Rows of four telling words with the smallest hashes: what two entries share is chosen in both. One is
    taken from each of ever longer beginnings of the text, as a copy may be a teaser or begin otherwise.
    """
    of_title = _chosen(title[:TITLE_WORDS], _TITLE_BEGINNINGS)
    return tuple(dict.fromkeys([*of_title, *_chosen(text[:TEXT_WORDS], _TEXT_BEGINNINGS)]))


def _chosen(marked: Sequence[int], beginnings: Sequence[int]) -> list[int]:
    telling = [mark for mark in marked if mark >= _TELLING]
    if len(telling) < FEWEST_KEY_WORDS:
        return []
    telling += [0] * (KEY_WORDS - len(telling))
    # A row is chosen by its outer words: they are as random as a hash of all, and much faster had.
    rows = list(map(xor, telling, telling[KEY_WORDS - 1 :]))
    left = rows.copy()
    keys_chosen = []
    for length in beginnings:
        if beginning := left[:length]:
            smallest = min(beginning)
            left.remove(smallest)
            at = rows.index(smallest)
            keys_chosen.append(_key(*telling[at : at + KEY_WORDS]))
    return keys_chosen


def _key(first: int, second: int, third: int, fourth: int) -> int:
    """Multiplicative hashing modulo 2^64 (Knuth)."""
    mixed = ((first * _FACTOR + second) * _FACTOR + third) * _FACTOR + fourth
    return (mixed * _FACTOR & _64_BITS) - (1 << 63)
