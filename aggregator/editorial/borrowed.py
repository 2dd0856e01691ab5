"""How the region's languages write the world's names: as Russian does, with letters and endings of their own.

Kazakh, Kyrgyz and Mongolian take Russian's spelling as it is («Бристольде»). Uzbek, Turkmen and Tajik write
it letter by letter in their own alphabets («Pensilvaniya», «Pensilwaniýa», «Пенсилвания»).
"""

from __future__ import annotations

import re

from aggregator.editorial.gazetteer_format import Kind, Word

LENDING = "ru"
KINDS = frozenset({Kind.NAMES, Kind.CAPITAL, Kind.PEOPLE, Kind.PLACES, Kind.TOWNS})
SHORTEST = 5
"""Letters of a name that is looked for in other languages too: shorter ones are too often words there."""

_COMMON = dict(zip("абгдзиклмнопрстуф", "abgdziklmnoprstuf", strict=True))
_LETTERS = {
    "uz": _COMMON
    | dict(zip("вежйхцы", "vejyxsi", strict=True))
    | {"ч": "ch", "ш": "sh", "щ": "sh", "э": "e", "ю": "yu", "я": "ya", "ё": "yo", "ь": "", "ъ": ""},
    "tk": _COMMON
    | dict(zip("вежйхцычшщэ", "wežýhsyçşşe", strict=True))
    | {"ю": "ýu", "я": "ýa", "ё": "ýo", "ь": "", "ъ": ""},
    "tg": {"ь": "", "щ": "ш", "ы": "и", "ц": "с"},
}
_DZH = {"uz": "j", "tk": "j", "tg": "ҷ"}
"""«Дж», one sound: Los-Anjeles."""
_DOUBLE = re.compile(r"([b-df-hj-np-tv-z])\1")
LANGUAGES = tuple(_LETTERS)
"""Those that write them in letters of their own."""


def is_lent(word: Word) -> bool:
    """Whether other languages borrow this word: a Russian name of some length, all of it capitalised."""
    parts = re.split(r"[ -]", word.text)
    return (
        word.language == LENDING
        and word.kind in KINDS
        and len(word.text) >= SHORTEST
        and all(part[:1].isupper() and not part[1:2].isupper() for part in parts)
    )


def spellings(folded: str, language: str) -> tuple[str, ...]:
    """How Uzbek, Turkmen or Tajik spells a folded Russian name, with double consonants and without."""
    letters = _LETTERS[language]
    written = folded.replace("дж", _DZH[language])
    spelling = "".join(letters.get(char, char) for char in written)
    return tuple(dict.fromkeys((spelling, _DOUBLE.sub(r"\1", spelling))))
