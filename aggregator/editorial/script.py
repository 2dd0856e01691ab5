"""Which script a text is written in (ISO 15924), by a majority of its letters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

NONE = "Zyyy"
"""ISO 15924 for text without letters: digits, punctuation, emoji."""
OTHER = "Zzzz"
"""ISO 15924 for letters of a script that is not listed here."""

SAMPLE = 400
"""Characters that decide; a text longer than this is of the script it begins in."""

_BY_NAME = {
    "LATIN": "Latn",
    "FULLWIDTH": "Latn",
    "CYRILLIC": "Cyrl",
    "ARABIC": "Arab",
    "CJK": "Hani",
    "HIRAGANA": "Jpan",
    "KATAKANA": "Jpan",
    "HANGUL": "Kore",
    "ARMENIAN": "Armn",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "HEBREW": "Hebr",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "GURMUKHI": "Guru",
    "GUJARATI": "Gujr",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "THAI": "Thai",
    "TIBETAN": "Tibt",
    "MONGOLIAN": "Mong",
    "ETHIOPIC": "Ethi",
    "SYRIAC": "Syrc",
    "MYANMAR": "Mymr",
    "KHMER": "Khmr",
    "LAO": "Laoo",
}
"""First word of a letter's Unicode name, which is its script (kana and hangul: the writing system it is
part of).
"""


@lru_cache(maxsize=8192)
def of_letter(char: str) -> str:
    """Script of one character: `Zyyy` if it is no letter, `Zzzz` if its script is not listed."""
    if not char.isalpha():
        return NONE
    return _BY_NAME.get(unicodedata.name(char, "").partition(" ")[0], OTHER)


_CHARSETS = {"Latn": "iso8859-1", "Cyrl": "iso8859-5", "Arab": "iso8859-6"}


def _beside(script: str, charset: str) -> bytes:
    """The bytes of an eight-bit charset that are no letters of the script."""
    decoded = enumerate(bytes(range(256)).decode(charset, "replace"))
    return bytes(byte for byte, char in decoded if of_letter(char) != script)


_USUAL_LETTERS = {script: (charset, _beside(script, charset)) for script, charset in _CHARSETS.items()}
"""For the commonest scripts, a charset that has most of its letters, and what else the charset has."""


def of_text(text: str) -> str:
    """ISO 15924 code of the script that most letters have; `Zyyy` when there are none.

    Only the beginning is looked at. Han beside kana or hangul is Japanese or Korean: `Jpan`, `Kore`.
    """
    sample = text[:SAMPLE]
    if (plain := _of_half(sample)) is not None:
        return plain
    counts = Counter(map(of_letter, sample))
    del counts[NONE]
    if not counts and len(text) > SAMPLE:
        counts = Counter(of_letter(char) for char in text[SAMPLE : 20 * SAMPLE] if char.isalpha())
    if not counts:
        return NONE
    for mixed in ("Jpan", "Kore"):
        if counts[mixed] and counts["Hani"]:
            counts[mixed] += counts.pop("Hani")
    return min(counts, key=lambda script: (-counts[script], script))


def _of_half(text: str) -> str | None:
    """The script whose usual letters are more than half of all characters, if there is one: in most texts.

    To encode in an old charset and drop what it cannot write counts its letters at a tenth of the time that
    looking at each character takes.
    """
    for script, (charset, beside) in _USUAL_LETTERS.items():
        if 2 * len(text.encode(charset, "ignore").translate(None, beside)) > len(text):
            return script
    return None
