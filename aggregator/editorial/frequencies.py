"""How common terms are: learned from what comes in, so that a region's own everyday words weigh little.

A table of counters that terms share by their number: two terms may fall on one, which makes both a little
more common than they are. Its size does not grow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from aggregator.editorial.terms import KIND, TermKind

COUNTERS = 1 << 18
MOST_TEXTS = 200_000
"""Texts after which all counts are halved: language moves on."""
RAREST = 1 / 2_000
"""Share of texts under which a term is not told from rarer ones: a misspelling is no name."""
SUPPOSED = 50
"""Texts that are supposed to have been seen before the first: they temper what few texts say."""
WORTH_KEEPING = 0.02
"""Growth since the table was last packed from which on it is worth writing again."""
_SUPPOSED_SHARE = {
    TermKind.WORD: 0.01,
    TermKind.NAME: 0.01,
    TermKind.NUMBER: 0.02,
    TermKind.CONCEPT: 0.03,
    TermKind.SOUND: 0.02,
    TermKind.BEGINNING: 0.02,
}
"""In what share of those a term stood, by its kind."""
_SUPPOSED = SUPPOSED * np.array(
    [_SUPPOSED_SHARE.get(kind, 0.01) for kind in range(KIND + 1)],  # type: ignore[call-overload]
    dtype=np.float32,
)
_VERSION = 1
_LITTLE_ENDIAN = np.dtype("<u4")

Numbers = NDArray[np.uint32]


class Frequencies:
    """In how many texts each term stood."""

    def __init__(self, texts: int = 0, counts: Numbers | None = None) -> None:
        """A table that learned from so many texts; an empty one by default."""
        self.texts = texts
        self._packed_at = texts
        self._counts = np.zeros(COUNTERS, np.uint32) if counts is None else counts

    def learn(self, terms: Numbers, texts: int) -> None:
        """Count the terms of some texts: each text's terms once, one text's after the other's."""
        np.add.at(self._counts, _counters(terms), 1)
        self.texts += texts
        if self.texts > MOST_TEXTS:
            self.texts //= 2
            self._packed_at //= 2
            self._counts //= 2

    def weights(self, terms: Numbers) -> NDArray[np.float32]:
        """How much each term tells: the negative logarithm of the share of texts that it stands in (its
        information: Spärck Jones 1972)."""
        stood = self._counts[_counters(terms)] + _SUPPOSED[terms & KIND]
        share = np.clip(stood / (self.texts + SUPPOSED), RAREST, 1.0)
        weights: NDArray[np.float32] = -np.log(share, dtype=np.float32)
        return weights

    def pack(self) -> bytes | None:
        """The table as bytes; None while it has hardly changed since it was last packed."""
        if self.texts - self._packed_at <= WORTH_KEEPING * self._packed_at:
            return None
        self._packed_at = self.texts
        head = bytes([_VERSION]) + self.texts.to_bytes(4, "little")
        return head + zstandard.compress(self._counts.astype(_LITTLE_ENDIAN).tobytes(), 1)


def _counters(terms: Numbers) -> NDArray[Any]:
    return (terms ^ terms >> 15) % COUNTERS


def unpacked(packed: bytes) -> Frequencies:
    """The table that `Frequencies.pack` made; an empty one of what is not, or of another version's."""
    if packed[:1] != bytes([_VERSION]):
        return Frequencies()
    try:
        counts = zstandard.decompress(packed[5:], max_output_size=4 * COUNTERS)
    except zstandard.ZstdError:
        return Frequencies()
    if len(counts) != 4 * COUNTERS:
        return Frequencies()
    table = np.frombuffer(counts, _LITTLE_ENDIAN).astype(np.uint32)
    return Frequencies(int.from_bytes(packed[1:5], "little"), table)
