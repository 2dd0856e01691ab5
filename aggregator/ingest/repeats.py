"""Sentences that a source repeats under one article after another: found by counting, not by a list.

For each source the last readings leave a small memory of sentence hashes and of the number of entries they
stood in. A sentence that stands in many entries is the site's, not the article's. Only new entries are
counted; an entry that did not change costs nothing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

FEWEST_ENTRIES = 5
"""Entries that a sentence must stand in before it can be the site's."""
SHARE = 0.3
"""Of the source's last entries."""
LAST_ENTRIES = 200
"""Beyond these all counts are halved: what a site no longer writes is forgotten."""
SENTENCES = 400
"""That are remembered of one source (3,200 bytes); the rarest go first, then the oldest."""
SHORTEST = 12
"""Characters of a sentence that can be counted: shorter ones say too little."""
FIRST, LAST = 4, 8
"""Sentences of an entry that are counted: sites write before and after articles, seldom within."""

_END_OF_SENTENCE = re.compile(r"(?<=[.!?…؟。])\s+")
_HEAD = struct.Struct("<I")
_ROW = struct.Struct("<II")

Hash = int
"""32 bits: a few hundred sentences of one source are told apart, no more."""


@dataclass(slots=True)
class Memory:
    """What is remembered of one source's sentences."""

    entries: int = 0
    """New entries counted so far, halved whenever LAST_ENTRIES are reached."""
    counts: dict[Hash, int] = field(default_factory=dict)
    """Entries by sentence, the least recently seen first."""

    @classmethod
    def unpacked(cls, packed: bytes) -> Memory:
        """From its stored form; empty when that is empty or not ours."""
        if len(packed) < _HEAD.size or (len(packed) - _HEAD.size) % _ROW.size:
            return cls()
        (entries,) = _HEAD.unpack_from(packed)
        return cls(entries, dict(_ROW.iter_unpack(packed[_HEAD.size :])))

    def packed(self) -> bytes:
        """Its stored form: the number of entries, then a hash and a count for each sentence."""
        rows = (_ROW.pack(sentence, count) for sentence, count in self.counts.items())
        return _HEAD.pack(self.entries) + b"".join(rows)

    def learn(self, texts: Iterable[str]) -> None:
        """Count the sentences of new entries, each once per entry."""
        for text in texts:
            self.entries += 1
            for sentence in _telling(text):
                self.counts[sentence] = self.counts.pop(sentence, 0) + 1
            if self.entries >= LAST_ENTRIES:
                self.entries //= 2
                self.counts = {one: count // 2 for one, count in self.counts.items() if count > 1}
        self._forget()

    def repeated(self) -> frozenset[Hash]:
        """The sentences that are the site's."""
        least = max(FEWEST_ENTRIES, SHARE * self.entries)
        return frozenset(sentence for sentence, count in self.counts.items() if count >= least)

    def _forget(self) -> None:
        if (surplus := len(self.counts) - SENTENCES) > 0:
            # Sorting is stable: of equal counts the least recently seen go.
            for sentence in sorted(self.counts, key=self.counts.__getitem__)[:surplus]:
                del self.counts[sentence]


def without(line: str, repeated: Collection[Hash]) -> str:
    """A line of text without the sentences that are the site's; as it was when it has none."""
    sentences = _END_OF_SENTENCE.split(line)
    kept = [sentence for sentence in sentences if _hash(sentence) not in repeated]
    return line if len(kept) == len(sentences) else " ".join(kept)


def holds(text: str, repeated: Collection[Hash]) -> bool:
    """Whether a text has a sentence that is the site's."""
    return bool(repeated) and any(_hash(sentence) in repeated for sentence in _sentences(text))


def _telling(text: str) -> set[Hash]:
    sentences = _sentences(text)
    if len(sentences) > FIRST + LAST:
        sentences = [*sentences[:FIRST], *sentences[-LAST:]]
    return {_hash(sentence) for sentence in sentences if len(sentence) >= SHORTEST}


def _sentences(text: str) -> Sequence[str]:
    return [sentence for line in text.split("\n") for sentence in _END_OF_SENTENCE.split(line)]


def _hash(sentence: str) -> Hash:
    return crc32(sentence.strip().casefold().encode("utf-8", "backslashreplace"))
