"""Folding: one comparable form of a text in any script, with the way back to the original.

Compatibility normalisation (NFKC, Unicode Annex 15) and case folding, then what the region's newsrooms type
in several ways: apostrophes (Oʻzbekiston, O'zbekiston), dashes, Arabic letters (ي/ی, ك/ک), the Russian ё,
the Turkish dotless ı; marks that are written or not at will (Arabic vowel signs, zero-width joiners) are
dropped.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

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
_REPLACED: dict[str, str] = {
    **{variant: kept for kept, variants in _SAME.items() for variant in variants},
    **dict.fromkeys(_DROPPED, ""),
}
_VARIANTS = re.compile(f"[{re.escape(''.join(_REPLACED))}]")
_SPACES = re.compile("[\u00a0\u2002-\u200a\u202f\u205f\u3000]")
"""Spaces that NFKC makes plain ones: of what it changes, all that is common in news."""
_WORDS = re.compile(r"\w+")


def fold(text: str) -> str:
    """The folded form alone, for comparing."""
    return _unify(unicodedata.normalize("NFKC", text).casefold())


def words(folded: str) -> list[str]:
    """The runs of letters and digits in a folded text."""
    return _WORDS.findall(folded.replace("_", " "))


def _unify(folded: str) -> str:
    """One way of typing for what is typed in several.

    A text has few different ones: to look for them and replace each is ten times as fast as `str.translate`.
    """
    if folded.isascii():
        return folded.replace("`", _REPLACED["`"])
    for variant in set(_VARIANTS.findall(folded)):
        folded = folded.replace(variant, _REPLACED[variant])
    return folded


class Folded(NamedTuple):
    """A folded text, and the way back to the original."""

    text: str
    original: str
    anchors: Sequence[tuple[int, int]] = ()
    """Pairs of a position in `text` and where that character stands in the original, from (0, 0) on; from one
    to the next, characters correspond one to one. Empty where they do so throughout.
    """

    def origin(self, position: int) -> int:
        """Offset in the original of a folded position; the end of the text maps to its end."""
        if not self.anchors:
            return position
        folded, original = self.anchors[bisect_left(self.anchors, (position + 1,)) - 1]
        return original + position - folded

    def surface(self, start: int, end: int) -> str:
        """The original characters behind folded positions `start` to `end`."""
        return self.original[self.origin(start) : self.origin(end)]


class Text(NamedTuple):
    """A text of which several parts are wanted folded: in one go, if every character stays where it is."""

    original: str
    in_place: str | None
    """Its folded form, character by character that of the original; None where that cannot be."""

    def beginning(self, length: int | None = None) -> str:
        """`fold` of the first characters; of all, where no length is given."""
        return fold(self.original[:length]) if self.in_place is None else self.in_place[:length]

    def part(self, start: int = 0, end: int | None = None) -> Folded:
        """The folded form, with the way back, of what stands from `start` to `end`."""
        if self.in_place is None:
            return fold_with_offsets(self.original[start:end])
        return Folded(self.in_place[start:end], self.original[start:end])


def text_of(original: str) -> Text:
    """A text to take folded parts from."""
    return Text(original, _in_place(original))


def as_lines(parts: Sequence[Folded]) -> Folded:
    """Folded texts as the lines of one text."""
    text = "\n".join([part.text for part in parts])
    original = "\n".join([part.original for part in parts])
    if not any(part.anchors for part in parts):
        return Folded(text, original)
    anchors: list[tuple[int, int]] = []
    at = begin = 0
    for part in parts:
        anchors += [(at + folded, begin + origin) for folded, origin in part.anchors or ((0, 0),)]
        at += len(part.text) + 1
        begin += len(part.original) + 1
    return Folded(text, original, anchors)


def fold_with_offsets(text: str) -> Folded:
    """The folded form with the way back, by the fastest of three roads that the text allows.

    In composed text (NFC: nearly all there is) each character is folded by itself; in decomposed text, a
    character together with the marks that follow it.
    """
    if (folded := _in_place(text)) is not None:
        return Folded(folded, text)
    if unicodedata.is_normalized("NFC", text):
        return _around_irregular(text)
    return _by_pieces(text)


def _in_place(text: str) -> str | None:
    """The folded form of a text whose characters all stay where they are; None if some may not."""
    plain = text
    if not unicodedata.is_normalized("NFKC", text):
        plain = _SPACES.sub(" ", text)
        if not unicodedata.is_normalized("NFKC", plain):
            return None
    folded = plain.casefold()
    if len(folded) != len(text):  # Case folding never shortens: of equal length means one for one.
        folded = plain.replace("İ", "i").casefold()  # Folded it is an «i» with a dot, which is dropped.
        if len(folded) != len(text):
            return None
    unified = _unify(folded)  # This never lengthens: the same holds.
    return unified if len(unified) == len(text) else None


def _around_irregular(text: str) -> Folded:
    """Composed text with some irregular characters: these by themselves, what lies between in place."""
    pieces: list[str] = []
    anchors = [(0, 0)]
    length = done = 0
    for found in _irregular().finditer(text):
        at = found.start()
        folded = _fold_piece(text[at])
        pieces += (text[done:at].casefold(), folded)
        length += at - done
        anchors += [(length + further, at) for further in range(len(folded))]
        length += len(folded)
        done = at + 1
        anchors.append((length, done))
    pieces.append(text[done:].casefold())
    return Folded(_unify("".join(pieces)), text, anchors)


@lru_cache(maxsize=1)
def _irregular() -> re.Pattern[str]:
    """Characters that case folding and `_SAME` alone do not fold to exactly one: ß, №, a zero-width joiner.

    All beyond the Basic Multilingual Plane count as such: they are rare, and to try each would take long.
    Worked out (in 15 ms) only when the first of them is met: most texts have none.
    """
    irregular = "".join(filter(_is_irregular, map(chr, range(0x10000))))
    return re.compile(f"[{re.escape(irregular)}\U00010000-\U0010ffff]")


def _is_irregular(char: str) -> bool:
    return not unicodedata.is_normalized("NFKC", char) or len(char.casefold()) != 1 or char in _DROPPED


def _by_pieces(text: str) -> Folded:
    """Decomposed text, piece by piece."""
    folded: list[str] = []
    anchors = [(0, 0)]
    length = shift = 0
    for start, end in _pieces(text):
        piece = _fold_piece(text[start:end])
        for at in range(length, length + len(piece)):
            if start - at != shift:
                anchors.append((at, start))
                shift = start - at
        folded.append(piece)
        length += len(piece)
    anchors.append((length, len(text)))
    return Folded("".join(folded), text, anchors)


_fold_piece = lru_cache(maxsize=4096)(fold)
"""Remembers single characters, or those few that make one piece."""


def _pieces(text: str) -> list[tuple[int, int]]:
    """Start and end of each character with the combining marks after it."""
    starts = [at for at, char in enumerate(text) if at == 0 or not unicodedata.category(char).startswith("M")]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))
