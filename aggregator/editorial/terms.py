"""What an entry says, as a short list of numbers that two entries are compared by.

A **term** is a word's beginning, a name, a number, a concept of the lexicon or the sound of a name. Words and
names serve to compare texts of one language; concepts and sounds stand for the same thing in all languages;
numbers serve both. Of each the list says how often it stands in the title, and how often in the text.

A term's number has 32 bits: 29 of the CRC-32 of its word and three for its kind. Packed, the terms of the
title come first, then those of the text: how many there are (16 bits), their numbers, how often each stands
there (8 bits); all little-endian.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from zlib import crc32

from aggregator.editorial import lexicon, phonetic
from aggregator.editorial.folding import fold
from aggregator.editorial.function_words import FUNCTION_WORDS

TITLE_WORDS = 40
TEXT_WORDS = 160
"""Words that are looked at."""
TEXT_LENGTH = 1_600
"""Characters in which they stand."""
WORD_BEGINNING = 6
"""Letters of a word that count: what follows is mostly an ending."""
FIRST_SOUNDS = 3
"""Sounds of a name that are its beginning."""
TITLE_CASE = 0.6
"""Share of capitalised words in a title from which on a capital does not make a name."""

_WORDS = re.compile(r"\w+")
_FIRST_OF_SENTENCE = re.compile(r"(?:^|[.!?…:]['’\"”»)]*\s|\n(?!\n))['‘\"“«(—–-]*+\s*+([^\W\d_]\w*+)")
_JOINER = "\u200c"
"""Zero-width non-joiner: Persian parts with it what other languages write as one word."""
_COMPOUNDS = re.compile(f"\\b\\w++(?:{_JOINER}\\w++)+")
_CASELESS = re.compile("[\u0590-\u08ff]")
_APOSTROPHE = re.compile("(?<=\\w)['’‘`´](?=\\w)")
_LETTERS_WITH_APOSTROPHES = frozenset({"uz", "kk"})
"""Languages in which what looks like an apostrophe is part of a letter: oʻ, gʻ."""


class TermKind(IntEnum):
    """What a term is made of."""

    WORD = 0
    NAME = 1
    NUMBER = 2
    CONCEPT = 3
    SOUND = 4
    BEGINNING = 5
    """The first sounds of a name: what stands after them is often an ending."""


_OPENING = "^"
"""Stands before a word whose capital says nothing."""
KIND = 0b111
"""The bits of a term that are its kind."""


class _Meanings(dict[str, tuple[int, ...]]):
    """The terms that words of one language stand for, worked out when first met; bounded."""

    MOST = 30_000
    """Words that are remembered: about eight megabytes."""
    LONGEST = 40
    """Letters of such a word."""

    def __init__(self, language: str, words: lexicon.Lexicon) -> None:
        self._lexicon = words
        self._empty = FUNCTION_WORDS.get(language, frozenset())

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= self.MOST:
            self.clear()
        meaning = tuple(self._of(word.lstrip(_OPENING), opening=word[0] == _OPENING))
        if len(word) <= self.LONGEST:
            self[word] = meaning
        return meaning

    def _of(self, word: str, *, opening: bool) -> Iterator[int]:
        folded = fold(word).strip("_")
        if _JOINER in word:
            # Its parts were met by themselves.
            if (concept := self._lexicon.concept(folded)) is not None:
                yield _term(TermKind.CONCEPT, concept)
            return
        if not folded or folded in self._empty:
            return
        if folded.isdecimal():
            yield _term(TermKind.NUMBER, str(int(folded[:18])))
            return
        capital, caseless = word[0].isupper(), bool(_CASELESS.match(word))
        is_name = capital and not opening and len(word) > 1
        yield _term(TermKind.WORD, folded[:WORD_BEGINNING])
        if is_name:
            yield _term(TermKind.NAME, folded[:WORD_BEGINNING])
        if (concept := self._lexicon.concept(folded)) is not None:
            yield _term(TermKind.CONCEPT, concept)
        elif (capital or caseless) and (key := phonetic.key(word)):
            yield _term(TermKind.BEGINNING, key[:FIRST_SOUNDS])
            if len(key) > FIRST_SOUNDS:
                yield _term(TermKind.SOUND, key)


def _term(kind: TermKind, word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass")) & ~KIND | kind


class TermReader:
    """Finds the terms of texts, by the lexicon of the configured languages; built once per process."""

    def __init__(self, lexicons: Mapping[str, lexicon.Lexicon]) -> None:
        self._lexicons = lexicons
        self._meanings = lru_cache(maxsize=64)(
            lambda language: _Meanings(language, lexicons.get(language, lexicon.EMPTY))
        )

    def read(self, title: str, text: str, language: str) -> bytes:
        """The packed terms of one entry; `language` is its ISO 639-1 code."""
        meanings = self._meanings(language)
        title, text = (_joined(one[:TEXT_LENGTH], language) for one in (title, text))
        title_words = _words(title, TITLE_WORDS)
        opening = set(title_words) if _is_title_case(title_words) else _openings(title)
        in_title = _terms(title_words, opening, meanings)
        in_text = _terms(_words(text, TEXT_WORDS), _openings(text), meanings)
        return _pack(in_title, in_text)


def _joined(text: str, language: str) -> str:
    """The text with nothing within words that would part them: marks of their own, apostrophes."""
    composed = unicodedata.normalize("NFC", text)
    return _APOSTROPHE.sub("ʼ", composed) if language in _LETTERS_WITH_APOSTROPHES else composed


def _words(text: str, most: int) -> list[str]:
    """Its first words, and then its compounds."""
    words = _WORDS.findall(text)[:most]
    if _JOINER in text:
        words += _COMPOUNDS.findall(text)[: most // 2]
    return words


def _openings(text: str) -> set[str]:
    return set(_FIRST_OF_SENTENCE.findall(text))


def _is_title_case(words: Sequence[str]) -> bool:
    capitals = [word[0].isupper() for word in words if word[0].isalpha()]
    return bool(capitals) and sum(capitals) >= TITLE_CASE * len(capitals)


def _terms(words: Sequence[str], opening: set[str], meanings: _Meanings) -> Counter[int]:
    marked = [_OPENING + word if word in opening else word for word in words]
    return Counter(chain.from_iterable(map(meanings.__getitem__, marked)))


def _pack(*zones: Counter[int]) -> bytes:
    return b"".join(
        part
        for terms in zones
        for part in (struct.pack(f"<H{len(terms)}I", len(terms), *terms), bytes(terms.values()))
    )


class Terms(NamedTuple):
    """The terms of one entry, and how often each stands in it."""

    title: Mapping[int, int]
    text: Mapping[int, int]


def unpack(packed: bytes) -> Terms:
    """What `TermReader.read` packed."""
    title, rest = _unpacked(packed)
    text, _ = _unpacked(rest)
    return Terms(title, text)


def _unpacked(packed: bytes) -> tuple[dict[int, int], bytes]:
    count = int.from_bytes(packed[:2], "little")
    numbers_end, end = 2 + 4 * count, 2 + 5 * count
    numbers = struct.unpack_from(f"<{count}I", packed, 2)
    return dict(zip(numbers, packed[numbers_end:end], strict=True)), packed[end:]


def kind(term: int) -> TermKind:
    """What a term is made of."""
    return TermKind(term & KIND)


def concept(name: str) -> int:
    """The term of a concept of the lexicon."""
    return _term(TermKind.CONCEPT, name)


def number_of(digits: str) -> int:
    """The term of a whole number."""
    return _term(TermKind.NUMBER, digits)


_WITHOUT_CONCEPTS = _Meanings("", lexicon.EMPTY)


def found_in(text: str, wanted: Collection[int], language: str) -> dict[str, int]:
    """Words of a text by one of these terms that they stand for; each term once, concepts left out."""
    found: dict[int, str] = {}
    for word in _WORDS.findall(_joined(text[:TEXT_LENGTH], language)):
        for term in _WITHOUT_CONCEPTS[word]:
            if term in wanted and term not in found:
                found[term] = word
                break
    return {word: term for term, word in found.items()}
