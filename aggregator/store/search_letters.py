"""One way of writing what is written in several: letters, marks and alphabets, for words that are looked for.

Pure. Texts and what is looked for in them go the same way, so that it only matters what becomes equal.
"""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = "ʹʻʼʽˈ‘’‛′`´＇"
_DROPPED = "\u00ad\u0640\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""The soft hyphen, the Arabic letter that only stretches words, joiners, marks of direction."""
_SAME = {
    "'": _APOSTROPHES,
    "ا": "أإآٱ",
    "ی": "يىېۍئ",
    "ک": "كڪګ",
    "ه": "ةۀہەھ",
    "و": "ؤۇۆۈۋ",
    "ن": "ڼ",
    "ر": "ړ",
    "د": "ډ",
    "ت": "ټ",
    "е": "ё",
    "i": "ı",
    "o": "ø",
    "l": "ł",
    "d": "đð",
    "ae": "æ",
    "oe": "œ",
    " ": "_",
    **{str(digit): chr(0x0660 + digit) + chr(0x06F0 + digit) for digit in range(10)},
}
_REPLACED = {
    **{variant: kept for kept, variants in _SAME.items() for variant in variants},
    **dict.fromkeys(_DROPPED, ""),
}
_VARIANTS = re.compile(f"[{re.escape(''.join(_REPLACED))}]")
_FREE_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]+")
"""Marks that composing leaves alone: accents that teach, vowels of Arabic."""
_MARKS = re.compile("[\u0300-\u036f\u0653-\u0655]+")
"""What taking letters apart gives: accents, and what sits on letters of Arabic."""


def fold(text: str) -> str:
    """Compatibility forms, capitals and what is typed in several ways made one (NFKC, Unicode Annex 15)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded.replace("`", "'").replace("_", " ")
    for variant in set(_VARIANTS.findall(folded)):
        folded = folded.replace(variant, _REPLACED[variant])
    return _FREE_MARKS.sub("", folded)


def bare(word: str) -> str:
    """A folded word without the marks of its letters: «région», «қазақ» stay apart only where letters do."""
    if unicodedata.is_normalized("NFKD", word):
        return word
    return _MARKS.sub("", unicodedata.normalize("NFKD", word))


def _alphabet(single: tuple[str, str], **several: str) -> dict[int, str]:
    """`single`: letters, and what stands for each of them; `several`: the others."""
    letters, written = single
    return str.maketrans({**dict(zip(letters, written, strict=True)), **several, "ъ": "", "ь": ""})


_KAZAKH = _alphabet(
    ("абвгғдежзикқлмнңоөпрстуұүфхһыіэәйýŋ", "abvggdejzikqlmnnooprstuuufhhyieaiun"),
    ц="ts", ч="ch", ш="sh", щ="sh", ю="iu", я="ia", ş="sh", ç="ch",
)  # fmt: skip
_UZBEK = _alphabet(
    ("абвгғдежзийкқлмнопрстуўфхҳыэ", "abvggdejziykqlmnoprstuofxhie"),
    ц="s", ч="ch", ш="sh", щ="sh", ю="yu", я="ya", ş="sh", ç="ch",
)  # fmt: skip


def kazakh(word: str) -> str:
    """A folded Kazakh word in plain Latin letters, whichever of its alphabets it is written in."""
    return bare(word.translate(_KAZAKH))


def uzbek(word: str) -> str:
    """A folded Uzbek word in plain Latin letters, whichever of its alphabets it is written in.

    Cyrillic writes one letter for what is «e» and «ye» in Latin, and one for «s» and «ts».
    """
    return bare(word.translate(_UZBEK)).replace("ye", "e").replace("ts", "s")
