"""One coarse Latin spelling for the languages that newsrooms print in two alphabets: Uzbek and Kazakh.

BBC Uzbek publishes each story in Cyrillic and in Latin letters; Kazakh is printed in Cyrillic and in
whichever Latin alphabet was decreed last. Both spellings of a word become the same string here, at the price
that some different words do so too: it is for comparing, not for reading.

Uzbek: the alphabet of 1995 (o', g', sh, ch) and what was proposed since (õ, ğ, ş, ç). Kazakh: the decrees
of 2017 (a', s', y'), 2018 (á, ǵ, sh, ý) and 2021 (ä, ğ, ş, ū), and what Kazinform wrote before (w).
"""

from __future__ import annotations

_UZBEK_LETTERS = str.maketrans(
    {
        **dict(zip("абвгдежзийклмнопрстуфхцэыўқғҳ", "abvgdejziyklmnoprstufhseioqgh", strict=True)),
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ю": "yu",
        "я": "ya",
        **dict.fromkeys("ъь'", ""),
        **dict.fromkeys("õöóŏ", "o"),
        **dict.fromkeys("ğǵ", "g"),
        "ş": "sh",
        "ç": "ch",
        "ñ": "ng",
        "w": "v",
        "x": "h",
    }
)
_UZBEK_SEQUENCES = (("ts", "s"), ("tya", "ta"), ("yo", "e"), ("ye", "e"))
"""«Ц» is ts or s by its neighbours, «октябрь» oktabr; «е» is ye or e, and folding makes «ё», yo, an «е»."""

_KAZAKH_LETTERS = str.maketrans(
    {
        **dict(
            zip("аәбвгғдежзийкқлмнңоөпрстуұүфхһцчшщыіэ", "aabvggdejziikqlmnnooprstuuufhhssssiie", strict=True)
        ),
        "ю": "iu",
        "я": "ia",
        **dict.fromkeys("ъь'", ""),
        **dict.fromkeys("äáə", "a"),
        **dict.fromkeys("ğǵ", "g"),
        **dict.fromkeys("ñńŋ", "n"),
        **dict.fromkeys("öóɵ", "o"),
        **dict.fromkeys("üúūýw", "u"),
        **dict.fromkeys("yïí", "i"),
        **dict.fromkeys("şšçčc", "s"),
        "ž": "j",
        "x": "h",
    }
)
_KAZAKH_SEQUENCES = (
    *(("sh", "s"), ("ts", "s"), ("zh", "j"), ("gh", "g"), ("kh", "h")),
    *(("ss", "s"), ("ss", "s"), ("ii", "i"), ("ii", "i")),
)
"""Of ш щ ч ц is made one sibilant, of и й ы і one vowel, single or double: no two alphabets agree on them."""


def romanise(folded: str, language: str) -> str:
    """The coarse Latin form of a folded text in Uzbek or Kazakh, in any alphabet; others stay as they are.

    `language` is an ISO 639-1 code. Apostrophes vanish: in Latin Uzbek they are parts of letters.
    """
    if language == "uz":
        return _replaced(folded.translate(_UZBEK_LETTERS), _UZBEK_SEQUENCES)
    if language == "kk":
        # In the alphabet of 2017 «y'» is у while «y» is ы.
        return _replaced(folded.replace("y'", "u").translate(_KAZAKH_LETTERS), _KAZAKH_SEQUENCES)
    return folded


def _replaced(text: str, sequences: tuple[tuple[str, str], ...]) -> str:
    for old, new in sequences:
        text = text.replace(old, new)
    return text
