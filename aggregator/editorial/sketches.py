"""What is kept of an entry to find reports of the same event: its most telling terms with their weights.

A sketch is drawn when an entry comes in, with what is known of frequencies by then. Packed: version and
number of terms (8 bits each), the Euclidean length of the terms by aspect (32-bit floats), the terms (32
bits each, the weightiest first), their weights (16-bit floats), and which of them stand in the title (one
bit each); all little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregator.editorial.frequencies import Frequencies, Numbers
from aggregator.editorial.terms import KIND, TermKind, unpack
from aggregator.model import DescribedEntry

TITLE = 3
"""A word of the title counts as so many of the text."""
MOST_TERMS = 240
STORY_KEYS = 10
ASPECTS = (*range(TermKind.SOUND), TermKind.SOUND, TermKind.SOUND, 0, 0)
"""By kind of term, what it is compared as: the sounds of names and their beginnings are one."""
KINDS = TermKind.SOUND + 1
"""How many there are."""
_ASPECTS = np.array(ASPECTS)
_VERSION = 1
_HEAD = struct.Struct(f"<BB{KINDS}f")
_TELLING_ANYWHERE = np.array([kind in (TermKind.BEGINNING, TermKind.NUMBER) for kind in range(KIND + 1)])
_TELLING_IN_TITLE = _TELLING_ANYWHERE | (np.arange(KIND + 1) == TermKind.CONCEPT)
_WORD = int(TermKind.WORD)
_LOGARITHMS = np.concatenate([[0.0], 1 + np.log(np.arange(1, 256 * (TITLE + 1)))]).astype(np.float32)
"""1 + ln of how often a term stands in an entry."""


class Sketch(NamedTuple):
    """What is kept of an entry's terms."""

    packed: bytes
    keys: tuple[int, ...]
    """Look-up keys: the most telling terms of those that all languages share, one for each name."""


def draw(entries: Sequence[DescribedEntry], frequencies: Frequencies) -> list[DescribedEntry]:
    """Learn how common the terms of these entries are; each with its sketch for its terms, and its keys.

    What is excluded belongs to no story: it has neither.
    """
    telling = [one for one in entries if one.description.terms and not one.entry.excluded]
    sketched = iter(_sketches([one.description.terms for one in telling], frequencies))
    drawn = []
    for one in entries:
        if one.entry.excluded:
            description = replace(one.description, terms=b"")
            drawn.append(DescribedEntry(one.entry, description))
        elif one.description.terms:
            sketch = next(sketched)
            keys = one.description.keys + sketch.keys
            description = replace(one.description, terms=sketch.packed, keys=keys)
            drawn.append(DescribedEntry(one.entry, description))
        else:
            drawn.append(one)
    return drawn


def _sketches(packed_terms: Sequence[bytes], frequencies: Frequencies) -> Iterator[Sketch]:
    """Numbers of all entries are worked out together: one by one, that would take ten times as long."""
    numbers: list[int] = []
    times: list[int] = []
    titles = []
    ends = []
    for packed in packed_terms:
        title, text = unpack(packed)
        times_of = dict(text)
        for term, often in title.items():
            times_of[term] = times_of.get(term, 0) + TITLE * often
        numbers += times_of
        times += times_of.values()
        titles.append(title)
        ends.append(len(numbers))
    terms = np.array(numbers, dtype=np.uint32)
    frequencies.learn(terms, len(packed_terms))
    weights = _LOGARITHMS[np.array(times, dtype=np.intp)] * frequencies.weights(terms)
    bounds = [0, *ends]
    in_title = [
        term in title
        for start, end, title in zip(bounds, ends, titles, strict=False)
        for term in numbers[start:end]
    ]
    marks = np.array(in_title, dtype=bool)
    for start, end in pairwise(bounds):
        yield _sketch(terms[start:end], weights[start:end], marks[start:end])


def _sketch(terms: Numbers, weights: NDArray[np.float32], in_title: NDArray[np.bool_]) -> Sketch:
    order = np.argsort(-weights, kind="stable")
    terms, weights, in_title = terms[order], weights[order], in_title[order]
    kinds = terms & KIND
    lengths = np.sqrt(np.bincount(_ASPECTS[kinds], weights * weights, KINDS))
    kept = slice(MOST_TERMS)
    packed = b"".join(
        (
            _HEAD.pack(_VERSION, len(terms[kept]), *lengths),
            terms[kept].astype("<u4").tobytes(),
            weights[kept].astype("<f2").tobytes(),
            np.packbits(in_title[kept]).tobytes(),
        )
    )
    telling = np.where(in_title, _TELLING_IN_TITLE[kinds], _TELLING_ANYWHERE[kinds])
    keys = terms[telling][:STORY_KEYS].tolist()
    if len(keys) < STORY_KEYS:
        keys += terms[in_title & (kinds == _WORD)][: STORY_KEYS - len(keys)].tolist()
    return Sketch(packed, tuple(keys))


class Terms(NamedTuple):
    """An unpacked sketch."""

    terms: Sequence[int]
    """The weightiest first."""
    weights: Sequence[float]
    lengths: Sequence[float]
    """By aspect: see `ASPECTS`."""
    in_title: Sequence[bool]


def terms(packed: bytes) -> Sequence[int]:
    """The terms alone, the weightiest first: what most comparisons need, in a fraction of the time."""
    if packed[:1] != bytes([_VERSION]):
        return ()
    return struct.unpack_from(f"<{packed[1]}I", packed, _HEAD.size)


def read(packed: bytes) -> Terms:
    """What `draw` made; nothing of what is empty or of another version."""
    if packed[:1] != bytes([_VERSION]):
        return Terms((), (), (0.0,) * KINDS, ())
    _, count, *lengths = _HEAD.unpack_from(packed)
    terms, weights, title, _ = accumulate((_HEAD.size, 4 * count, 2 * count, 0))
    bits = f"{int.from_bytes(packed[title:], 'big'):0{8 * (len(packed) - title)}b}"
    return Terms(
        struct.unpack_from(f"<{count}I", packed, terms),
        struct.unpack_from(f"<{count}e", packed, weights),
        lengths,
        list(map("1".__eq__, bits[:count])),
    )
