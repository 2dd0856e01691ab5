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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum
from itertools import chain
from typing import NamedTuple
from zlib import crc32

from aggregator.editorial import fingerprint, lexicon, phonetic
from aggregator.editorial.folding import fold
from aggregator.editorial.function_words import FUNCTION_WORDS
from aggregator.editorial.remembered import Memory

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
_OPENING_WORD = r"['‘\"“«(—–-]*+\s*+([^\W\d_]\w*+)"
_FIRST_OF_TEXT = re.compile(_OPENING_WORD)
_FIRST_OF_SENTENCE = re.compile(rf"[.!?…:\n](?:(?<!\n)['’\"”»)]*\s|(?<=\n)(?!\n)){_OPENING_WORD}")
_JOINER = "\u200c"
"""Zero-width non-joiner: Persian parts with it what other languages write as one word."""
_COMPOUNDS = re.compile(f"\\b\\w++(?:{_JOINER}\\w++)+")
_CASELESS = re.compile("[\u0590-\u08ff]")
_APOSTROPHE = re.compile("(?<=\\w)['’‘`´](?=\\w)")
WITH_APOSTROPHES = frozenset({"uz", "kk"})
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


KIND = 0b111
"""The bits of a term that are its kind."""


def _terms_of(word: str, words: lexicon.Lexicon, empty: AbstractSet[str]) -> Iterator[int]:
    """The terms that a word stands for, by the lexicon and the function words of its language."""
    folded = fold(word).strip("_")
    if _JOINER in word:
        # Its parts were met by themselves.
        if (concept := words.concept(folded)) is not None:
            yield _term(TermKind.CONCEPT, concept)
        return
    if not folded or folded in empty:
        return
    if folded.isdecimal():
        yield _term(TermKind.NUMBER, str(int(folded[:18])))
        return
    capital, caseless = word[0].isupper(), bool(_CASELESS.match(word))
    yield _term(TermKind.WORD, folded[:WORD_BEGINNING])
    if capital and len(word) > 1:
        yield _term(TermKind.NAME, folded[:WORD_BEGINNING])
    if (concept := words.concept(folded)) is not None:
        yield _term(TermKind.CONCEPT, concept)
    elif (capital or caseless) and (key := phonetic.key(word)):
        yield _term(TermKind.BEGINNING, key[:FIRST_SOUNDS])
        if len(key) > FIRST_SOUNDS:
            yield _term(TermKind.SOUND, key)


def _term(kind: TermKind, word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass")) & ~KIND | kind


class Meaning(NamedTuple):
    """What a word says by itself."""

    folded: str
    mark: int
    """For fingerprints; of words as `fingerprint.split` finds them."""
    terms: tuple[int, ...]
    opening: tuple[int, ...]
    """Its terms where a capital says nothing, as at the beginning of a sentence."""


class Passage(NamedTuple):
    """A title or a text, and of its words, as they are written, those that count."""

    text: str
    words: Sequence[str]
    meanings: Sequence[Meaning]


class TermReader:
    """Finds the terms of texts, by the lexicon of the configured languages; built once per process."""

    def __init__(self, lexicons: Mapping[str, lexicon.Lexicon], most_remembered: int = 30_000) -> None:
        """`most_remembered`: words whose meaning is remembered, and as many again: 600 bytes each."""
        self._lexicons = lexicons
        self.meanings = Memory(self._meaning, most_remembered)

    def _meaning(self, language: str, word: str) -> Meaning:
        words, empty = self._lexicons.get(language, lexicon.EMPTY), FUNCTION_WORDS.get(language, frozenset())
        found = tuple(_terms_of(word, words, empty))
        opening = tuple(term for term in found if term & KIND != TermKind.NAME)
        folded = fold(word)
        mark = fingerprint.mark(folded, language)
        return Meaning(folded, mark, found, found if len(opening) == len(found) else opening)

    def meanings_of(self, words: Iterable[str], language: str) -> list[Meaning]:
        """What each word says; `language` is their ISO 639-1 code."""
        return list(map(self.meanings.of(language).__getitem__, words))

    def passage(self, text: str, most: int, language: str) -> Passage:
        """What is looked at of a title or a text, with so many words and half as many compounds."""
        text = joined(text[:TEXT_LENGTH], language)
        words = _WORDS.findall(text)[:most]
        if _JOINER in text:
            words += _COMPOUNDS.findall(text)[: most // 2]
        return Passage(text, words, self.meanings_of(words, language))

    def read(self, title: str, text: str, language: str) -> bytes:
        """The packed terms of one entry; `language` is its ISO 639-1 code."""
        return read(self.passage(title, TITLE_WORDS, language), self.passage(text, TEXT_WORDS, language))


def joined(text: str, language: str) -> str:
    """The text with nothing within words that would part them: marks of their own, apostrophes."""
    composed = unicodedata.normalize("NFC", text)
    return _APOSTROPHE.sub("ʼ", composed) if language in WITH_APOSTROPHES else composed


def read(title: Passage, text: Passage) -> bytes:
    """The packed terms of an entry."""
    opening = title.words if _is_title_case(title.words) else _openings(title.text)
    return _pack(_counted(title, set(opening)), _counted(text, _openings(text.text)))


def _openings(text: str) -> set[str]:
    """The words that sentences begin with, each with whatever opens quotations before it."""
    first = _FIRST_OF_TEXT.match(text)
    found = set(_FIRST_OF_SENTENCE.findall(text, first.end() if first else 0))
    if first:
        found.add(first[1])
    return found


def _is_title_case(words: Sequence[str]) -> bool:
    capitals = [word[0].isupper() for word in words if word[0].isalpha()]
    return bool(capitals) and sum(capitals) >= TITLE_CASE * len(capitals)


def _counted(passage: Passage, opening: AbstractSet[str]) -> Counter[int]:
    """How often each term stands in a passage, in which these words open sentences."""
    found = [meaning.terms for meaning in passage.meanings]
    for place, word in enumerate(passage.words):
        if word in opening:
            found[place] = passage.meanings[place].opening
    return Counter(chain.from_iterable(found))


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


_TERMS_WITHOUT_CONCEPTS = Memory(
    lambda _, word: tuple(_terms_of(word, lexicon.EMPTY, frozenset())), most=10_000
).of("")


def found_in(text: str, wanted: Collection[int], language: str) -> dict[str, int]:
    """Words of a text by one of these terms that they stand for; each term once, concepts left out."""
    found: dict[int, str] = {}
    for word in _WORDS.findall(joined(text[:TEXT_LENGTH], language)):
        for term in _TERMS_WITHOUT_CONCEPTS[word]:
            if term in wanted and term not in found:
                found[term] = word
                break
    return {word: term for term, word in found.items()}
