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


def of_text(text: str) -> str:
    """ISO 15924 code of the script that most letters have; `Zyyy` when there are none.

    Only the beginning is looked at. Han beside kana or hangul is Japanese or Korean: `Jpan`, `Kore`.
    """
    sample = text[:SAMPLE]
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
