"""How probable each of some languages is for a text: naive Bayes over n-grams of bytes.

The model is that of langid.py (Lui and Baldwin, ACL 2012) as py3langid trains it: 100,000 n-grams of two to
six bytes, and how probable each is in 140 languages. `ngrams.npz`, which `make ngrams` writes, holds it in a
form of which only what is asked for is read, and in which all n-grams of a text are found at once: by a
search among sorted numbers instead of an automaton, which would take 50 MB and half a second to load.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import accumulate, chain

import numpy as np
from numpy.typing import NDArray

FILE = "ngrams.npz"
"""Arrays by name: `ngrams` (the bytes of each from its end on, zeros beyond its beginning; ascending),
`languages` (ISO 639, some of them twice), `priors` (logarithms), and by place in `languages` the logarithms
of each n-gram's probability."""
LONGEST = 6
"""Bytes of an n-gram."""
_BITS = 64
_BELOW = np.uint64((1 << _BITS - 8 * LONGEST) - 1)
"""The bits of a number below those of an n-gram: set in a text's, no n-gram that it ends with is higher."""
_FIRST_DIFFERENCES = np.array([1 << _BITS - 8 * size for size in range(LONGEST, 0, -1)], np.uint64)
"""Two numbers of which so many bytes are equal differ by less, from six bytes to one."""

Numbers = NDArray[np.float32]


class _Finder:
    """Finds the n-grams of a text: at each of its bytes, the longest one that ends there.

    Texts and n-grams are read from their ends, as numbers with the last byte highest. Then those that a text
    ends with are among the n-grams what words beginning another word are in a dictionary: the longest is the
    one before the place of the text, or begins it too.
    """

    def __init__(self, rows: NDArray[np.uint8]) -> None:
        """`rows`: as in the file."""
        shifts = np.arange(_BITS - 8, _BITS - 8 - 8 * LONGEST, -8, dtype=np.uint64)
        numbers = (rows.T.astype(np.uint64) << shifts).sum(axis=1, dtype=np.uint64)
        self._ngrams = np.concatenate((np.zeros(1, np.uint64), numbers))
        self._within = self._longest_within().ravel()

    def _longest_within(self) -> NDArray[np.int32]:
        """By n-gram and a number of its last bytes: the longest n-gram within these that ends with them."""
        longest = np.zeros((len(self._ngrams), LONGEST + 1), np.int32)
        for size in range(1, LONGEST + 1):
            last_bytes = self._ngrams & ~((np.uint64(1) << np.uint64(_BITS - 8 * size)) - np.uint64(1))
            places = np.searchsorted(self._ngrams, last_bytes)
            found = self._ngrams.take(places, mode="clip") == last_bytes
            longest[:, size] = np.where(found, places, longest[:, size - 1])
        return longest

    def find(self, text: bytes) -> NDArray[np.int32]:
        """The places of the n-grams, ascending; 0 where there is none."""
        padded = b"\0" * (_BITS // 8 - 1) + text
        ends = np.ndarray((len(text),), "<u8", padded, strides=(1,)) | _BELOW
        ends.sort()  # Neighbours are then found near each other, which is faster than anywhere.
        before = np.searchsorted(self._ngrams, ends, "right") - 1
        same_bytes = LONGEST - np.searchsorted(_FIRST_DIFFERENCES, ends ^ self._ngrams[before], "right")
        found: NDArray[np.int32] = self._within[before * (LONGEST + 1) + same_bytes]
        found.sort()
        return found


class Model:
    """Tells languages apart; reads of its file what it is asked for."""

    def __init__(self, file: Traversable) -> None:
        self._file = file
        with file.open("rb") as stream, np.load(stream) as arrays:
            self._places: dict[str, list[int]] = {}
            for place, language in enumerate(arrays["languages"].tolist()):
                self._places.setdefault(language, []).append(place)
            self._priors: Numbers = arrays["priors"]
            self._finder = _Finder(arrays["ngrams"])
        self._tables = lru_cache(maxsize=16)(self._table)

    def probabilities(self, text: str, languages: Collection[str]) -> dict[str, float]:
        """How probable each of these languages is, all together 1; those left out that the model lacks."""
        known = tuple(sorted(language for language in languages if language in self._places))
        if not known:
            return {}
        if text.isupper():
            text = text.lower()
        encoded = unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
        table, priors, columns = self._tables(known)
        scores = self._scores(encoded, table, priors)
        # Divided by the square root of the length, those of short and of long texts compare.
        scores /= math.sqrt(len(encoded) or 1)
        likely = np.exp(scores - scores.max())
        likely /= likely.sum()
        each = likely.tolist()
        return {code: sum(each[first:last]) for code, (first, last) in zip(known, columns, strict=True)}

    def _scores(self, text: bytes, table: NDArray[np.float16], priors: Numbers) -> Numbers:
        found = self._finder.find(text)
        if not found.any():
            return np.zeros(len(priors), np.float32)
        is_border = np.ones(found.size + 1, bool)
        np.not_equal(found[1:], found[:-1], out=is_border[1:-1])
        borders = np.flatnonzero(is_border)
        times = (borders[1:] - borders[:-1]).astype(np.float32)
        scores: Numbers = np.log1p(times) @ table[found[borders[:-1]]] + priors
        return scores

    def _table(
        self, languages: tuple[str, ...]
    ) -> tuple[NDArray[np.float16], Numbers, list[tuple[int, int]]]:
        """The columns of these languages, with zeros for no n-gram; their priors; whose columns are."""
        every = list(chain.from_iterable(self._places[language] for language in languages))
        with self._file.open("rb") as stream, np.load(stream) as arrays:
            columns = np.stack([arrays[str(place)] for place in every], axis=1)
        table = np.concatenate((np.zeros((1, len(every)), np.float16), columns))
        ends = list(accumulate(len(self._places[language]) for language in languages))
        priors = self._priors[every]
        return table, priors, list(zip([0, *ends], ends, strict=False))


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that comes with the program, loaded once per process."""
    return Model(resources.files("aggregator.editorial") / FILE)
