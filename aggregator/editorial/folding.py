"""Folding: one comparable form of a text in any script, with the way back to the original.

Compatibility normalisation (NFKC, Unicode Annex 15) and case folding, then what the region's newsrooms type
in several ways: apostrophes (Oʻzbekiston, O'zbekiston), dashes, Arabic letters (ي/ی, ك/ک), the Russian ё,
the Turkish dotless ı; marks that are written or not at will (Arabic vowel signs, zero-width joiners) are
dropped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_SAME = {
    "'": "ʻʼʽˈʹ‘’‛`´′＇",
    "-": "‐‑‒–—―−",
    "ا": "أإآٱ",
    "ی": "يىېۍ",
    "ک": "كڪ",
    "ه": "ةۀہە",
    "و": "ؤ",
    "е": "ё",
    "i": "ı",
}
_DROPPED = (
    "\u00ad\u0307\u0640\u0654\u0670\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    + "".join(map(chr, range(0x064B, 0x0653)))
    + "".join(map(chr, range(0x202A, 0x202F)))
    + "".join(map(chr, range(0x2066, 0x206A)))
)
_REPLACED: dict[int, str | None] = {
    **{ord(variant): kept for kept, variants in _SAME.items() for variant in variants},
    **dict.fromkeys(map(ord, _DROPPED)),
}


def fold(text: str) -> str:
    """The folded form alone, for comparing."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_REPLACED)


class _Letters(dict[int, str]):
    """Folded form of single characters, remembered as they are met (at most all of Unicode)."""

    def __init__(self) -> None:
        self.irregular: set[str] = set()
        """Characters that do not fold to exactly one."""

    def __missing__(self, code: int) -> str:
        folded = fold(chr(code))
        if len(folded) != 1:
            self.irregular.add(chr(code))
        self[code] = folded
        return folded


_LETTERS = _Letters()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `offsets[i]` is where its character `i` stands in the original (None: at `i` itself)."""

    text: str
    original: str
    offsets: Sequence[int] | None = None

    def origin(self, position: int) -> int:
        """Offset in the original of a folded position; the end of the text maps to its end."""
        if self.offsets is None:
            return position
        return self.offsets[position] if position < len(self.offsets) else len(self.original)

    def surface(self, start: int, end: int) -> str:
        """The original characters behind folded positions `start` to `end`."""
        return self.original[self.origin(start) : self.origin(end)]


def fold_with_offsets(text: str) -> Folded:
    """The folded form with the way back.

    Nearly every news text is composed (NFC) and folds character by character, at the speed of a table
    look-up; only decomposed text is folded piece by piece, a character together with the marks that follow
    it.
    """
    if unicodedata.is_normalized("NFC", text):
        folded = text.translate(_LETTERS)
        if _LETTERS.irregular.isdisjoint(text):
            return Folded(folded, text)
        return Folded(folded, text, [at for at, char in enumerate(text) for _ in _LETTERS[ord(char)]])
    pieces: list[str] = []
    offsets: list[int] = []
    for start, end in _pieces(text):
        piece = fold(text[start:end])
        pieces.append(piece)
        offsets.extend([start] * len(piece))
    return Folded("".join(pieces), text, offsets)


def _pieces(text: str) -> list[tuple[int, int]]:
    """Start and end of each character with the combining marks after it."""
    starts = [at for at, char in enumerate(text) if at == 0 or not unicodedata.category(char).startswith("M")]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))
